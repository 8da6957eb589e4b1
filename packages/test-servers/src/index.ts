/** Starts programs in processes of their own, which stop when they are disposed or when this process exits. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type Options, execa } from 'execa'
import getPort from 'get-port'

/** A server that accepts connections. */
export interface Server extends AsyncDisposable {
  readonly port: number
}

/** A server in a process of its own. */
export interface ServerProcess extends Server {
  /** Returns its output so far. */
  readonly log: () => string
}

/** Where a program runs, and its environment beside this process's own. */
export interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)

/** The path of the Deno binary: stopping the npm package's own command would not stop Deno. */
export const denoBinary = (): string =>
  (require('deno/install_api.cjs') as { runInstall(): string }).runInstall()

export const { version: denoVersion } = require('deno/package.json') as { version: string }

/** Without questions, update checks and usage statistics. */
const QUIET = {
  CI: 'true',
  NO_COLOR: '1',
  DENO_NO_UPDATE_CHECK: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

const optionsOf = ({ cwd, env }: Surroundings) =>
  ({ ...(cwd && { cwd }), env: { ...QUIET, ...env }, stdin: 'ignore', all: true }) satisfies Options

/** Runs a program to its end, and returns what it printed. */
export async function run(
  program: string,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<string> {
  return (await execa(program, args, optionsOf(surroundings))).stdout
}

/**
 * Starts a server on a free port and waits until it accepts connections.
 *
 * `Deno.serve()` listens on that port, whatever its arguments are.
 *
 * @param argsOf The program's arguments, for a given port.
 * @throws {Error} With the server's output when it exits or does not accept connections for a minute.
 */
export async function serve(
  program: string,
  argsOf: (port: number) => readonly string[],
  surroundings: Surroundings = {},
): Promise<ServerProcess> {
  const port = await getPort()
  const env = { DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`, ...surroundings.env }
  const options = optionsOf({ ...surroundings, env })
  const server = execa(program, argsOf(port), { ...options, reject: false, buffer: false })
  let log = ''
  server.all.on('data', (chunk: Buffer) => (log += chunk.toString()))
  let hasExited = false
  void server.finally(() => (hasExited = true))
  const stop = async () => {
    server.kill()
    return server
  }
  for (const end = Date.now() + 60_000; !(await acceptsConnections(port));) {
    if (!hasExited && Date.now() < end) continue
    await stop()
    throw new Error(`${program} does not accept connections on port ${port}:\n${log}`)
  }
  return {
    port,
    log: () => log,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}

async function acceptsConnections(port: number): Promise<boolean> {
  const socket = connect(port)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await setTimeout(30)
    return false
  } finally {
    socket.destroy()
  }
}
