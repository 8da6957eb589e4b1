/** Apps for Lucia 2 and 3 are rewritten, and go on over the same database. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { rewriteProject } from '@limen/lucia-codemod'
import { afterAll, describe, expect, it } from 'vitest'
import { Visitor, signInV2, visitV2, visitV3 } from './codemod-visit.ts'
import { done } from './codemod-done.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders: string[] = []
const servers: ChildProcess[] = []
afterAll(() => {
  for (const server of servers) server.kill()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A copy of an app. Modules resolve as in the original, or as in this workspace. */
function copyOf(version: string, within: string): string {
  const folder = mkdtempSync(`${root}${within}out-`)
  folders.push(folder)
  const original = `${root}codemod/${version}`
  for (const name of readdirSync(original)) {
    if (name !== 'node_modules' && name !== 'package.json' && !name.startsWith('out-')) {
      cpSync(`${original}/${name}`, `${folder}/${name}`, { recursive: true })
    }
  }
  return folder
}

async function start(folder: string, database: string): Promise<number> {
  const server = spawn(
    process.execPath,
    ['--no-warnings', `${root}test/codemod-serve.ts`, `${folder}/app.ts`],
    {
      env: { ...process.env, DATABASE: database, NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  servers.push(server)
  for await (const line of createInterface({ input: server.stdout! })) {
    const port = /^port (\d+)$/.exec(line)?.[1]
    if (port) return Number(port)
  }
  throw new Error(`${folder} did not start`)
}

describe.each([
  { version: 'v2', visit: visitV2 },
  { version: 'v3', visit: visitV3 },
])('the codemod on an app for Lucia $version', ({ version, visit }) => {
  it('leaves a program that, with its comments done, has no type error and does what the original did, over its database', async () => {
    const folder = copyOf(version, 'codemod/')
    const database = `${folder}/app.db`
    const before = await start(`${root}codemod/${version}`, database)
    const ada = await visit(before, 'ada')

    // Where Lucia is installed; the result is checked where it is not.
    const rewritten = copyOf(version, `codemod/${version}/`)
    const { changed } = await rewriteProject({ folder: rewritten })
    cpSync(rewritten, folder, { recursive: true })
    expect(changed.reduce((sum, { marks }) => sum + marks, 0)).toBe(done[version]!.marks)
    for (const [path, find, replacement] of done[version]!.edits) {
      const text = readFileSync(`${folder}/${path}`, 'utf8')
      expect(text).toContain(find)
      writeFileSync(
        `${folder}/${path}`,
        text.replace(find, () => replacement),
      )
    }
    for (const { path } of changed) {
      expect(readFileSync(`${folder}/${path}`, 'utf8')).not.toMatch(/TODO\(limen\)|['"]lucia['"]/)
    }
    writeFileSync(
      `${folder}/tsconfig.json`,
      JSON.stringify({ extends: `${root}codemod/tsconfig.json`, include: ['.'] }),
    )
    execFileSync(`${root}node_modules/.bin/tsc`, ['-p', folder], { stdio: 'inherit' })

    const after = await start(folder, database)
    const returning = new Visitor(after, ada.cookies)
    expect((await returning.get('/')).text).toMatch(/^ada/)
    await visit(after, 'grace')
    // Both run side by side: each takes the sessions of the other.
    const back = new Visitor(before, returning.cookies)
    expect((await back.get('/')).text).toMatch(/^ada/)
    if (version === 'v2') await signInV2(new Visitor(after), 'ada')
  })

  it('changes nothing on a second run', async () => {
    const folder = copyOf(version, `codemod/${version}/`)
    await rewriteProject({ folder })
    expect((await rewriteProject({ folder })).changed).toEqual([])
  })
})
