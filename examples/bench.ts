/**
 * Measures what Limen adds to a request in each framework, and writes it into `apps/bench`: `pnpm -C
 * examples bench`. It needs Linux, where the processor time of a process and its children can be read.
 *
 * A server has two routes that answer the same: one without Limen, and one that validates. Requests go
 * over one connection, several at a time, so that little of the time is spent on the network.
 */
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { type Socket, connect } from 'node:net'
import { parseArgs } from 'node:util'
import { type Command, type Running, Visitor, build, start, watch } from 'driver'
import { bun } from '../.config/bun.ts'
import { writeReport } from '../apps/bench/src/report.ts'
import { cookieHeader, newRequest } from '../apps/bench/src/requests.ts'
import {
  type FrameworkCost,
  circumstances,
  readResults,
  writeResults,
} from '../apps/bench/src/results.ts'
import { spreadOf } from '../apps/bench/src/statistics.ts'
import { spreadText } from '../apps/bench/src/text.ts'

/** A server of one framework. To add one, add a line to `subjects`. */
interface Subject {
  /** The framework with its version. */
  readonly name: string
  /** The folder in `examples`. */
  readonly folder: string
  /** Builds the server for production. */
  readonly build?: Command
  readonly command: Command
  /** The route of the framework's bare handler. Default `/bare`. */
  readonly bare?: string
  /** The route that validates, and answers the same. Default `/session`. */
  readonly session?: string
}

/** `null` where Bun has no binary for this platform. */
const program = bun()

const subjects: readonly Subject[] = [
  { name: 'node:http', folder: 'node', command: ['node', 'bench.ts'] },
  { name: 'Express 5.3.0', folder: 'express', command: ['node', 'bench.ts'] },
  { name: 'Koa 3.3.0', folder: 'koa', command: ['node', 'bench.ts'] },
  { name: 'Fastify 5.12.8', folder: 'fastify', command: ['node', 'bench.ts'] },
  { name: 'Bun.serve 1.4.5', folder: 'bun', command: [bun() ?? 'bun', 'bench.ts'] },
  {
    name: 'SvelteKit 3.2.0',
    folder: 'sveltekit',
    build: ['vite', 'build'],
    command: ['node', 'build'],
  },
  {
    name: 'Astro 7.3.5',
    folder: 'astro',
    build: ['astro', 'build'],
    command: ['node', 'dist/server/entry.mjs'],
  },
  {
    name: 'Next.js 16.4.6',
    folder: 'nextjs',
    build: ['next', 'build'],
    command: ['next', 'start', '--port', '{port}'],
  },
  {
    name: 'React Router 8.4.0',
    folder: 'react-router',
    build: ['react-router', 'build'],
    command: ['react-router-serve', 'build/server/index.js'],
  },
  {
    name: 'TanStack Start 1.169.5',
    folder: 'tanstack-start',
    build: ['vite', 'build'],
    command: [
      'srvx',
      'serve',
      '--prod',
      '--static',
      '../client',
      '--entry',
      'dist/server/server.js',
    ],
  },
  {
    name: 'Nitro 3.0.260903-beta',
    folder: 'nitro',
    build: ['nitro', 'build'],
    command: ['node', '.output/server/index.mjs'],
    session: '/data',
  },
  {
    name: 'SolidStart 2.0.5',
    folder: 'solid-start',
    build: ['vite', 'build'],
    command: ['node', '.output/server/index.mjs'],
    session: '/data',
  },
  {
    name: 'Nuxt 4.5.2',
    folder: 'nuxt',
    build: ['nuxt', 'build'],
    command: ['node', '.output/server/index.mjs'],
    bare: '/api/bare',
    session: '/api/data',
  },
  ...(program
    ? [{ name: 'Elysia 1.4.30 on Bun', folder: 'elysia', command: [program, 'bench.ts'] } as const]
    : []),
]

/** How many requests are sent at once. */
const AT_ONCE = 20

const { values } = parseArgs({
  options: {
    /** Parts of names, joined by +. With it nothing is written. */
    subject: { type: 'string' },
    rounds: { type: 'string', default: '15' },
    requests: { type: 'string', default: '3000' },
  },
})
const [rounds, requests] = [Number(values.rounds), Number(values.requests)]

