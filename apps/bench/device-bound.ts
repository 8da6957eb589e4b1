/**
 * What device-bound sessions cost, in the runtime that runs this: `node apps/bench/device-bound.ts`.
 * The cases take turns in each round; a result is the median of the rounds.
 */
import { limen } from '@limen/core'
import { deviceBound } from '@limen/core/device-bound'
import { memoryStore } from '@limen/core/memory-store'
import { type DeviceAlgorithm, deviceBrowser } from '@limen/conformance'

const ORIGIN = 'https://app.example'
const ROUNDS = 60
const MINUTE = 60_000
/** Eleven cookies of the site beside those of Limen. */
const OTHERS = Array.from({ length: 11 }, (_, index) => `other_${index}=${'v'.repeat(24)}`)

/** An app with the extension. */
const withExtension = (now: () => number) =>
  limen({ store: memoryStore(), now, extensions: [deviceBound({ path: '/device' })] })

/** An app without it, which has no such route. */
const withoutExtension = (now: () => number) => ({
  ...limen({ store: memoryStore(), now }),
  answerDevice: async () => new Response(),
})

/** A browser that has signed in: validates its session, and sends its last refresh again. */
async function signedIn(
  create: typeof withExtension | typeof withoutExtension,
  algorithm?: DeviceAlgorithm,
): Promise<{ validate: () => Promise<void>; refresh: () => Promise<void> }> {
  const clock = { now: Date.now() }
  const now = () => clock.now
  const auth = create(now)
  const { userId } = await auth.createUser({})
  const cookie = auth.createSessionCookie(await auth.createSession({ userId }))
  let last: Request | undefined
  const browser = deviceBrowser({
    now,
    hasDevices: algorithm !== undefined,
    ...(algorithm && { algorithm }),
    async fetch(sent) {
      if (sent.url.endsWith('/page')) return new Response()
      if (sent.url.endsWith('/sign-in')) {
        const headers = new Headers(cookie.headers?.map(([name, value]) => [name, value]))
        headers.append('Set-Cookie', cookie.serialize())
        return new Response(null, { headers })
      }
      last = sent
      return auth.answerDevice(sent)
    },
  })
  await browser.fetch('/sign-in')
  await browser.fetch('/page')
  clock.now += 2 * MINUTE
  const headers = { Cookie: [...OTHERS, browser.cookieHeader()].join('; ') }
  const request = new Request(ORIGIN, { headers })
  return {
    async validate() {
      const found = await auth.handleRequest(request).validate()
      if (!found) throw new Error('not signed in')
    },
    async refresh() {
      const { status } = await auth.answerDevice(last!)
      if (status !== 200) throw new Error(`a refresh was answered with ${status}`)
    },
  }
}

/** Microseconds for one call, in each round. */
async function timesOf(
  cases: Readonly<Record<string, () => Promise<void>>>,
  calls: number,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>()
  for (let round = -5; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(cases)) {
      const started = performance.now()
      for (let call = 0; call < calls; call++) await run()
      const time = ((performance.now() - started) * 1000) / calls
      // The first rounds are for the compiler.
      if (round >= 0) times.set(name, [...(times.get(name) ?? []), time])
    }
  }
  return times
}

const median = (values: readonly number[]) =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!

const plain = await signedIn(withoutExtension)
const unbound = await signedIn(withExtension)
const bound = await signedIn(withExtension, 'ES256')
const rsa = await signedIn(withExtension, 'RS256')

const validations = await timesOf(
  {
    'validate, without the extension': plain.validate,
    'validate, unbound': unbound.validate,
    'validate, bound': bound.validate,
  },
  500,
)
const floor = validations.get('validate, without the extension')!
for (const [name, times] of validations) {
  const ratio = median(times.map((time, round) => time / floor[round]!))
  console.log(`${name}: ${median(times).toFixed(2)} µs, ${ratio.toFixed(2)} ×`)
}
const refreshes = await timesOf(
  { 'refresh, ES256': bound.refresh, 'refresh, RS256': rsa.refresh },
  50,
)
for (const [name, times] of refreshes) console.log(`${name}: ${median(times).toFixed(0)} µs`)
