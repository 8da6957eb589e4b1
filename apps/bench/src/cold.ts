/** Measures how long a fresh process or isolate takes to evaluate a subject and to respond to two requests. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { type Found, bundleSubject } from './bundle.ts'
import { COMPATIBILITY_DATE, type RuntimeName, processOf } from './runtimes.ts'
import { type Spread, medianOf, spreadOf } from './statistics.ts'

/** Milliseconds of one subject in one runtime. */
export interface Cold {
  readonly subject: string
  /** Until its module was evaluated. */
  readonly evaluated: Spread
  /** Until it was opened, had created a session and had validated it in two requests. */
  readonly answered: Spread
}

/** Starts every subject in each round, in random order. */
export async function coldStarts(
  name: RuntimeName,
  subjects: readonly Found[],
  rounds: number,
): Promise<Cold[]> {
  await using starter =
    name === 'workerd' ? await isolates(subjects) : await processes(name, subjects)
  const starts = subjects.map((): Started[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const n of [...starts.keys()].toSorted(() => Math.random() - 0.5)) {
      const started = await starter.start(n)
      // The first round fills the file system's caches.
      if (round > 0) starts[n]!.push(started)
    }
  }
  const empty = medianOf(starts.flat().map((one) => one.empty))
  const without = (times: number[]) => spreadOf(times.map((time) => time - empty))
  return subjects.map(({ name: subject }, n) => ({
    subject,
    evaluated: without(starts[n]!.map(({ evaluated }) => evaluated)),
    answered: without(starts[n]!.map(({ answered }) => answered)),
  }))
}

interface Starter extends AsyncDisposable {
  start(n: number): Promise<Started>
}

/** Milliseconds; `empty` is the time of an empty isolate at the same moment. */
interface Started {
  readonly evaluated: number
  readonly answered: number
  readonly empty: number
}

/** The Hono apps of the subjects are not called here, so they are not evaluated. */
const options = { minify: true, leftOut: ['*/limen-hono.ts', '*/floor-hono.ts'] }

async function processes(name: 'Node' | 'Deno', subjects: readonly Found[]): Promise<Starter> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  const lines = `import { answerTwo } from './src/cold-run.ts'
    export const run = () => answerTwo(subject)`
  for (const [n, subject] of subjects.entries()) {
    const { code } = await bundleSubject(subject, lines, false, options)
    await writeFile(join(folder, `${n}.mjs`), code)
    await writeFile(
      join(folder, `start-${n}.mjs`),
      `const start = performance.now()
       const { run } = await import('./${n}.mjs')
       const evaluated = performance.now() - start
       await run()
       const answered = performance.now() - start
       console.log(JSON.stringify({ evaluated, answered, empty: 0 }))
       globalThis.process.exit()`,
    )
  }
  return {
    async start(n) {
      const [program, args, where] = processOf(name, join(folder, `start-${n}.mjs`), folder)
      const { stdout } = await execa(program, args, { ...where, extendEnv: false })
      return JSON.parse(stdout) as Started
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** workerd loads each subject into an isolate of its own; the time of an empty one is subtracted. */
async function isolates(subjects: readonly Found[]): Promise<Starter> {
  const lines = `import { answerTwo } from './src/cold-run.ts'
    export default {
      async fetch(request: Request) {
        if (request.method === 'POST') await answerTwo(subject)
        return new Response()
      },
    }`
  const workers: Record<string, { code: string; flags: readonly string[] }> = {
    empty: { code: 'export default { fetch: () => new Response() }', flags: [] },
  }
  for (const [n, subject] of subjects.entries()) {
    const { code } = await bundleSubject(subject, lines, true, options)
    workers[n] = { code, flags: subject.workerdFlags ?? [] }
  }
  const flare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      compatibilityDate: COMPATIBILITY_DATE,
      workerLoaders: { LOADER: {} },
      script: `
        const workers = ${JSON.stringify(workers)}
        let started = 0
        export default {
          async fetch(request, { LOADER }) {
            const { code, flags } = workers[new URL(request.url).searchParams.get('name')]
            const worker = LOADER.get(String(started++), () => ({
              compatibilityDate: '${COMPATIBILITY_DATE}',
              compatibilityFlags: flags,
              mainModule: 'main.js',
              modules: { 'main.js': code },
            }))
            return worker.getEntrypoint().fetch('http://cold/', { method: request.method })
          },
        }`,
      cf: false,
    }),
  )
  await flare.ready
  const time = async (name: string | number, method: 'GET' | 'POST') => {
    const start = performance.now()
    const response = await flare.dispatchFetch(`http://bench/?name=${name}`, { method })
    await response.text()
    if (!response.ok) throw new Error(`${name}: ${response.status}`)
    return performance.now() - start
  }
  return {
    start: async (n) => ({
      empty: await time('empty', 'GET'),
      evaluated: await time(n, 'GET'),
      answered: await time(n, 'POST'),
    }),
    [Symbol.asyncDispose]: () => flare.dispose(),
  }
}
