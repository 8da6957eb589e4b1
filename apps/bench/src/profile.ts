/** Where the time of a subject goes, by function, as V8's own profiler tells in each runtime. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { type Circumstances, sentence } from './results.ts'
import { type Found, type RuntimeName, start } from './runtimes.ts'

/** One function's own time. */
export interface Spent {
  readonly where: string
  /** Microseconds a request, while the profiler looks on: for shares, not to compare with times. */
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

/** Whose profiles are kept, by workload: what is missed stands beside what it is held against. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'active, 12 cookies': ['Limen', 'floor, built-in hash', 'floor, whole session', 'lucia 2.7'],
  'anonymous, 11 cookies': ['Limen', 'floor, built-in hash'],
  malformed: ['Limen', 'floor, built-in hash'],
  'through Hono': ['Limen', 'floor, built-in hash', 'bare Hono'],
}

/** Peers that are near us in workerd alone, where no hash leaves the thread. */
const NEAR_IN_WORKERD = ['better-auth, cookie cache', '@hono/session', 'iron-session']

export const isKept = (runtime: RuntimeName, subject: string, workload: string): boolean =>
  (KEPT[workload]?.includes(subject) ?? false) ||
  (runtime === 'workerd' && workload === 'active, 12 cookies' && NEAR_IN_WORKERD.includes(subject))

/** Writes `profile.md`. */
export function writeProfiles(when: Circumstances, profiles: readonly Profile[]): void {
  const sections = Object.keys(KEPT).map((name) => {
    const blocks = profiles
      .filter(({ workload }) => workload === name)
      .map(
        ({ runtime, subject, spent }) =>
          `### ${runtime}: ${subject}\n\n\`\`\`text\n${textOf(spent, 15)}\n\`\`\``,
      )
    return `## ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${blocks.join('\n\n')}`
  })
  const text = `# Profile

${sentence(when)} Where the time goes, by function: microseconds a request in the function itself, of ${REQUESTS.toLocaleString('en')} requests, while V8's profiler looks on every 100 µs. It slows what it looks at, so these are for shares; the times are in [results.md](results.md). The making of requests is left out. What a runtime's own code does is told of the function that called it where V8 cannot see it: so \`crypto.subtle.digest\` in workerd stands in \`validateToken\`, and its headers in \`#validate\`. By \`node bench.ts --only profile\`.

${sections.join('\n\n')}
`
  writeFileSync(new URL('../profile.md', import.meta.url), text)
}

/** The functions that took the most, a line each. */
export function textOf(spent: readonly Spent[], most: number): string {
  const line = (time: number, where: string) => `${time.toFixed(2).padStart(6)} µs  ${where}`
  const all = spent.reduce((sum, { time }) => sum + time, 0)
  return [
    line(all, 'in all'),
    ...spent.slice(0, most).map(({ time, where }) => line(time, where)),
  ].join('\n')
}

/** Runs a workload under the profiler and tells where its time went, the most first. */
export async function profileOf(
  name: RuntimeName,
  subject: Found,
  workload: string,
): Promise<Spent[]> {
  await using runtime = await start(name, [subject], true)
  const { tell, inspector, code } = runtime.hosts.get(subject.name)!
  const run = (count: number) =>
    tell({ do: 'run', workload, count, chunk: runtime.chunk, cpu: false })
  const { error, able } = await run(WARM_UP)
  if (error || !able) throw new Error(error ?? `It is not able to: ${workload}`)

  const post = await connect(inspector!)
  await post('Profiler.enable')
  await post('Profiler.setSamplingInterval', { interval: 100 })
  await post('Profiler.start')
  await run(REQUESTS)
  return spentIn((await post('Profiler.stop')).profile, code)
}

type Post = (method: string, params?: object) => Promise<Profiler.StopReturnType>

/** Opens V8's inspector: the Chrome DevTools Protocol, which all three speak. */
async function connect(url: string): Promise<Post> {
  const socket = new WebSocket(url)
  const asked: ((result: Profiler.StopReturnType) => void)[] = []
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as {
      id?: number
      result: Profiler.StopReturnType
    }
    if (id !== undefined) asked[id]!(result)
  }
  await once(socket, 'open')
  return (method, params = {}) =>
    new Promise((resolve) => {
      socket.send(JSON.stringify({ id: asked.push(resolve) - 1, method, params }))
    })
}

/** Counts everything but the making of requests and the waiting for commands. */
function spentIn({ nodes, samples, timeDeltas }: Profiler.Profile, code: string): Spent[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const left = new Set<number>()
  const leave = (id: number): void => {
    left.add(id)
    for (const child of byId.get(id)!.children ?? []) leave(child)
  }
  for (const { id, callFrame } of nodes) {
    if (/^(newRequest|cookieTexts|\(idle\))$/.test(callFrame.functionName)) leave(id)
  }
  const lines = code.split('\n')
  const times = new Map<string, number>()
  for (const [n, id] of (samples ?? []).entries()) {
    if (left.has(id)) continue
    const where = placeOf(byId.get(id)!.callFrame, lines)
    times.set(where, (times.get(where) ?? 0) + timeDeltas![n]! / REQUESTS)
  }
  return [...times].map(([where, time]) => ({ where, time })).toSorted((a, b) => b.time - a.time)
}

/** A function's name, and the file that it came from: the bundle tells it in a comment. */
function placeOf(
  { functionName, lineNumber, url }: Profiler.ProfileNode['callFrame'],
  lines: readonly string[],
): string {
  const name = functionName || 'anonymous'
  if (name.startsWith('(')) return name
  if (!url || /^(node|node-internal|ext):/.test(url)) return `${name} (${url || 'built in'})`
  const heading = lines.findLast((line, n) => n <= lineNumber && line.startsWith('// '))
  return `${name} (${heading?.replace(/^\/\/ (?:.*node_modules\/|(?:\.\.\/)*)/, '') ?? url})`
}
