import type { AuthRequest, InferSession } from '@limen/core'
import { authenticate } from '@limen/elysia'
import { Elysia, redirect } from 'elysia'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { DAY, PUBLIC, type TestAuth, URL, createAuth, deleting, marksOf } from '../test/app.ts'

const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
const PRIVATE = { cacheControl: 'private, no-store', vary: 'Cookie' }

const appOf = (auth: TestAuth) => new Elysia().use(authenticate(auth))
type App = ReturnType<typeof appOf>

/** The chunks of a generator. In Node, Elysia's are texts, which `response.text()` rejects. */
async function textOf({ body }: Response): Promise<string> {
  let text = ''
  for await (const chunk of body as unknown as AsyncIterable<string | Uint8Array>) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
  }
  return text
}

async function createIdle() {
  const given = await createAuth()
  given.clock.now += DAY
  return { ...given, app: appOf(given.auth) }
}

describe('authenticate()', () => {
  it('types auth and session, and reads the store once', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = appOf(auth)
      .get('/', async ({ auth }) => {
        expectTypeOf(auth).toEqualTypeOf<AuthRequest<InferSession<TestAuth>>>()
        const [session] = await Promise.all([auth.validate(), auth.validate()])
        return session?.user.name ?? 'anonymous'
      })
      .get('/me', ({ session }) => session.user.name, { requireSession: true })
      .get('/public', () => 'public')
    expect(await (await app.handle(new Request(URL, { headers }))).text()).toBe('Ada')
    expect(await (await app.handle(new Request(`${URL}me`, { headers }))).text()).toBe('Ada')
    expect(calls).toEqual(['read', 'read'])
    const open = await app.handle(new Request(`${URL}public`, { headers }))
    expect(marksOf(open)).toEqual({ cookies: [], cacheControl: null, vary: null })
    expect(calls).toEqual(['read', 'read'])
  })

  const answers: [what: string, status: number, route: (app: App) => unknown, own: string[]][] = [
    ['a value', 200, (app) => app.get('/', () => ({ page: 1 })), []],
    [
      "a value and Elysia's cookie jar",
      200,
      (app) =>
        app.get('/', ({ cookie }) => {
          cookie['theme']!.set({ value: 'dark', path: '/' })
          return 'page'
        }),
      ['theme=dark; Path=/'],
    ],
    [
      'a redirect and the cookie jar',
      302,
      (app) =>
        app.get('/', ({ cookie }) => {
          cookie['theme']!.set({ value: 'dark', path: '/' })
          return redirect(`${URL}next`)
        }),
      ['theme=dark; Path=/'],
    ],
    [
      'an error and the cookie jar',
      500,
      (app) =>
        app.get('/', ({ cookie }) => {
          cookie['theme']!.set({ value: 'dark', path: '/' })
          throw new Error('broken')
        }),
      ['theme=dark; Path=/'],
    ],
    [
      'a public Response with a cookie of its own',
      200,
      (app) =>
        app.get(
          '/',
          () => new Response('page', { headers: { 'Set-Cookie': 'a=1', 'Cache-Control': PUBLIC } }),
        ),
      ['a=1'],
    ],
    [
      'a generator',
      200,
      (app) =>
        app.get('/', function* () {
          yield 'one'
          yield 'two'
        }),
      [],
    ],
    ['no route', 404, () => {}, []],
  ]
  it.each(answers)(
    'sends a renewed cookie and private headers with %s (%i)',
    async (_, status, route, own) => {
      const { app, auth, calls, headers, setting } = await createIdle()
      app.onBeforeHandle({ as: 'global' }, async ({ auth }) => void (await auth.validate()))
      // A request without a route runs no other hook.
      app.onError({ as: 'global' }, async ({ request }) => {
        if (status === 404) await auth.handleRequest({ request }).validate()
      })
      route(app)
      const response = await app.handle(new Request(URL, { headers }))
      expect(response.status).toBe(status)
      const { cookies, ...marks } = marksOf(response)
      expect(cookies.toSorted()).toEqual([...own, setting].toSorted())
      expect(marks).toEqual(PRIVATE)
      expect(calls).toEqual(['read', 'renew'])
    },
  )

  it('P5: a refused setSession() is a 403 without onError', async () => {
    const { app, calls, headers, session } = await createIdle()
    app.post('/', ({ auth }) => {
      auth.setSession(session)
      return 'signed in'
    })
    const request = new Request(URL, { method: 'POST', headers: { ...headers, ...evil } })
    const response = await app.handle(request)
    expect([response.status, marksOf(response).cookies, calls]).toEqual([403, [], []])
  })

  it('after the first yield nothing is renewed, and with eager it was before', async () => {
    for (const eager of [false, true]) {
      const { auth, calls, clock, headers, setting } = await createAuth()
      clock.now += DAY
      const app = new Elysia()
        .use(authenticate(auth, { eager }))
        .get('/', async function* ({ auth }) {
          yield 'Hello '
          yield (await auth.validate())?.user.name
        })
      const response = await app.handle(new Request(URL, { headers }))
      expect(marksOf(response).cookies).toEqual(eager ? [setting] : [])
      expect(await textOf(response)).toContain('Ada')
      expect(calls).toEqual(eager ? ['read', 'renew'] : ['read'])
    }
  })

  it('two auth objects in two plugins both apply their cookies', async () => {
    const one = await createAuth()
    const other = await createAuth()
    one.clock.now += DAY
    const app = new Elysia()
      .use(authenticate(other.auth))
      .use(authenticate(one.auth))
      .get('/', async ({ auth }) => (await auth.validate())?.user.name)
    const response = await app.handle(new Request(URL, one))
    expect(await response.text()).toBe('Ada')
    expect(marksOf(response).cookies).toEqual([one.setting])
  })
})

