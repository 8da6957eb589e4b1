/** Starts a host for each subject in Node, Deno and workerd. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { execa } from 'execa'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { denoBinary, denoVersion } from '@limen/test-servers'
import { type Found, bundleSubject, manifestOf } from './bundle.ts'
import type { Answer, Command } from './host.ts'

export type Send = (command: Command) => Promise<Answer>

/** One subject inside one runtime. */
interface Host {
  readonly send: Send
  /** The code that it runs. */
  readonly code: string
  /** The address of V8's inspector, if it is open. */
  readonly inspector?: string | undefined
}

/** One runtime with all its hosts. */
export interface Runtime extends AsyncDisposable {
  readonly version: string
  /** How many requests are made before the clock starts. */
  readonly chunk: number
  readonly hosts: ReadonlyMap<string, Host>
}

export const runtimeNames = ['Node', 'workerd', 'Deno'] as const
export type RuntimeName = (typeof runtimeNames)[number]

export const COMPATIBILITY_DATE = '2026-11-01'
const CHUNK = 2000

/**
 * Starts all subjects in one runtime.
 *
 * @param inspect Opens V8's inspector for each subject.
 */
export function start(
  name: RuntimeName,
  subjects: readonly Found[],
  inspect = false,
): Promise<Runtime> {
  return name === 'workerd'
    ? startWorkerd(subjects, inspect)
    : startProcesses(name, subjects, inspect)
}

async function startWorkerd(subjects: readonly Found[], inspect: boolean): Promise<Runtime> {
  const lines = `import { workerOf } from './src/worker-host.ts'
    export default workerOf(subject)`
  const workers = await Promise.all(
    subjects.map(async (subject, n) => ({
      name: `subject-${n}`,
      modules: true as const,
      script: (await bundleSubject(subject, lines, true)).code,
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...(subject.workerdFlags ?? [])],
    })),
  )
  const flare = new Miniflare(
    convertV4MiniflareOptions({ workers, cf: false, ...(inspect && { inspectorPort: 0 }) }),
  )
  await flare.ready
  const inspectors = inspect ? await flare.getInspectorURL() : undefined
  const hosts = new Map<string, Host>()
  for (const [n, { name, script }] of workers.entries()) {
    const worker = await flare.getWorker(name)
    const send: Send = async (command) => {
      const body = JSON.stringify(command)
      const response = await worker.fetch('http://bench/', { method: 'POST', body })
      return (await response.json()) as Answer
    }
    const inspector = inspectors && `${inspectors.href}core:user:${name}`
    hosts.set(subjects[n]!.name, { send, code: script, inspector })
  }
  const version = manifestOf('miniflare').dependencies?.['workerd'] ?? ''
  return { version, chunk: CHUNK, hosts, [Symbol.asyncDispose]: () => flare.dispose() }
}

async function startProcesses(
  name: 'Node' | 'Deno',
  subjects: readonly Found[],
  inspect: boolean,
): Promise<Runtime> {
  const lines = `import { serve } from './src/process-host.ts'
    await serve(subject)`
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const hosts = new Map<string, Host>()
  for (const [n, subject] of subjects.entries()) {
    const { code } = await bundleSubject(subject, lines, false)
    const file = join(folder, `${n}.mjs`)
    await writeFile(file, code)
    const [program, args, options] = processOf(name, file, folder, inspect)
    const child = execa(program, args, {
      ...options,
      extendEnv: false,
      reject: false,
      buffer: false,
      stdin: 'pipe',
      stderr: inspect ? 'pipe' : 'inherit',
    })
    stack.defer(async () => {
      child.kill()
      await child
    })
    const nextLine = linesOf(child.stdout)
    const send: Send = async (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`)
      return JSON.parse(await nextLine()) as Answer
    }
    const inspector = inspect ? await inspectorOf(linesOf(child.stderr!)) : undefined
    hosts.set(subject.name, { send, code, inspector })
  }
  const started = stack.move()
  return {
    version: name === 'Node' ? process.versions.node : denoVersion,
    chunk: CHUNK,
    hosts,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** How a file is run in a process of its own that writes nothing outside its folder. */
export function processOf(
  name: 'Node' | 'Deno',
  file: string,
  folder: string,
  inspect = false,
): [program: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }] {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  const options = { cwd: folder, env: { ...env, DENO_DIR: folder } }
  const inspector = inspect ? ['--inspect=127.0.0.1:0'] : []
  if (name === 'Node') return [process.execPath, [...inspector, file], options]
  const rights = ['--allow-env', `--allow-read=${folder}`]
  return [denoBinary(), ['run', ...DENO_OPTIONS, ...rights, ...inspector, file], options]
}

/** Deno reads no configuration and downloads nothing. */
export const DENO_OPTIONS = ['--no-lock', '--no-config', '--cached-only', '--no-prompt']

/** Both runtimes print the address before they run anything. */
async function inspectorOf(nextLine: () => Promise<string>): Promise<string> {
  for (;;) {
    const url = /ws:\/\/\S+/.exec(await nextLine())
    if (url) return url[0]
  }
}

function linesOf(stream: Readable): () => Promise<string> {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]()
  return async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('The process exited')
    return value
  }
}
