/** Reports where the time of a subject goes, by function, with V8's own profiler in each runtime. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import type { Found } from './bundle.ts'
import { type Circumstances, sentence } from './results.ts'
import { type RuntimeName, start } from './runtimes.ts'

/** The time inside one function, without the functions that it calls. */
interface Spent {
  readonly where: string
  /** Microseconds a request. The profiler slows the code, so only the shares count. */
  readonly time: number
}

const REQUESTS = 200_000
const WARM_UP = 20_000

/** One subject at one workload in one runtime. */
export interface Profile {
  readonly runtime: RuntimeName
  readonly subject: string
  readonly workload: string
  readonly spent: readonly Spent[]
}

/** Whose profiles `profile.md` has, by workload. */
const REPORTED: Readonly<Record<string, readonly string[]>> = {
  'active, 12 cookies': ['Limen', 'floor, built-in hash', 'floor, whole session', 'lucia 2.7'],
  'anonymous, 11 cookies': ['Limen', 'floor, built-in hash'],
  malformed: ['Limen', 'floor, built-in hash'],
  'through Hono': ['Limen', 'floor, built-in hash', 'bare Hono'],
}

/** Peers whose cryptography is fast in workerd alone, where it does not leave the thread. */
const REPORTED_IN_WORKERD = ['better-auth, cookie cache', '@hono/session', 'iron-session']

export const isReported = (runtime: RuntimeName, subject: string, workload: string): boolean =>
  (REPORTED[workload]?.includes(subject) ?? false) ||
  (runtime === 'workerd' &&
    workload === 'active, 12 cookies' &&
    REPORTED_IN_WORKERD.includes(subject))

/** Writes `profile.md`. */
export function writeProfiles(when: Circumstances, profiles: readonly Profile[]): void {
  const sections = Object.keys(REPORTED).map((name) => {
    const blocks = profiles
      .filter(({ workload }) => workload === name)
      .map(
        ({ runtime, subject, spent }) =>
          `### ${runtime}: ${subject}\n\n\`\`\`text\n${textOf(spent, 15)}\n\`\`\``,
      )
    return `## ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${blocks.join('\n\n')}`
  })
  writeFileSync(
    new URL('../profile.md', import.meta.url),
    `# Profile\n\n${sentence(when)} ${INTRODUCTION}\n\n${sections.join('\n\n')}\n`,
  )
}

const INTRODUCTION = `Where the time goes, by function: microseconds a request inside the function itself, over ${REQUESTS.toLocaleString('en')} requests, sampled by V8's profiler every 100 µs. The profiler slows the code, so only the shares count; the times are in [results.md](results.md). Creating the requests is not included. Where V8 cannot see a runtime's own code, its time is that of the function that called it: \`crypto.subtle.digest\` in workerd is part of \`validateToken\`, and its headers are part of \`#validate\`. By \`node bench.ts --only profile\`.`

/** The functions that took the most time, a line each. */
export function textOf(spent: readonly Spent[], most: number): string {
  const total = spent.reduce((sum, { time }) => sum + time, 0)
  return [{ where: 'in all', time: total }, ...spent.slice(0, most)]
    .map(({ where, time }) => `${time.toFixed(2).padStart(6)} µs  ${where}`)
    .join('\n')
}

/** Runs a workload under the profiler. Returns its functions, the one with the most time first. */
export async function profileOf(
  name: RuntimeName,
  subject: Found,
  workload: string,
): Promise<Spent[]> {
  await using runtime = await start(name, [subject], true)
  const { send, inspector, code } = runtime.hosts.get(subject.name)!
  const run = (count: number) =>
    send({ do: 'run', workload, count, chunk: runtime.chunk, cpu: false })
  const { error, able } = await run(WARM_UP)
  if (error || !able) throw new Error(error ?? `${subject.name} does not support ${workload}`)

  const post = await connect(inspector!)
  await post('Profiler.enable')
  await post('Profiler.setSamplingInterval', { interval: 100 })
  await post('Profiler.start')
  await run(REQUESTS)
  return spentIn((await post('Profiler.stop')).profile, code)
}

type Post = (method: string, params?: object) => Promise<Profiler.StopReturnType>

/** Connects to V8's inspector: all three runtimes support the Chrome DevTools Protocol. */
async function connect(url: string): Promise<Post> {
  const socket = new WebSocket(url)
  const pending: ((result: Profiler.StopReturnType) => void)[] = []
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as {
      id?: number
      result: Profiler.StopReturnType
    }
    if (id !== undefined) pending[id]!(result)
  }
  await once(socket, 'open')
  return (method, params = {}) =>
    new Promise((resolve) => {
      socket.send(JSON.stringify({ id: pending.push(resolve) - 1, method, params }))
    })
}

/** Sums the samples by function, without creating requests and waiting for commands. */
function spentIn({ nodes, samples, timeDeltas }: Profiler.Profile, code: string): Spent[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const excluded = new Set<number>()
  const exclude = (id: number): void => {
    excluded.add(id)
    for (const child of byId.get(id)!.children ?? []) exclude(child)
  }
  for (const { id, callFrame } of nodes) {
    if (/^(newRequest|cookieHeaders|\(idle\))$/.test(callFrame.functionName)) exclude(id)
  }
  const lines = code.split('\n')
  const times = new Map<string, number>()
  for (const [n, id] of (samples ?? []).entries()) {
    if (excluded.has(id)) continue
    const where = locationOf(byId.get(id)!.callFrame, lines)
    times.set(where, (times.get(where) ?? 0) + timeDeltas![n]! / REQUESTS)
  }
  return [...times].map(([where, time]) => ({ where, time })).toSorted((a, b) => b.time - a.time)
}

/** A function's name with its source file, which the bundle has in a comment. */
function locationOf(
  { functionName, lineNumber, url }: Profiler.ProfileNode['callFrame'],
  lines: readonly string[],
): string {
  const name = functionName || 'anonymous'
  if (name.startsWith('(')) return name
  if (!url || /^(node|node-internal|ext):/.test(url)) return `${name} (${url || 'built in'})`
  const heading = lines.findLast((line, n) => n <= lineNumber && line.startsWith('// '))
  return `${name} (${heading?.replace(/^\/\/ (?:.*node_modules\/|(?:\.\.\/)*)/, '') ?? url})`
}
