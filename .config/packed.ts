/**
 * Builds and packs every public package as for npm. publint and attw check the tarballs, and the oldest
 * versions of Node that `engines` allows load every entry point, except those that import a framework:
 * the apps in examples/ load them.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { oldestNodes } from '@limen/node-versions'
import { frameworkFolders, publicFolders, root } from './packages.ts'

const packages = `${root}packages`
const tarballs = mkdtempSync(join(tmpdir(), 'limen-packed-'))

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`)
    },
  )
}

/** An entry point that only workerd can load, as it imports `cloudflare:workers`. */
const WORKERD_ONLY = /limen-sessions|durable-object$/

/** Loads an entry point by `import` and by `require()`, and compares what they export. */
const LOADER = `
const { createRequire } = await import('node:module')
const require = createRequire(process.cwd() + '/')
for (const entry of process.argv.slice(1)) {
  const imported = Object.keys(await import(import.meta.resolve(entry, 'file://' + process.cwd() + '/')))
  const required = Object.keys(require(entry))
  const missing = imported.filter((name) => !required.includes(name))
  if (missing.length) throw new Error(entry + ': require() lacks ' + missing)
}`

/** Unpacks the tarballs into a project, with the peers that their entry points import. */
async function installed(): Promise<{ readonly project: string; readonly entries: string[] }> {
  const project = join(tarballs, 'project')
  const modules = join(project, 'node_modules')
  const entries: string[] = []
  // `create-limen` is a command: it has no entry points.
  for (const tarball of readdirSync(tarballs).filter((file) => /^limen-.*\.tgz$/.test(file))) {
    const name = /^limen-(.+)-\d/.exec(tarball)![1]!
    const folder = join(modules, '@limen', name)
    mkdirSync(folder, { recursive: true })
    await run(
      'tar',
      ['-xzf', join(tarballs, tarball), '-C', folder, '--strip-components=1'],
      project,
    )
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      exports: object
    }
    if (frameworkFolders().includes(`packages/${name}`)) continue
    for (const path of Object.keys(exports)) {
      const entry = `@limen/${name}${path.slice(1)}`
      if (!path.endsWith('.json') && !WORKERD_ONLY.test(entry)) entries.push(entry)
    }
  }
  for (const [owner, peer] of [
    ['conformance', 'fast-check'],
    ['elysia', 'elysia'],
    ['h3', 'h3'],
    ['hono', 'hono'],
    ['lucia-codemod', 'ts-morph'],
    ['sql', 'drizzle-orm'],
    ['sql', 'kysely'],
  ] as const) {
    symlinkSync(join(packages, owner, 'node_modules', peer), join(modules, peer))
  }
  return { project, entries }
}

try {
  const chosen = publicFolders().map((folder) => `--filter=./${folder}`)
  const pack = ['-r', ...chosen, 'pack', '--pack-destination', tarballs]
  await run('npx', ['--yes', 'pnpm@12.21.0', ...pack], root)
  for (const tarball of readdirSync(tarballs)) {
    await Promise.all([
      run('publint', ['run', tarball, '--strict'], tarballs),
      tarball.startsWith('limen-') && run('attw', [tarball, '--profile', 'esm-only'], tarballs),
    ])
    console.log(`${tarball}: publint and attw find nothing wrong`)
  }
  const { project, entries } = await installed()
  for (const node of oldestNodes()) {
    await run(node, ['--input-type=module', '--eval', LOADER, ...entries], project)
    console.log(
      `${entries.length} entry points load by import and require() in ${node.split('/').at(-3)}`,
    )
  }
} finally {
  rmSync(tarballs, { recursive: true })
}
