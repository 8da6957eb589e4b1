import { beforeAll, describe, expect, it } from 'vitest'
import { type Counted, countedApp } from './calls.ts'
import { cookieHeader, crossSitePost, newRequest } from './requests.ts'
import { DAY, USER, forged } from './subject.ts'

let app: Awaited<ReturnType<typeof countedApp>>
beforeAll(async () => {
  app = await countedApp()
}, 60_000)

async function signIn(): Promise<string> {
  const session = await app.auth.createSession({ userId: USER })
  const { name, value } = app.auth.createSessionCookie(session)
  return `${name}=${value}`
}

const get = (own: string | null) => newRequest('GET', cookieHeader(own, true))
const post = (own: string) => newRequest('POST', cookieHeader(own, true))

/** Creates the request before the counting starts, and returns what is counted. */
type Prepare = (own: string) => Parameters<typeof app.counting>[0]
const web =
  (make: (own: string) => Request): Prepare =>
  (own) => {
    const request = make(own)
    return () => app.web(request)
  }
const worker: Prepare = (own) => {
  const request = get(own)
  return (waitUntil) => app.worker(request, waitUntil)
}

const MALFORMED = '__Host-Http-session=malformed'
const READ = { 'D1 statements': 1, hashes: 1 }
type Case = [
  what: string,
  prepare: Prepare,
  age: number,
  before: Counted['before'],
  after: Counted['after'],
  because: string,
]
const cases: Case[] = [
  [
    'an anonymous visitor with 11 cookies',
    web(() => get(null)),
    0,
    {},
    {},
    'there is no session cookie',
  ],
  ['a malformed token', web(() => get(MALFORMED)), 0, {}, {}, 'its form is checked first'],
  ['a cross-site POST', web(crossSitePost), 0, { URL: 1 }, {}, 'its cookie is not read'],
  ['an active session', web(get), 0, READ, {}, 'one statement returns session and user'],
  ['a same-origin POST', web(post), 0, READ, {}, 'Sec-Fetch-Site is enough'],
  [
    'a forged secret',
    web((own) => get(forged(own))),
    0,
    READ,
    {},
    'it is hashed while the store reads',
  ],
  [
    'a renewal in web() mode',
    web(get),
    2 * DAY,
    { 'D1 statements': 2, hashes: 1 },
    {},
    'one statement reads, one renews',
  ],
  [
    'a renewal in a Worker',
    worker,
    2 * DAY,
    { ...READ, Response: 1 },
    { 'D1 statements': 1 },
    'the response does not wait for the write, and is copied for the cookie',
  ],
  ['an active session in a Worker', worker, 0, READ, {}, 'the response is not copied'],
  [
    'a sign-in',
    () => () => app.auth.createSession({ userId: USER }),
    0,
    { ...READ, 'random numbers': 2 },
    {},
    'one write also returns the user',
  ],
]

describe('Limen over D1', () => {
  it.each(cases)('%s costs exactly what is listed', async (_, prepare, age, before, after) => {
    const counted = prepare(await signIn())
    app.clock.now += age
    expect(await app.counting(counted)).toEqual({ before, after })
  })

  it('creates no object for an active session that bare Hono does not create', async () => {
    const own = get(await signIn())
    const other = get(null)
    const { before: bare } = await app.counting(() => app.bareHono(other))
    const { before: full } = await app.counting(() => app.throughHono(own))
    expect(full).toEqual({ ...bare, ...READ })
  })
})
