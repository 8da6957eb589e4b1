import { beforeAll, describe, expect, it } from 'vitest'
import { type Counted, countedApp } from './calls.ts'
import { cookieHeader, crossSitePost, newRequest } from './requests.ts'
import { DAY, USER, forged } from './subject.ts'

type App = Awaited<ReturnType<typeof countedApp>>
type Ask = (app: App, own: string) => (waitUntil: (work: Promise<unknown>) => void) => unknown

const get = (own: string | null) => newRequest('GET', cookieHeader(own, true))
const post = (own: string) => newRequest('POST', cookieHeader(own, true))

/** The request is made before anything is counted. */
const web =
  (request: Request): ReturnType<Ask> =>
  () =>
    app.web(request)
const inWorker =
  (request: Request): ReturnType<Ask> =>
  (waitUntil) =>
    app.worker(request, waitUntil)

let app: App
beforeAll(async () => {
  app = await countedApp()
})

async function signedIn(): Promise<string> {
  const session = await app.auth.createSession({ userId: USER })
  const { name, value } = app.auth.createSessionCookie(session)
  return `${name}=${value}`
}

type Case = [
  what: string,
  ask: (own: string) => ReturnType<Ask>,
  age: number,
  before: Counted['before'],
  after: Counted['after'],
  because: string,
]
const cases: Case[] = [
  [
    'an anonymous visitor with 11 cookies',
    () => web(get(null)),
    0,
    {},
    {},
    'there is nothing to ask for',
  ],
  [
    'a malformed token',
    () => web(get('__Host-Http-session=malformed')),
    0,
    {},
    {},
    'its form is looked at first',
  ],
  [
    'a cross-site POST',
    (own) => web(crossSitePost(own)),
    0,
    { URL: 1 },
    {},
    'its cookie is not read',
  ],
  [
    'an active session',
    (own) => web(get(own)),
    0,
    { 'D1 statements': 1, hashes: 1 },
    {},
    'session and user come together',
  ],
  [
    'a same-origin POST',
    (own) => web(post(own)),
    0,
    { 'D1 statements': 1, hashes: 1 },
    {},
    'Sec-Fetch-Site: same-origin needs no comparison of origins',
  ],
  [
    'a forged secret',
    (own) => web(get(forged(own))),
    0,
    { 'D1 statements': 1, hashes: 1 },
    {},
    'it is hashed while the store is asked',
  ],
  [
    'a renewal in web() mode',
    (own) => web(get(own)),
    2 * DAY,
    { 'D1 statements': 2, hashes: 1 },
    {},
    'one call to read, one to renew',
  ],
  [
    'a renewal in a Worker',
    (own) => inWorker(get(own)),
    2 * DAY,
    { 'D1 statements': 1, hashes: 1, Response: 1 },
    { 'D1 statements': 1 },
    'the write does not hold the response, and the cookie goes on a copy of the page',
  ],
  [
    'an active session in a Worker',
    (own) => inWorker(get(own)),
    0,
    { 'D1 statements': 1, hashes: 1 },
    {},
    'the response is not copied',
  ],
  [
    'a sign-in',
    () => () => app.auth.createSession({ userId: USER }),
    0,
    { 'D1 statements': 1, hashes: 1, 'random numbers': 2 },
    {},
    'one write that gives the user back',
  ],
]

describe('Limen over D1', () => {
  it.each(cases)('%s', async (_, ask, age, before, after) => {
    const own = await signedIn()
    app.clock.now += age
    expect(await app.counting(ask(own))).toEqual({ before, after })
  })

  it('makes no object for an active session that bare Hono does not make', async () => {
    const own = get(await signedIn())
    const other = get(null)
    const { before: bare } = await app.counting(() => app.bareHono(other))
    const { before: full } = await app.counting(() => app.throughHono(own))
    expect(full).toEqual({ ...bare, 'D1 statements': 1, hashes: 1 })
  })
})
