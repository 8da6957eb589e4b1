/** A server of our own, in a temporary folder: both are gone when we are, however we end. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A user that may run a database: most refuse to run as root. */
export interface Runner {
  readonly uid?: number
  readonly gid?: number
}

/** A server that runs. */
export interface Daemon {
  /** Stops the server, and removes its folder unless that is to be kept. */
  stop(what?: 'keep'): Promise<void>
}

/** How to start a server, and what to do when it ends. */
export interface DaemonOptions {
  /** Makes what the server starts from, if that is not there yet. */
  readonly install?: readonly [file: string, ...args: string[]]
  readonly command: readonly [file: string, ...args: string[]]
  /** Removed in the end; the server's output goes to `log` in it. */
  readonly folder: string
  readonly runner: Runner
  /** Asks for an orderly end. */
  readonly signal: 'INT' | 'TERM'
  /** Resolves as soon as the server answers. */
  readonly isReady: () => Promise<unknown>
}

/** Who runs the servers: nobody, where we are root; else we ourselves. */
export function findRunner(): Runner {
  if (process.getuid?.() !== 0) return {}
  const idOf = (kind: string) => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/**
 * Makes a temporary folder.
 *
 * @param runner Who owns it, and what is in it.
 * @param fill Puts into it what the server needs.
 */
export async function makeFolder(
  runner: Runner,
  fill?: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'limen-sql-'))
  await chmod(folder, 0o755)
  await fill?.(folder)
  if (runner.uid !== undefined) await run(['chown', '-R', `${runner.uid}:${runner.gid}`, folder])
  return folder
}

/** Runs a command to its end; rejects with what it said when it fails. */
async function run(
  [file, ...args]: readonly [file: string, ...args: string[]],
  runner: Runner = {},
): Promise<void> {
  await promisify(execFile)(file, args, { ...runner, cwd: '/' }).catch((error: Error) => {
    const { stdout, stderr } = error as Error & { stdout: string; stderr: string }
    throw new Error(`${file} failed: ${stdout}${stderr}`, { cause: error })
  })
}

/** A port that nobody listens on. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

// The system closes our end of the pipe whatever ends us, SIGKILL and a crash included.
const GUARD = `
signal=$1 folder=$2; shift 2
"$@" & server=$!
read -r word
kill -s "$signal" $server 2>/dev/null
wait $server
[ "$word" = keep ] || rm -rf "$folder"`

/** Starts a server and resolves when it answers. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { install, command, folder, runner, signal, isReady } = options
  if (install) {
    await run(install, runner).catch(async (error: unknown) => {
      await rm(folder, { recursive: true })
      throw error
    })
  }
  const logFile = join(folder, 'log')
  const log = await open(logFile, 'a')
  const guard = spawn('sh', ['-c', GUARD, 'sh', signal, folder, ...command], {
    ...runner,
    cwd: '/',
    // A terminal sends Ctrl-C to its whole group: the guard must outlive it.
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  })
  const ended = once(guard, 'exit')
  await log.close()
  const daemon: Daemon = {
    async stop(what) {
      guard.stdin!.end(`${what ?? ''}\n`)
      await ended
    },
  }
  await eventually(isReady).catch(async (cause: unknown) => {
    const said = await readFile(logFile, 'utf8')
    await daemon.stop()
    throw new Error(`${command[0]} does not answer: ${said.slice(-2000)}`, { cause })
  })
  return daemon
}

/** Tries for half a minute. */
async function eventually(attempt: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 30_000
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
