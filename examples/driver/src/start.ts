/** Starts an app as a process of its own, and stops it with all its children. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import getPort from 'get-port'
import type { Environment } from './environment.ts'

/** A command with its arguments, in which `{port}` is replaced by the app's port. */
export type Command = readonly [program: string, ...args: string[]]

/** A running app. */
export interface Running extends AsyncDisposable {
  readonly port: number
  /** The id of its process, and of the group of its children. */
  readonly pid: number
  /** Returns its output so far. */
  readonly log: () => string
}

const START_MS = 240_000

/**
 * Starts an app on a free port, in the environment variable `PORT`, and waits until `/public` answers.
 *
 * @throws {Error} With the app's output, when it exits or does not answer within 4 minutes.
 */
export async function start(command: Command, { folder, env }: Environment): Promise<Running> {
  const port = await getPort()
  const process = run(command, folder, { ...env, PORT: String(port) }, port)
  const stop = () => stopGroup(process.child)
  for (const end = Date.now() + START_MS; !(await answers(port));) {
    if (process.child.exitCode === null && Date.now() < end) continue
    await stop()
    throw new Error(`${command.join(' ')} does not answer on port ${port}:\n${process.log()}`)
  }
  return { port, pid: process.child.pid!, log: process.log, [Symbol.asyncDispose]: stop }
}

/**
 * Runs a command to its end.
 *
 * @throws {Error} With its output, when it fails.
 */
export async function build(command: Command, { folder, env }: Environment): Promise<void> {
  const { child, log } = run(command, folder, env)
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${command.join(' ')} failed:\n${log()}`)
}

/** Without questions, update checks and usage statistics. */
const QUIET = {
  CI: 'true',
  NO_COLOR: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
}

function run(
  [program, ...args]: Command,
  folder: string,
  env: Readonly<Record<string, string>>,
  port?: number,
): { readonly child: ChildProcess; readonly log: () => string } {
  const { NODE_ENV: _, NODE_OPTIONS: _options, VITEST: _vitest, ...own } = process.env
  const PATH = [join(folder, 'node_modules/.bin'), dirname(process.execPath), own['PATH']].join(':')
  const child = spawn(
    program,
    args.map((arg) => arg.replaceAll('{port}', String(port))),
    // In a group of its own, because frameworks start processes that outlive theirs.
    { cwd: folder, env: { ...own, ...QUIET, ...env, PATH }, detached: true, stdio: 'pipe' },
  )
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  }
  child.on('error', (error) => (log += error.message))
  child.stdin.end()
  const kill = () => killGroup(child, 'SIGKILL')
  process.on('exit', kill)
  child.on('close', () => process.off('exit', kill))
  return { child, log: () => log }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const isOver = child.exitCode !== null || child.signalCode !== null
  const closed = isOver ? Promise.resolve() : once(child, 'exit')
  killGroup(child, 'SIGTERM')
  await Promise.race([closed, setTimeout(3000, undefined, { ref: false })])
  killGroup(child, 'SIGKILL')
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // No process of the group is left.
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://localhost:${port}/public`, {
      signal: AbortSignal.timeout(60_000),
    })
    await response.text()
    return response.status < 500
  } catch {
    await setTimeout(100)
    return false
  }
}
