/** What a fresh process or isolate takes to evaluate a subject, and to answer its first two requests. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'
import { COMPATIBILITY_DATE, type Found, type RuntimeName, bundle, processOf } from './runtimes.ts'
import { type Spread, spreadOf } from './statistics.ts'

/** Milliseconds of one subject in one runtime. */
export interface Cold {
  readonly subject: string
  /** Until its module was evaluated. */
  readonly evaluated: Spread
  /** Until it was opened, had signed in and had answered two authenticated requests. */
  readonly answered: Spread
}

/** Starts every subject afresh in each round, in another order each time. */
export async function coldStarts(
  name: RuntimeName,
  subjects: readonly Found[],
  rounds: number,
): Promise<Cold[]> {
  await using starter =
    name === 'workerd' ? await isolates(subjects) : await processes(name, subjects)
  const all = subjects.map(({ name: subject }, n) => ({
    subject,
    n,
    evaluated: [] as number[],
    answered: [] as number[],
  }))
  const empty: number[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const one of all.toSorted(() => Math.random() - 0.5)) {
      const { evaluated, answered, nothing } = await starter.start(one.n)
      // The first round fills the caches of the file system.
      if (round === 0) continue
      one.evaluated.push(evaluated)
      one.answered.push(answered)
      empty.push(nothing)
    }
  }
  const { median } = spreadOf(empty)
  const without = (times: number[]) => spreadOf(times.map((time) => time - median))
  return all.map(({ subject, evaluated, answered }) => ({
    subject,
    evaluated: without(evaluated),
    answered: without(answered),
  }))
}

interface Starter extends AsyncDisposable {
  start(n: number): Promise<Started>
}

/** Milliseconds; `nothing` is what an empty one took beside it. */
interface Started {
  readonly evaluated: number
  readonly answered: number
  readonly nothing: number
}

const linesOf = (subject: Found) => `
  import { ${subject.as} } from './subjects/${subject.file}'
  import { answerTwo } from './src/cold-run.ts'`

/** No handler through Hono is asked for, so nobody has to read one. */
const options = ({ beside }: Found) => ({
  minify: true,
  beside,
  leftOut: ['*/limen-hono.ts', '*/floor-hono.ts'],
})

async function processes(name: 'Node' | 'Deno', subjects: readonly Found[]): Promise<Starter> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  for (const [n, subject] of subjects.entries()) {
    const { code } = await bundle(
      `${linesOf(subject)}; export const run = () => answerTwo(${subject.as})`,
      false,
      options(subject),
    )
    await writeFile(join(folder, `${n}.mjs`), code)
    await writeFile(
      join(folder, `start-${n}.mjs`),
      `const start = performance.now()
       const { run } = await import('./${n}.mjs')
       const evaluated = performance.now() - start
       await run()
       const answered = performance.now() - start
       console.log(JSON.stringify({ evaluated, answered, nothing: 0 }))
       globalThis.process.exit()`,
    )
  }
  return {
    async start(n) {
      const [command, args, options] = processOf(name, join(folder, `start-${n}.mjs`), folder)
      const { stdout } = await promisify(execFile)(command, args, options)
      return JSON.parse(stdout) as Started
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** workerd loads each into an isolate of its own, and an empty one beside it is taken off. */
async function isolates(subjects: readonly Found[]): Promise<Starter> {
  const modules: Record<string, string> = {
    empty: 'export default { fetch: () => new Response() }',
  }
  const flags: Record<string, readonly string[]> = {}
  for (const [n, subject] of subjects.entries()) {
    flags[n] = subject.workerdFlags ?? []
    modules[n] = (
      await bundle(
        `${linesOf(subject)}
         export default {
           async fetch(request: Request) {
             if (request.method === 'POST') await answerTwo(${subject.as})
             return new Response()
           },
         }`,
        true,
        options(subject),
      )
    ).code
  }
  const flare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      compatibilityDate: COMPATIBILITY_DATE,
      workerLoaders: { LOADER: {} },
      script: `
        const modules = ${JSON.stringify(modules)}
        const flags = ${JSON.stringify(flags)}
        let started = 0
        export default {
          async fetch(request, { LOADER }) {
            const name = new URL(request.url).searchParams.get('name')
            const worker = LOADER.get(String(started++), () => ({
              compatibilityDate: '${COMPATIBILITY_DATE}',
              compatibilityFlags: flags[name] ?? [],
              mainModule: 'main.js',
              modules: { 'main.js': modules[name] },
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
    async start(n) {
      const nothing = await time('empty', 'GET')
      return { nothing, evaluated: await time(n, 'GET'), answered: await time(n, 'POST') }
    },
    [Symbol.asyncDispose]: () => flare.dispose(),
  }
}
