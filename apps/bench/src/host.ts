/** Runs one subject inside one runtime: checks it, then times what it is told to. */
import { cookieHeader, crossSitePost, newRequest } from './requests.ts'
import { type CookieState, type Opened, type Subject, USER } from './subject.ts'
import { type Workload, workloads } from './workloads.ts'

/** What the bench tells a host. */
export type Command =
  | { readonly do: 'check' }
  | {
      readonly do: 'run'
      readonly workload: string
      readonly count: number
      readonly chunk: number
      /** Whether to read the processor's time, where there is such a clock. */
      readonly cpu: boolean
    }

/** What a host answers. */
export interface Answer {
  /** Whether the subject does what is asked. */
  readonly able: boolean
  /** Milliseconds that the subject took. */
  readonly time: number
  /** Milliseconds that making the requests took. */
  readonly making: number
  /** Whatever the check found worth telling. */
  readonly notes: readonly string[]
  readonly error?: string
}

const TEXTS = 64
const PARALLEL = 20

/** Opens the subject and gives what answers commands. */
export function hostOf(
  subject: Subject,
  cpuNow: () => number = () => performance.now(),
): (command: Command) => Promise<Answer> {
  let opening: { readonly opened: Opened } | undefined
  const kept = new Map<CookieState, readonly string[]>()

  // One peer prints each cookie that it cannot read; nobody is timed for printing.
  console.error = () => {}

  return async (command) => {
    try {
      // The value is kept and never its promise: in workerd that belongs to one request.
      opening ??= { opened: await subject.open(true) }
      const { opened } = opening
      if (command.do === 'check') return { ...nothing, notes: await check(opened) }
      const workload = workloads.find(({ name }) => name === command.workload)!
      return can(opened, workload)
        ? { ...nothing, ...(await run(opened, workload, command)) }
        : { ...nothing, able: false }
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
      return { ...nothing, error: said }
    }
  }

  function can(opened: Opened, { ask, state }: Workload): boolean {
    if (state !== null && subject.cannot?.[state]) return false
    return opened[ask === 'twenty' ? 'validate' : ask] !== undefined
  }

  async function check(opened: Opened): Promise<string[]> {
    const notes: string[] = []
    const { validate } = opened
    if (!validate) return notes
    for (const state of [
      'active',
      'idle',
      'expired',
      'revoked',
      'forged',
      'unknown',
      'malformed',
    ] as const) {
      const cannot = subject.cannot?.[state]
      if (cannot) {
        notes.push(`${state}: ${cannot}`)
        continue
      }
      const answer = await validate(
        newRequest('GET', cookieHeader(await opened.cookie(state), true)),
      )
      expect(answer, state === 'active' || state === 'idle' ? USER : null, state)
    }
    for (const crowded of [true, false]) {
      const answer = await validate(newRequest('GET', cookieHeader(null, crowded)))
      expect(answer, null, 'anonymous')
    }
    const own = cookieHeader(await opened.cookie('active'), true)!
    expect(await validate(newRequest('POST', own)), USER, 'same-origin POST')
    const cannot = subject.cannot?.csrf
    if (cannot) notes.push(`cross-site POST: ${cannot}`)
    else expect(await validate(crossSitePost(own)), null, 'cross-site POST')
    if (opened.handle) {
      const response = await opened.handle(newRequest('GET', own))
      expect(await response.text(), USER, 'through Hono')
    }
    const cookie = await opened.signIn?.()
    if (cookie !== undefined) {
      const signedIn = cookieHeader(cookie.split(';')[0]!, true)
      expect(await validate(newRequest('GET', signedIn)), USER, 'sign-in')
    }
    return notes
  }

  function expect(answer: string | null, expected: string | null, what: string): void {
    if (answer !== expected) throw new Error(`${subject.name}: ${what}: ${answer}`)
  }

  async function cookieTexts({ state, crowded }: Workload, opened: Opened, count: number) {
    if (state === null) return [cookieHeader(null, crowded)]
    let own = kept.get(state)
    if (!own) {
      const made: string[] = []
      // An idle session is idle once.
      const needed = state === 'idle' ? count : TEXTS
      for (let n = 0; n < needed; n++) made.push(await opened.cookie(state))
      if (state !== 'idle') kept.set(state, made)
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
    const { method, ask, known } = workload
    const expected = known ? USER : null
    let time = 0
    let making = 0
    for (let left = count; left > 0; left -= chunk) {
      const asked = Math.min(left, chunk)
      const size = ask === 'twenty' ? asked * PARALLEL : asked
      const texts = await cookieTexts(workload, opened, size)
      const start = now()
      const requests: Request[] = []
      for (let n = 0; n < size; n++) requests.push(newRequest(method, texts[n % texts.length]!))
      const made = now()
      await askAll(requests)
      time += now() - made
      making += made - start
    }
    return { time, making }

    async function askAll(requests: readonly Request[]): Promise<void> {
      const { validate, signIn, handle } = opened
      if (ask === 'validate') {
        for (const request of requests) {
          const answer = await validate!(request)
          if (answer !== expected) expect(answer, expected, workload.name)
        }
      } else if (ask === 'handle') {
        for (const request of requests) {
          const response = await handle!(request)
          if (response.status !== 200) expect(String(response.status), '200', workload.name)
        }
      } else if (ask === 'signIn') {
        for (let n = 0; n < requests.length; n++) await signIn!()
      } else {
        for (let n = 0; n < requests.length; n += PARALLEL) {
          const answers = await Promise.all(
            requests.slice(n, n + PARALLEL).map(async (request) => validate!(request)),
          )
          for (const answer of answers) {
            if (answer !== expected) expect(answer, expected, workload.name)
          }
        }
      }
    }
  }
}

const nothing: Answer = { able: true, time: 0, making: 0, notes: [] }
