/**
 * `pnpm products`: builds a product as a new user would, in an empty folder with an empty HOME, on each
 * runtime: e-mail and passphrase, devices, "stay signed in", administrators, an API with bearer tokens,
 * tests. What the scaffolder does not write is in `products/`, and its lines are counted.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { denoBinary } from '@limen/test-servers'
import { visitor } from '@limen/testing'
import { packTarballs, run } from './workspace.ts'

const PATCH = fileURLToPath(new URL('products/remember-me.patch', import.meta.url))
const LONGEST = 200

/** A product. */
interface Product {
  readonly flags: readonly string[]
  /** The package manager that starts the scaffolder. */
  readonly agent: string
  readonly install: readonly string[]
  /** Runs a script of the project. */
  readonly script: readonly string[]
  /** The port on which it listens. */
  readonly port: number
}

const NPM = { agent: 'npm/11.0.0', install: ['npm', 'install'], script: ['npm', 'run'] }
const PNPM = ['npx', '--yes', 'pnpm@12.21.0']
const PRODUCTS: Readonly<Record<string, Product>> = {
  workers: { ...NPM, flags: ['--runtime', 'workers'], port: 8787 },
  node: {
    flags: ['--runtime', 'node'],
    agent: 'pnpm/12.21.0',
    install: [...PNPM, 'install', '--no-frozen-lockfile'],
    script: [...PNPM, 'run'],
    port: 3000,
  },
  // Deno cannot install a tarball of this machine, so npm does.
  deno: { ...NPM, flags: ['--runtime', 'deno'], script: ['deno', 'task'], port: 8000 },
}

const folder = await mkdtemp(join(tmpdir(), 'limen-products-'))
const home = join(folder, 'home')
const env = {
  HOME: home,
  PATH: [dirname(denoBinary()), process.env['PATH']].join(delimiter),
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  npm_config_update_notifier: 'false',
}
const call = (command: readonly string[], cwd: string, more: Record<string, string> = {}) =>
  run(command[0]!, command.slice(1), cwd, { ...env, ...more })

const started = performance.now()
const log = (text: string) =>
  console.log(`${Math.round((performance.now() - started) / 1000)} s: ${text}`)

/** Writes the tarballs in place of the versions: these packages are not in a registry yet. */
async function useTarballs(project: string, tarballs: Readonly<Record<string, string>>) {
  const path = join(project, 'package.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  for (const part of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(part)) {
      if (tarballs[name]) part[name] = `file:${tarballs[name]}`
    }
  }
  const core = `file:${tarballs['@limen/core']}`
  manifest.dependencies['@limen/core'] = core
  await writeFile(path, JSON.stringify({ ...manifest, overrides: { '@limen/core': core } }))
  await writeFile(
    join(project, 'pnpm-workspace.yaml'),
    `overrides: { '@limen/core': '${core}' }\nallowBuilds: { esbuild: false, sharp: false, workerd: false }\n`,
  )
}

/** Starts the app with its script `dev`, signs a visitor up, and stops it. */
async function visit({ script, port }: Product, project: string): Promise<void> {
  await requireFree(port)
  const child = spawn(script[0]!, [...script.slice(1), 'dev'], {
    cwd: project,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  try {
    const origin = `http://localhost:${port}`
    const ada = visitor({ origin })
    for (let tries = 0; ; tries++) {
      const response = await ada.fetch('/').catch(() => null)
      if (response?.ok) break
      if (tries > 600 || child.exitCode !== null) throw new Error(`It does not start:\n${output}`)
      await setTimeout(200)
    }
    const body = new URLSearchParams({ email: 'ada@example.com', passphrase: 'correct horse' })
    const { status } = await ada.fetch('/sign-up', { method: 'POST', body })
    if (status !== 303) throw new Error(`The sign-up responds ${status}:\n${output}`)
    const page = await (await ada.fetch('/')).text()
    if (!page.includes('You are signed in')) throw new Error(`Not signed in:\n${page}`)
  } finally {
    await stop(child)
  }
}

/** Stops the process and those that it started. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const closed = once(child, 'close')
  process.kill(-child.pid!, 'SIGINT')
  const isClosed = await Promise.race([closed.then(() => true), setTimeout(5000, false)])
  if (!isClosed) process.kill(-child.pid!, 'SIGKILL')
}

async function requireFree(port: number): Promise<void> {
  const server = createServer().listen(port)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

try {
  await mkdir(home)
  const tarballs = await packTarballs(join(folder, 'tarballs'))
  const create = join(folder, 'create')
  await mkdir(create)
  await call(['npm', 'install', '--prefix', create, tarballs['create-limen']!], folder)
  log('packed, and installed create-limen')
  const wanted = process.argv.slice(2)
  for (const [name, product] of Object.entries(PRODUCTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const choices = ['--sign-in', 'passphrase,email', '--with', 'devices,roles,api']
    const command = [
      join(create, 'node_modules/.bin/create-limen'),
      name,
      ...product.flags,
      ...choices,
    ]
    await call(command, folder, { npm_config_user_agent: product.agent })
    const project = join(folder, name)
    await useTarballs(project, tarballs)
    await call(product.install, project)
    log(`${name}: installed`)
    await call([...product.script, 'types'], project)
    await call([...product.script, 'test'], project)
    await visit(product, project)
    log(`${name}: types, tests and the app as the scaffolder writes them`)

    const numbers = await call(['git', 'apply', '--numstat', PATCH], project)
    const lines = Array.from(numbers.matchAll(/^(\d+)\t/gm), ([, added]) => Number(added))
    const own = lines.reduce((sum, added) => sum + added, 0)
    await call(['git', 'apply', PATCH], project)
    await call([...product.script, 'types'], project)
    const tests = await call([...product.script, 'test'], project)
    if (!tests.includes('stays signed in for 30 days'))
      throw new Error(`Without the own case:\n${tests}`)
    if (own > LONGEST) throw new Error(`${name} has ${own} lines of its own`)
    log(`${name}: the product, with ${own} lines of its own (at most ${LONGEST})`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
