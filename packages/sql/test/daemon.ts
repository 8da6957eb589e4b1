/** A server and its temporary folder: both are removed when this process exits, however it exits. */
import { type SpawnOptions, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, open, readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A program and what it is given. */
export type Command = readonly [file: string, ...args: string[]]

/** A temporary folder. */
export interface Folder {
  readonly path: string
  /** Removes it and all that is in it. */
  remove(): Promise<void>
}

/** A server that runs. */
export interface Daemon {
  /** Ends it in order, and resolves when it has ended. */
  stop(): Promise<void>
}

/** How to start a server, and how to stop it. */
export interface DaemonOptions {
  /** Makes what the server starts from, where that is not there yet. */
  readonly install?: Command
  readonly command: Command
  /** The folder that it owns and writes to. Its output goes to `log`. */
  readonly folder: string
  /** Requests an orderly shutdown. */
  readonly signal: 'INT' | 'TERM'
  /** Resolves as soon as the server answers. */
  readonly isReady: () => Promise<unknown>
}

/** Makes an empty temporary folder that any user can read. */
export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'limen-sql-'))
  // A server that is still exiting can write once more.
  const remove = atTheEnd('for try in 1 2 3 4 5; do rm -rf "$1" && break; sleep 1; done', [path])
  await chmod(path, 0o755)
  return { path, remove }
}

/** Starts a server and resolves when it answers. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { install, command, folder, signal, isReady } = options
  const runner = findRunner()
  if (runner) await run(['chown', '-R', `${runner.uid}:${runner.gid}`, folder])
  if (install) await run(install, runner)
  const logFile = join(folder, 'log')
  const log = await open(logFile, 'a')
  const stop = atTheEnd(`kill -s ${signal} $server 2>/dev/null; wait $server`, command, {
    begin: '"$@" & server=$!',
    ...runner,
    stdio: ['pipe', log.fd, log.fd],
  })
  await log.close()
  await eventually(isReady).catch(async (cause: unknown) => {
    await stop()
    const log = await readFile(logFile, 'utf8')
    throw new Error(`${command[0]} does not answer: ${log.slice(-2000)}`, { cause })
  })
  return { stop }
}

/** A port without a listener. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/**
 * Runs a shell script on demand, or when this process exits: the system then closes this end of the
 * pipe, even after SIGKILL.
 *
 * @param script The script, with `args` as its parameters.
 * @param options A script that runs first, and how the shell is spawned.
 * @returns Runs the script now, and resolves when it has exited.
 */
function atTheEnd(
  script: string,
  args: readonly string[],
  { begin = '', ...options }: SpawnOptions & { begin?: string } = {},
): () => Promise<void> {
  const shell = spawn('sh', ['-c', `${begin}\nread -r _\n${script}`, 'sh', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    // A terminal sends Ctrl-C to its whole group: the shell must outlive it.
    detached: true,
    ...options,
  })
  const ended = once(shell, 'exit')
  return async () => {
    shell.stdin!.end()
    await ended
  }
}

/** The user and group of a server where this process is root: most servers refuse to run as root. */
function findRunner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (kind: string) => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Runs a command until it exits; rejects with its output when it fails. */
async function run([file, ...args]: Command, runner: object = {}): Promise<void> {
  await promisify(execFile)(file, args, { ...runner, cwd: '/' }).catch((error: Error) => {
    const { stdout, stderr } = error as Error & { stdout: string; stderr: string }
    throw new Error(`${file} failed: ${stdout}${stderr}`, { cause: error })
  })
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
