/** Runs one subject inside one runtime: checks it, then measures what each command names. */
import { cookieHeader, crossSitePost, newRequest } from './requests.ts'
import { type CookieState, type Opened, type Subject, USER, cookieStates } from './subject.ts'
import { type Workload, workloads } from './workloads.ts'

/** What the bench sends to a host. */
export type Command =
  | { readonly do: 'check' }
  | {
      readonly do: 'run'
      readonly workload: string
      readonly count: number
      /** How many requests are made before the clock starts. */
      readonly chunk: number
      /** Whether to measure processor time, where the runtime has such a clock. */
      readonly cpu: boolean
    }

/** What a host returns. */
export interface Answer {
  /** Whether the subject supports the workload. */
  readonly able: boolean
  /** Milliseconds that the subject took. */
  readonly time: number
  /** Milliseconds that creating the requests took. */
  readonly making: number
  /** What the subject does not support. */
  readonly notes: readonly string[]
  readonly error?: string
}

const COOKIES = 64
const PARALLEL = 20
const empty: Answer = { able: true, time: 0, making: 0, notes: [] }

/** Opens the subject at the first command, and returns the function that executes commands. */
export function hostOf(
  subject: Subject,
  cpuNow = () => performance.now(),
): (command: Command) => Promise<Answer> {
  let opened: Opened | undefined
  const cookies = new Map<CookieState, readonly string[]>()

  // One peer logs each cookie that it cannot read. Logging is not measured.
  console.error = () => {}

  return async (command) => {
    try {
      // Not a shared promise: in workerd it would belong to one request.
      opened ??= await subject.open(true)
      if (command.do === 'check') return { ...empty, notes: await check(opened) }
      const workload = workloads.find(({ name }) => name === command.workload)!
      return supports(opened, workload)
        ? { ...empty, ...(await run(opened, workload, command)) }
        : { ...empty, able: false }
    } catch (error) {
      return { ...empty, error: error instanceof Error ? error.stack! : String(error) }
    }
  }

  function supports(opened: Opened, { call, state }: Workload): boolean {
    if (state !== null && subject.cannot?.[state]) return false
    return opened[call === 'twenty' ? 'validate' : call] !== undefined
  }

  async function check({ validate, cookie, handle, signIn }: Opened): Promise<string[]> {
    const notes: string[] = []
    if (!validate) return notes
    for (const state of cookieStates) {
      const cannot = subject.cannot?.[state]
      if (cannot) notes.push(`${state}: ${cannot}`)
      else {
        const user = await validate(newRequest('GET', cookieHeader(await cookie(state), true)))
        expect(user, state === 'active' || state === 'idle' ? USER : null, state)
      }
    }
    for (const crowded of [true, false]) {
      expect(await validate(newRequest('GET', cookieHeader(null, crowded))), null, 'anonymous')
    }
    const own = cookieHeader(await cookie('active'), true)!
    expect(await validate(newRequest('POST', own)), USER, 'same-origin POST')
    const cannot = subject.cannot?.csrf
    if (cannot) notes.push(`cross-site POST: ${cannot}`)
    else expect(await validate(crossSitePost(own)), null, 'cross-site POST')
    if (handle) expect(await (await handle(newRequest('GET', own))).text(), USER, 'through Hono')
    const set = await signIn?.()
    if (set !== undefined) {
      const signedIn = cookieHeader(set.split(';')[0]!, true)
      expect(await validate(newRequest('GET', signedIn)), USER, 'sign-in')
    }
    return notes
  }

  function expect(actual: string | null, expected: string | null, what: string): void {
    if (actual !== expected) throw new Error(`${subject.name}: ${what}: ${actual}`)
  }

  async function cookieHeaders({ state, crowded }: Workload, opened: Opened, count: number) {
    if (state === null) return [cookieHeader(null, crowded)]
    let own = cookies.get(state)
    if (!own) {
      const made: string[] = []
      // A renewal makes an idle session active, so each request needs its own.
      const needed = state === 'idle' ? count : COOKIES
      for (let n = 0; n < needed; n++) made.push(await opened.cookie(state))
      if (state !== 'idle') cookies.set(state, made)
      own = made
    }
    return own.map((cookie) => cookieHeader(cookie, crowded))
  }

  async function run(
    opened: Opened,
    workload: Workload,
    { count, chunk, cpu }: { count: number; chunk: number; cpu: boolean },
  ) {
    const now = cpu ? cpuNow : () => performance.now()
    const { validate, signIn, handle } = opened
    const { method, call, isSignedIn } = workload
    const expected = isSignedIn ? USER : null
    let time = 0
    let making = 0
    for (let left = count; left > 0; left -= chunk) {
      const size = Math.min(left, chunk) * (call === 'twenty' ? PARALLEL : 1)
      const headers = await cookieHeaders(workload, opened, size)
      const start = now()
      const requests: Request[] = []
      for (let n = 0; n < size; n++) requests.push(newRequest(method, headers[n % headers.length]!))
      const made = now()
      await callAll(requests)
      time += now() - made
      making += made - start
    }
    return { time, making }

    async function callAll(requests: readonly Request[]): Promise<void> {
      if (call === 'validate') {
        for (const request of requests) {
          const user = await validate!(request)
          if (user !== expected) expect(user, expected, workload.name)
        }
      } else if (call === 'handle') {
        for (const request of requests) {
          const { status } = await handle!(request)
          if (status !== 200) expect(String(status), '200', workload.name)
        }
      } else if (call === 'signIn') {
        for (let n = 0; n < requests.length; n++) await signIn!()
      } else {
        for (let n = 0; n < requests.length; n += PARALLEL) {
          const some = requests.slice(n, n + PARALLEL)
          for (const user of await Promise.all(some.map(async (request) => validate!(request)))) {
            if (user !== expected) expect(user, expected, workload.name)
          }
        }
      }
    }
  }
}
