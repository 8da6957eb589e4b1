/** Follows a guide: runs its commands, and writes its files, in the order of the page. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import getPort from 'get-port'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const execute = promisify(execFile)

/** A command of a guide, or a file. */
export type Step = { readonly command: string } | { readonly file: string; readonly code: string }

/** The commands and files of a page, in order. */
export function stepsOf(page: string): readonly Step[] {
  const text = readFileSync(at(`../../docs/${page}`), 'utf8')
  const blocks = text.matchAll(/^```(sh|ts)[^\n]*\n([^]*?)^```/gm)
  return Array.from(blocks).flatMap(([, language, code = '']): Step[] => {
    if (language === 'sh')
      return code
        .trim()
        .split('\n')
        .map((command) => ({ command }))
    const [, file] = /^\/\/ (\S+\.ts)\n/.exec(code) ?? []
    if (!file) throw new Error(`A program of ${page} has no name`)
    return [{ file, code }]
  })
}

/** Packs our packages as npm would get them, and returns the tarball of each. */
export async function packed(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = ['core', 'hono', 'lucia', 'sql']
  const filters = names.map((name) => `--filter=@limen/${name}`)
  const args = ['--yes', 'pnpm@12.21.0', '-r', ...filters, 'pack', '--pack-destination', folder]
  await execute('npx', args, { cwd: at('../..') })
  const files = readdirSync(folder)
  return new Map(
    names.map((name) => [
      `@limen/${name}`,
      join(
        folder,
        files.find((file) => file.startsWith(`limen-${name}-`))!,
      ),
    ]),
  )
}

/** A folder in which a guide is followed, with the server that it starts. */
export class Follower implements AsyncDisposable {
  readonly #folder: string
  readonly #tarballs: ReadonlyMap<string, string>
  #server: ChildProcess | undefined
  #log = ''
  port = 0

  constructor(folder: string, tarballs: ReadonlyMap<string, string>) {
    this.#folder = folder
    this.#tarballs = tarballs
  }

  /** Takes one step. Returns whether the app was started. */
  async take(step: Step): Promise<boolean> {
    if ('file' in step) {
      await writeFile(join(this.#folder, step.file), step.code)
      return false
    }
    if (step.command === 'node app.ts') {
      await this.#start()
      return true
    }
    const [program = '', ...args] = step.command.split(' ')
    const given = args.map((arg) => this.#tarballs.get(arg) ?? arg)
    const quiet = program === 'npm' ? ['--no-audit', '--no-fund', '--prefer-offline'] : []
    await execute(program, step.command.startsWith('npm uninstall') ? args : [...given, ...quiet], {
      cwd: this.#folder,
    })
    return false
  }

  async #start(): Promise<void> {
    await this.#stop()
    this.port = await getPort()
    const env = { ...process.env, PORT: String(this.port) }
    const server = spawn(process.execPath, ['app.ts'], { cwd: this.#folder, env })
    this.#server = server
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (text: Buffer) => void (this.#log += text.toString()))
    }
    for (let attempt = 0; attempt < 300; attempt++) {
      if (server.exitCode !== null) throw new Error(this.#log)
      const isUp = await fetch(`http://localhost:${this.port}`).then(
        () => true,
        () => false,
      )
      if (isUp) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`The app did not start: ${this.#log}`)
  }

  async #stop(): Promise<void> {
    const server = this.#server
    if (!server || server.exitCode !== null) return
    const ended = once(server, 'exit')
    server.kill()
    await ended
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop()
  }
}
