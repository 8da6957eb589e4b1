/** Starts servers in processes of their own, and stops them with all they started. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A server that answers. */
export interface Server extends AsyncDisposable {
  readonly url: string
}

const environment = {
  ...process.env,
  CI: 'true',
  NO_COLOR: '1',
  DENO_NO_UPDATE_CHECK: '1',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

/** Runs a command to its end and gives what it printed. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, env: environment, maxBuffer: 1e8 }
  return (await promisify(execFile)(command, args, options)).stdout
}

/** Starts a server and waits until it answers. */
export async function serve(
  command: string,
  args: readonly string[],
  cwd: string,
  url: string,
  env: Record<string, string> = {},
): Promise<Server> {
  // A group of its own, so that what it starts is stopped with it.
  const child = spawn(command, args, { cwd, env: { ...environment, ...env }, detached: true })
  let log = ''
  child.stdout.on('data', (text: Buffer) => (log += text.toString()))
  child.stderr.on('data', (text: Buffer) => (log += text.toString()))
  for (let wait = 0; wait < 300; wait++) {
    if (child.exitCode !== null) throw new Error(`The server ended:\n${log}`)
    const answer = await fetch(url).catch(() => null)
    if (answer) return { url, [Symbol.asyncDispose]: () => stop(child) }
    await setTimeout(100)
  }
  await stop(child)
  throw new Error(`The server did not answer:\n${log}`)
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  if (child.exitCode !== null || !process.kill(-child.pid!, 'SIGTERM')) return
  await Promise.race([ended, setTimeout(5000)])
  try {
    process.kill(-child.pid!, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
