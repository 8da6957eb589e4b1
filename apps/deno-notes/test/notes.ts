/** Starts the program in Deno, with the permissions of `deno task dev`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const app = fileURLToPath(new URL('..', import.meta.url))

/** The Deno binary. The npm package's command is a wrapper: when it is stopped, Deno keeps running. */
export const deno = (
  createRequire(join(app, '../../packages/deno/package.json'))('deno/install_api.cjs') as {
    runInstall: () => string
  }
).runInstall()

/** A running program with a new, empty Deno KV. */
export interface Notes extends AsyncDisposable {
  /** The origin of the program. */
  readonly origin: string
  /** An origin of the same program that is another site for browsers. */
  readonly otherSite: string
  /** The folder in which Deno stores its files. */
  readonly folder: string
  /** Returns its output so far. */
  readonly log: () => string
}

/** Starts the program on a free port. */
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
    otherSite: `http://127.0.0.1:${port}`,
    folder,
    log: () => log,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.kill()) await once(child, 'exit')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Environment variables that disable Deno's notices and colours. */
export const quiet = { PATH: process.env['PATH'], NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }

async function portIn(child: ChildProcess, log: () => string): Promise<string> {
  for (;;) {
    const port = /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log())?.[1]
    if (port) return port
    if (child.exitCode !== null) throw new Error(`The program exited:\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
