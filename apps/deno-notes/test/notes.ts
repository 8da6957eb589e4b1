/** The real program in the real Deno, with the rights that `deno task dev` gives it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const app = fileURLToPath(new URL('..', import.meta.url))

/** The Deno binary: the npm package's own command leaves Deno behind when it is stopped. */
export const deno = (
  createRequire(join(app, '../../packages/deno/package.json'))('deno/install_api.cjs') as {
    runInstall: () => string
  }
).runInstall()

/** A running program with an empty Deno KV of its own. */
export interface Notes extends AsyncDisposable {
  /** Its own origin, and the same program as another site. */
  readonly origin: string
  readonly stranger: string
  /** Where Deno keeps its files. */
  readonly folder: string
  /** What it wrote to its log so far. */
  readonly log: () => string
}

/** Starts it on a free port. */
export async function startNotes(): Promise<Notes> {
  const folder = await mkdtemp(join(tmpdir(), 'notes-'))
  const { tasks } = JSON.parse(await readFile(join(app, 'deno.json'), 'utf8')) as {
    tasks: { dev: string }
  }
  const [address, , run, ...args] = tasks.dev.replaceAll(':8000', ':0').split(' ')
  const child = spawn(deno, [run!, '--cached-only', '--no-prompt', ...args], {
    cwd: app,
    env: { ...quiet, DENO_DIR: folder, DENO_SERVE_ADDRESS: address!.split('=')[1]! },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stdout.on('data', (text: Buffer) => (log += text.toString()))
  child.stderr.on('data', (text: Buffer) => (log += text.toString()))
  const port = await portIn(child, () => log)
  return {
    origin: `http://localhost:${port}`,
    stranger: `http://127.0.0.1:${port}`,
    folder,
    log: () => log,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Deno says nothing of itself then. */
export const quiet = { PATH: process.env['PATH'], NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }

async function portIn(child: ChildProcess, log: () => string): Promise<string> {
  for (;;) {
    const port = /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log())?.[1]
    if (port) return port
    if (child.exitCode !== null) throw new Error(`The program ended:\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
