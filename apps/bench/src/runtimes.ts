/** Starts a host for each subject in Node, Deno and workerd, and bundles the same code for all. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import type { Answer, Command } from './host.ts'

/** Where a subject is found: its name, its file and its export. */
export interface Found {
  readonly name: string
  readonly file: string
  readonly as: string
  readonly workerdFlags?: readonly string[]
  /** Another checkout of this repository, whose packages it takes. */
  readonly beside?: string
}

export type Tell = (command: Command) => Promise<Answer>

/** One subject inside one runtime. */
interface Host {
  readonly tell: Tell
  /** The code that it runs. */
  readonly code: string
  /** The address of V8's inspector, when it was asked for. */
  readonly inspector?: string | undefined
}

/** One runtime with all its hosts. */
export interface Runtime extends AsyncDisposable {
  readonly name: RuntimeName
  readonly version: string
  /** How many requests are made before the clock starts: few where the clock is fine. */
  readonly chunk: number
  readonly hosts: ReadonlyMap<string, Host>
}

export const runtimeNames = ['Node', 'workerd', 'Deno'] as const
export type RuntimeName = (typeof runtimeNames)[number]

export const COMPATIBILITY_DATE = '2026-11-01'
const root = fileURLToPath(new URL('..', import.meta.url))
const resolve = createRequire(import.meta.url)

/** The Deno binary: the npm package's own command leaves Deno behind when it is stopped. */
export const denoBinary = (): string =>
  (resolve('deno/install_api.cjs') as { runInstall: () => string }).runInstall()

interface Manifest {
  readonly version: string
  readonly dependencies?: Record<string, string>
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as Manifest

/** The version of an installed package. */
export const versionOf = (name: string): string => manifestOf(name).version

/** A bundle, and what went into it. */
export interface Bundled {
  readonly code: string
  readonly modules: number
  /** What it imports of Node. */
  readonly builtins: readonly string[]
}

/** Bundles some lines for Node and Deno, or as wrangler does for a Worker. */
export async function bundle(
  contents: string,
  forWorker: boolean,
  {
    minify = false,
    beside = '',
    leftOut = [],
  }: { minify?: boolean; beside?: string | undefined; leftOut?: readonly string[] } = {},
): Promise<Bundled> {
  const packages = ['core', 'core/memory-store', 'hono', 'workers']
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify,
    format: 'esm',
    target: 'es2023',
    write: false,
    metafile: true,
    outfile: 'bundle.js',
    external: ['node:*', ...leftOut],
    nodePaths: beside ? [join(root, 'node_modules')] : [],
    alias: beside
      ? Object.fromEntries(packages.map((name) => [`@limen/${name}`, besideAt(beside, name)]))
      : {},
    ...(forWorker
      ? {
          platform: 'neutral' as const,
          conditions: ['workerd', 'worker', 'browser'],
          mainFields: ['browser', 'module', 'main'],
        }
      : { platform: 'node' as const }),
    logLevel: 'error',
  })
  const { inputs, imports } = Object.values(metafile.outputs)[0]!
  return {
    code: outputFiles[0]!.text,
    modules: Object.values(inputs).filter(({ bytesInOutput }) => bytesInOutput > 0).length,
    builtins: [...new Set(imports.map(({ path }) => path))].filter((path) =>
      path.startsWith('node:'),
    ),
  }
}

async function codeOf(...given: Parameters<typeof bundle>): Promise<string> {
  return (await bundle(...given)).code
}

function besideAt(checkout: string, name: string): string {
  const [room, door = 'index'] = name.split('/')
  return join(checkout, 'packages', room!, 'src', `${door}.ts`)
}

/**
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
  const workers = await Promise.all(
    subjects.map(async (subject, n) => ({
      name: `subject-${n}`,
      modules: true as const,
      script: await codeOf(
        `import { ${subject.as} } from './subjects/${subject.file}'
         import { workerOf } from './src/worker-host.ts'
         export default workerOf(${subject.as})`,
        true,
        subject,
      ),
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
    const tell: Tell = async (command) => {
      const response = await worker.fetch('http://bench/', {
        method: 'POST',
        body: JSON.stringify(command),
      })
      return (await response.json()) as Answer
    }
    const inspector = inspectors && `${inspectors.href}core:user:${name}`
    hosts.set(subjects[n]!.name, { tell, code: script, inspector })
  }
  return {
    name: 'workerd',
    version: manifestOf('miniflare').dependencies?.['workerd'] ?? '',
    chunk: 2000,
    hosts,
    [Symbol.asyncDispose]: () => flare.dispose(),
  }
}

async function startProcesses(
  name: 'Node' | 'Deno',
  subjects: readonly Found[],
  inspect: boolean,
): Promise<Runtime> {
  // Everybody is bundled before anybody starts, so that a failure leaves nothing behind.
  const bundles = await Promise.all(
    subjects.map((subject) =>
      codeOf(
        `import { ${subject.as} } from './subjects/${subject.file}'
         import { serve } from './src/process-host.ts'
         await serve(${subject.as})`,
        false,
        subject,
      ),
    ),
  )
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const children: ChildProcess[] = []
  const hosts = new Map<string, Host>()
  for (const [n, code] of bundles.entries()) {
    const file = join(folder, `${n}.mjs`)
    await writeFile(file, code)
    const [command, args, options] = processOf(name, file, folder, inspect)
    const child = spawn(command, args, {
      ...options,
      stdio: ['pipe', 'pipe', inspect ? 'pipe' : 'inherit'],
    })
    children.push(child)
    const inspector = inspect ? await inspectorOf(child) : undefined
    hosts.set(subjects[n]!.name, { tell: tellerOf(child), code, inspector })
  }
  return {
    name,
    version: name === 'Node' ? process.versions.node : versionOf('deno'),
    chunk: 2000,
    hosts,
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode === null && child.kill()) await once(child, 'exit')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** How a file is run in a process of its own that touches nothing outside its folder. */
export function processOf(
  name: 'Node' | 'Deno',
  file: string,
  folder: string,
  inspect = false,
): [command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }] {
  const env = { PATH: process.env['PATH'], NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }
  const options = { cwd: folder, env: { ...env, DENO_DIR: folder } }
  const inspector = inspect ? ['--inspect=127.0.0.1:0'] : []
  if (name === 'Node') return [process.execPath, [...inspector, file], options]
  const quiet = ['--no-lock', '--no-config', '--cached-only', '--no-prompt']
  const rights = ['--allow-env', `--allow-read=${folder}`]
  return [denoBinary(), ['run', ...quiet, ...rights, ...inspector, file], options]
}

/** Both say where it is before they run anything. */
async function inspectorOf({ stderr }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stderr! })) {
    const url = /ws:\/\/\S+/.exec(line)
    if (url) return url[0]
  }
  throw new Error('The host has no inspector')
}

function tellerOf(child: ChildProcess): Tell {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return async (command) => {
    child.stdin!.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('The host ended')
    return JSON.parse(value) as Answer
  }
}
