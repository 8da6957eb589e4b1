/** The whole apps that are compared, and the lines that their author writes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One app: its folder, and the files of its own for each platform. */
export interface WholeApp {
  readonly name: string
  readonly folder: string
  /** Files that both platforms need. */
  readonly files: readonly string[]
}

export const wholeApps: readonly WholeApp[] = [
  { name: 'Limen', folder: 'limen', files: ['limen/app.ts', 'passphrase.ts', 'sql.ts'] },
  {
    name: 'by hand, after Lucia’s guide',
    folder: 'by-hand',
    files: ['by-hand/app.ts', 'by-hand/session.ts', 'passphrase.ts', 'sql.ts'],
  },
  { name: 'better-auth', folder: 'better-auth', files: ['better-auth/app.ts'] },
]

export const whole: string = fileURLToPath(new URL('.', import.meta.url))

/** The app's own lines on one platform, without empty lines and comments. */
export function ownLines({ folder, files }: WholeApp, platform: 'workers' | 'node'): number {
  const all = [...files, `${folder}/${platform}.ts`].map((file) => linesIn(file))
  return all.reduce((sum, lines) => sum + lines)
}

function linesIn(file: string): number {
  const code = readFileSync(whole + file, 'utf8').replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\s*$/gm, '')
  return code.split('\n').filter((line) => /\S/.test(line) && !/^\s*\/\//.test(line)).length
}