const when = circumstances()
const parts = values.subject?.toLowerCase().split('+')
const chosen = subjects.filter(
  ({ name }) => !parts || parts.some((part) => name.toLowerCase().includes(part)),
)
const costs: FrameworkCost[] = []
for (const subject of chosen) {
  const cost = await costOf(subject)
  costs.push(cost)
  const added = (of: readonly number[]) =>
    spreadText(spreadOf(of.map((one, round) => one - cost.bare[round]!)))
  console.log(
    `${subject.name}: bare ${spreadText(spreadOf(cost.bare))} µs, active session + ${added(cost.active)}, anonymous + ${added(cost.anonymous)}`,
  )
}
if (!parts) {
  const results = { ...readResults(), frameworks: { when, costs } }
  writeResults(results)
  await writeReport(results)
}

async function costOf(subject: Subject): Promise<FrameworkCost> {
  using watched = watch(`${import.meta.dirname}/${subject.folder}`, {
    BENCH: '1',
    NODE_ENV: 'production',
  })
  if (subject.build) await build(subject.build, watched)
  await using running = await start(subject.command, watched)
  const { bare = '/bare', session = '/session' } = subject
  const cookie = await signIn(running.port, session)
  const kinds = {
    bare: head(running.port, bare, cookie),
    active: head(running.port, session, cookie),
    anonymous: head(running.port, session, null),
  }
  const times: Record<keyof typeof kinds, number[]> = { bare: [], active: [], anonymous: [] }
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const name of names.toSorted(() => Math.random() - 0.5)) {
      const time = await timeOf(running, kinds[name])
      if (round > 0) times[name].push(time)
    }
  }
  return { framework: subject.name, ...times }
}

/** Signs a visitor up, and checks that the session is found. */
async function signIn(port: number, session: string): Promise<string> {
  const visitor = new Visitor(port)
  const body = new URLSearchParams({ name: 'Ada' })
  // adapter-node of SvelteKit takes this request for https: without Sec-Fetch-Site, the origins differ.
  const headers = { Origin: visitor.origin, 'Sec-Fetch-Site': 'same-origin' }
  await visitor.send('/sign-up', { method: 'POST', body, headers })
  const { who } = await visitor.get(session)
  if (who !== 'Ada') throw new Error(`GET ${session} answers ${who}`)
  const cookies = Array.from(visitor.cookies)
  return cookies.find(([name]) => name.endsWith('session'))!.join('=')
}

/** The bytes of one request. */
function head(port: number, path: string, cookie: string | null): string {
  const headers = Array.from(newRequest('GET', cookieHeader(cookie, true)).headers)
  const lines = headers
    .filter(([name]) => name !== 'host' && name !== 'accept-encoding')
    .map((pair) => pair.join(': '))
  return [`GET ${path} HTTP/1.1`, `Host: localhost:${port}`, ...lines, '', ''].join('\r\n')
}

/** The processor time of one request, in microseconds. */
async function timeOf(running: Running, request: string): Promise<number> {
  const socket = connect(running.port, 'localhost')
  await once(socket, 'connect')
  const before = processorTime(running.pid)
  for (let sent = 0; sent < requests; sent += AT_ONCE) {
    socket.write(request.repeat(AT_ONCE))
    await answered(socket)
  }
  const time = processorTime(running.pid) - before
  socket.destroy()
  return time / 1000 / requests
}

/** Waits for as many responses as were requested at once. */
async function answered(socket: Socket): Promise<void> {
  let text = ''
  let count = 0
  while (count < AT_ONCE) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    text += chunk.toString('latin1')
    count = text.split('HTTP/1.1 200 ').length - 1
    if (/HTTP\/1\.1 (?!200)/.test(text)) throw new Error(text)
  }
}

/** The processor time of a group of processes so far, with all threads, in nanoseconds. */
function processorTime(group: number): number {
  let total = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, state = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) (?=\w )/)
      if (Number(state.split(' ')[2]) !== group) continue
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        const schedule = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8')
        total += Number(schedule.split(' ')[0])
      }
    } catch {
      // The process has ended.
    }
  }
  return total
}