describe('requireSession', () => {
  it('answers 401 to anonymous visitors, and 403 to untrusted requests', async () => {
    const { app, calls, headers } = await createIdle()
    let runs = 0
    app.all('/', ({ session }) => `${session.user.name} ${++runs}`, { requireSession: true })
    const anonymous = await app.handle(new Request(URL))
    expect([anonymous.status, await anonymous.text()]).toEqual([401, 'Unauthorized'])
    const cross = new Request(URL, { method: 'POST', headers: { ...headers, ...evil } })
    const refused = await app.handle(cross)
    expect([refused.status, await refused.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect([runs, calls]).toEqual([0, []])
    expect(await (await app.handle(new Request(URL, { headers }))).text()).toBe('Ada 1')
  })
})

describe('requireOrigin', () => {
  it('runs no handler for an untrusted request', async () => {
    const { app, headers } = await createIdle()
    let runs = 0
    app.post('/', () => ++runs, { requireOrigin: true })
    const send = (sent: HeadersInit) =>
      app.handle(new Request(URL, { method: 'POST', headers: sent }))
    expect([(await send(evil)).status, (await send({})).status, runs]).toEqual([403, 403, 0])
    expect(await (await send(headers)).text()).toBe('1')
  })
})

describe('elysia()', () => {
  it('is the AuthRequest of the plugin', async () => {
    const { app, auth, calls, headers } = await createIdle()
    app.post('/', async (context) => {
      await context.auth.validate()
      auth.handleRequest(context).setSession(null)
      return 'signed out'
    })
    const response = await app.handle(new Request(URL, { method: 'POST', headers }))
    expect(marksOf(response).cookies).toEqual([deleting])
    expect(calls).toEqual(['read', 'renew'])
  })

  it('without the plugin validates, renews nothing, and setSession() throws', async () => {
    const { auth, calls, headers, clock } = await createAuth()
    clock.now += DAY
    const app = new Elysia().get('/', async (context) => {
      const request = auth.handleRequest(context)
      const name = (await request.validate())?.user.name
      try {
        request.setSession(null)
      } catch (error) {
        return `${name} ${(error as { code: string }).code}`
      }
      return 'no error'
    })
    const response = await app.handle(new Request(URL, { headers }))
    expect(await response.text()).toBe('Ada AUTH_COOKIES_DISABLED')
    expect(calls).toEqual(['read'])
  })
})
