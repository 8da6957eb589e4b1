/** Starts the program in Deno, with the permissions of `deno task dev`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { denoBinary, serve } from '@limen/test-servers'

const app = fileURLToPath(new URL('..', import.meta.url))

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
  const argsOf = (port: number) => {
    const [, , run, ...args] = tasks.dev.replaceAll(':8000', `:${port}`).split(' ')
    return [run!, '--cached-only', '--no-prompt', ...args]
  }
  const server = await serve(denoBinary(), argsOf, { cwd: app, env: { DENO_DIR: folder } })
  return {
    origin: `http://localhost:${server.port}`,
    otherSite: `http://127.0.0.1:${server.port}`,
    folder,
    log: server.log,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
