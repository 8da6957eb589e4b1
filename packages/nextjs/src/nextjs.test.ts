import type { AuthRequest, InferSession } from '@limen/core'
import { type NextFetchEvent, NextRequest, NextResponse } from 'next/server.js'
import { beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { COOKIE, DAY, createAuth, errorOf, form, visit } from '../test/app.ts'
import { NextScope, afterwards, nextHeaders } from '../test/next.ts'
import { type NextSessions, nextjs } from './index.ts'

vi.mock('next/headers.js', () => nextHeaders)
vi.mock('next/server.js', async (original) => ({
  ...(await original<object>()),
  after: (work: Promise<unknown>) => void afterwards.push(work),
}))

type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']
type TestSession = InferSession<TestAuth>

const IN_A_PAGE =
  'A page or layout cannot set cookies: call setSession() in a server action, or in a route handler that withAuth() wraps.'

const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

beforeEach(() => void (afterwards.length = 0))

/** Whether one page shows a session, and what the store did for it. */
async function page({ getSession }: NextSessions<TestSession>, scope: NextScope) {
  return scope.run('page', () => Promise.all([getSession(), getSession(), getSession()]))
}

describe('getSession()', () => {
  it('reads the store once for a title, a layout and a page', async () => {
    const { auth, calls, token } = await createAuth()
    const [title, layout, body] = await page(nextjs(auth), new NextScope(visit(token)))
    expectTypeOf(title).toEqualTypeOf<TestSession | null>()
    expect([title?.user.name, layout, body]).toEqual(['Ada', title, title])
    expect(calls).toEqual(['read eventual'])
  })

  it('is null without a cookie, and costs no call of the store', async () => {
    const { auth, calls } = await createAuth()
    expect(await page(nextjs(auth), new NextScope())).toEqual([null, null, null])
    expect(calls).toEqual([])
  })

  it('does not renew an idle session, as a page cannot send its cookie', async () => {
    const { auth, calls, clock, token } = await createAuth()
    clock.now += DAY
    const [session] = await page(nextjs(auth), new NextScope(visit(token)))
    expect([session?.state, session?.fresh]).toEqual(['idle', false])
    expect(calls).toEqual(['read eventual'])
    expect(afterwards).toEqual([])
  })

  it('renews in pages with renewInPages', async () => {
    const { auth, calls, clock, token } = await createAuth({ sessionCookie: { expires: false } })
    const sessions = nextjs(auth, { renewInPages: true })
    for (let day = 0; day < 40; day++) {
      clock.now += DAY
      const [session] = await page(sessions, new NextScope(visit(token)))
      expect(session?.user.name).toBe('Ada')
    }
    expect(calls.filter((call) => call === 'renew')).toHaveLength(40)
  })

  it('rejects where the store is unavailable, and reads again at the next call', async () => {
    const { auth, outage, token } = await createAuth()
    const { getSession } = nextjs(auth)
    const scope = new NextScope(visit(token))
    outage.isOn = true
    const [code] = await errorOf(() => scope.run('page', getSession))
    expect(code).toBe('AUTH_STORE_UNAVAILABLE')
    outage.isOn = false
    expect((await scope.run('page', getSession))?.user.name).toBe('Ada')
  })

  it('is null where the browser sent two cookies of the name', async () => {
    const { auth, token } = await createAuth()
    const other = await createAuth()
    const cookies = `${COOKIE}=${token}; ${COOKIE}=${other.token}`
    const scope = new NextScope({ ...visit(token), Cookie: cookies })
    expect(await scope.run('page', nextjs(auth).getSession)).toBeNull()
  })

  it('finds a cookie of an earlier form', async () => {
    const { auth, token } = await createAuth({ sessionCookie: { formerly: [{ name: 'old' }] } })
    const scope = new NextScope({ ...visit(token), Cookie: `old=${token}` })
    expect((await scope.run('page', nextjs(auth).getSession))?.user.name).toBe('Ada')
  })
})

describe('getPageRequest()', () => {
  it('has no setSession() in TypeScript, and at run time it throws AUTH_COOKIES_DISABLED', async () => {
    const { auth, session, token } = await createAuth()
    const { getPageRequest } = nextjs(auth)
    const scope = new NextScope(visit(token))
    const opened = await scope.run('page', getPageRequest)
    expect(await scope.run('page', getPageRequest)).toBe(opened)
    // @ts-expect-error: as in web() mode
    const set = () => opened.setSession(session)
    expect(await errorOf(set)).toEqual(['AUTH_COOKIES_DISABLED', IN_A_PAGE])
    expect((await opened.validate())?.user.name).toBe('Ada')
  })
})

describe('getAuthRequest()', () => {
  it('sets the cookie, which the page after the action has', async () => {
    const { auth, calls, session, token } = await createAuth()
    const { getAuthRequest, getSession } = nextjs(auth)
    const scope = new NextScope(form())
    await scope.run('action', async () => {
      const authRequest = await getAuthRequest()
      expectTypeOf(authRequest).toEqualTypeOf<AuthRequest<TestSession>>()
      expect(await getAuthRequest()).toBe(authRequest)
      authRequest.setSession(session)
    })
    expect([...scope.jar.lines.values()]).toEqual([
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect((await scope.run('page', getSession))?.user.name).toBe('Ada')
    expect(calls).toEqual(['read strong'])
  })

  it('deletes the cookie, and the page after the action is anonymous', async () => {
    const { auth, calls, token } = await createAuth()
    const { getAuthRequest, getSession } = nextjs(auth)
    const scope = new NextScope(form(token))
    await scope.run('action', async () => (await getAuthRequest()).setSession(null))
    expect(scope.jar.lines.get(COOKIE)).toContain('=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970')
    expect(await scope.run('page', getSession)).toBeNull()
    expect(calls).toEqual([])
  })

  it('deletes a cookie of an earlier form, and the page after the action is anonymous', async () => {
    const { auth, token } = await createAuth({ sessionCookie: { formerly: [{ name: 'old' }] } })
    const { getAuthRequest, getSession } = nextjs(auth)
    const scope = new NextScope({ ...form(), Cookie: `old=${token}` })
    await scope.run('action', async () => (await getAuthRequest()).setSession(null))
    expect([...scope.jar.lines.keys()]).toEqual([COOKIE, 'old'])
    expect(await scope.run('page', getSession)).toBeNull()
  })

  it('keeps the session cookie where an earlier form has its name', async () => {
    const name = '__Secure-session'
    const { auth, session, token } = await createAuth({
      sessionCookie: { name, formerly: [{ name, path: '/app' }] },
    })
    const scope = new NextScope(form())
    const { getAuthRequest } = nextjs(auth)
    await scope.run('action', async () => (await getAuthRequest()).setSession(session))
    expect(scope.jar.lines.get(name)).toContain(token)
  })

  it('the page after an action shows what the action has changed', async () => {
    const { auth, calls, token, userId } = await createAuth()
    const { getAuthRequest, getSession } = nextjs(auth)
    const scope = new NextScope(form(token))
    await scope.run('action', async () => {
      expect((await (await getAuthRequest()).validate())?.user.name).toBe('Ada')
      await auth.updateUserAttributes(userId, { name: 'Grace' })
    })
    expect((await scope.run('page', getSession))?.user.name).toBe('Grace')
    expect(calls).toEqual(['read strong', 'read strong'])
  })

  it('renews an idle session once, after the response', async () => {
    const { auth, calls, clock, token } = await createAuth()
    clock.now += DAY
    const { getAuthRequest, getSession } = nextjs(auth)
    const scope = new NextScope(form(token))
    const session = await scope.run('action', async () => (await getAuthRequest()).validate())
    expect(session?.fresh).toBe(true)
    await Promise.all(afterwards)
    expect(afterwards).toHaveLength(1)
    await scope.run('page', getSession)
    expect(calls).toEqual(['read strong', 'renew', 'read strong'])
    expect(scope.jar.lines.size).toBe(1)
  })

  it('a sign-out of an idle session wins over its renewal', async () => {
    const { auth, clock, token } = await createAuth()
    clock.now += DAY
    const { getAuthRequest } = nextjs(auth)
    const scope = new NextScope(form(token))
    await scope.run('action', async () => {
      const authRequest = await getAuthRequest()
      await authRequest.validate()
      authRequest.setSession(null)
    })
    expect(scope.jar.lines.get(COOKIE)).toContain('Max-Age=0')
  })

  it('rejects a request of another site, before the action writes', async () => {
    const { auth, calls, session, token } = await createAuth()
    const { getAuthRequest } = nextjs(auth)
    const scope = new NextScope({ ...form(token), ...CROSS_SITE })
    expect(await errorOf(() => scope.run('action', getAuthRequest))).toEqual([
      'AUTH_UNTRUSTED_ORIGIN',
      'cross-site: getAuthRequest() and withAuth() refuse this request. To let its handler decide, pass requireOrigin: false.',
    ])
    const opened = await scope.run('action', () => getAuthRequest({ requireOrigin: false }))
    expect(await opened.validate()).toBeNull()
    const [code] = await errorOf(() => scope.run('action', () => opened.setSession(session)))
    expect(code).toBe('AUTH_UNTRUSTED_ORIGIN')
    expect([calls, scope.jar.lines.size]).toEqual([[], 0])
  })

  it('in a page, setSession() throws AUTH_COOKIES_DISABLED and nothing is renewed', async () => {
    const { auth, calls, clock, session, token } = await createAuth()
    clock.now += DAY
    const scope = new NextScope(visit(token))
    const authRequest = await scope.run('page', nextjs(auth).getAuthRequest)
    expect((await authRequest.validate())?.user.name).toBe('Ada')
    expect(calls).toEqual(['read strong'])
    const set = () => scope.run('page', () => authRequest.setSession(session))
    expect(await errorOf(set)).toEqual(['AUTH_COOKIES_DISABLED', IN_A_PAGE])
  })

  it('after the action, setSession() throws AUTH_COOKIES_DISABLED', async () => {
    const { auth, session } = await createAuth()
    const scope = new NextScope(form())
    const authRequest = await scope.run('action', nextjs(auth).getAuthRequest)
    const set = () => scope.run('page', () => authRequest.setSession(session))
    expect(await errorOf(set)).toEqual(['AUTH_COOKIES_DISABLED', IN_A_PAGE])
  })

  it('opens an AuthRequest for each auth object', async () => {
    const [one, other] = [await createAuth(), await createAuth()]
    const scope = new NextScope(form())
    const [first, second] = await scope.run('action', () =>
      Promise.all([nextjs(one.auth).getAuthRequest(), nextjs(other.auth).getAuthRequest()]),
    )
    expect(first).not.toBe(second)
  })
})

describe('the own host', () => {
  const old = (headers: Record<string, string>) => ({
    'Content-Type': 'multipart/form-data; boundary=x',
    ...headers,
  })
  const cases: [string, Record<string, string>, string][] = [
    [
      'X-Forwarded-Host',
      { 'X-Forwarded-Host': 'a.example', Host: 'b.example' },
      'https://a.example',
    ],
    ['Host, without X-Forwarded-Host', { 'X-Forwarded-Host': '', Host: 'b.example' }, ''],
  ]
  it.each(cases)('is that of %s', async (_, hosts, origin) => {
    const { auth } = await createAuth()
    const { getAuthRequest } = nextjs(auth)
    const scope = new NextScope(old({ ...hosts, Origin: origin || 'https://b.example' }))
    if (!hosts['X-Forwarded-Host']) scope.headers.delete('x-forwarded-host')
    const { origin: result } = await scope.run('action', getAuthRequest)
    expect(result).toEqual({ trusted: true })
  })

  it('two values of X-Forwarded-Host are refused', async () => {
    const { auth } = await createAuth()
    const headers = { 'X-Forwarded-Host': 'a.example, b.example', Origin: 'https://a.example' }
    const scope = new NextScope(old(headers))
    const [code] = await errorOf(() => scope.run('action', nextjs(auth).getAuthRequest))
    expect(code).toBe('AUTH_UNTRUSTED_ORIGIN')
  })
})

describe('withAuth()', () => {
  const request = (headers: HeadersInit, method = 'POST') =>
    new NextRequest('http://localhost:3000/api', { method, headers })

  it('gives the handler the request, the AuthRequest and the params', async () => {
    const { auth, token } = await createAuth()
    const { withAuth } = nextjs(auth)
    type Context = { readonly params: Promise<{ readonly id: string }> }
    const GET = withAuth(async ({ nextUrl }, authRequest, { params }: Context) => {
      const session = await authRequest.validate()
      expectTypeOf(session).toEqualTypeOf<TestSession | null>()
      return new Response(`${nextUrl.pathname} ${(await params).id} ${session?.user.name}`)
    })
    expectTypeOf(GET).parameters.toEqualTypeOf<[NextRequest, Context]>()
    const scope = new NextScope(visit(token))
    const context = { params: Promise.resolve({ id: '1' }) }
    const response = await scope.run('action', () => GET(request(visit(token), 'GET'), context))
    expect(await response.text()).toBe('/api 1 Ada')
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('answers a request of another site with 403, before the handler runs', async () => {
    const { auth, token } = await createAuth()
    const handler = vi.fn(() => new Response('never'))
    const headers = { ...form(token), ...CROSS_SITE }
    const scope = new NextScope(headers)
    const POST = nextjs(auth).withAuth(handler)
    const response = await scope.run('action', () => POST(request(headers), {}))
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(handler).not.toHaveBeenCalled()
  })

  it('keeps the cookie where the handler throws redirect()', async () => {
    const { auth, session, token } = await createAuth()
    const redirect = Object.assign(new Error('NEXT_REDIRECT'), { digest: 'NEXT_REDIRECT;…' })
    const scope = new NextScope(form())
    const POST = nextjs(auth).withAuth((_, authRequest) => {
      authRequest.setSession(session)
      throw redirect
    })
    await expect(scope.run('action', () => POST(request(form()), {}))).rejects.toBe(redirect)
    expect(scope.jar.lines.get(COOKIE)).toContain(token)
  })

  it('sets the headers that an extension adds to the cookie', async () => {
    const { auth, userId } = await createAuth({
      extensions: [
        () => ({
          onCreate: () => ({
            withCookie: (cookie) => ({ ...cookie, headers: [['Sec-Session-Registration', 'x']] }),
          }),
        }),
      ],
    })
    const scope = new NextScope(form())
    const POST = nextjs(auth).withAuth(async (_, authRequest) => {
      authRequest.setSession(await auth.createSession({ userId }))
      return new Response('signed in')
    })
    const response = await scope.run('action', () => POST(request(form()), {}))
    expect(response.headers.get('Sec-Session-Registration')).toBe('x')
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('in proxy.ts', () => {
  const waited: Promise<unknown>[] = []
  const event = { waitUntil: (work: Promise<unknown>) => void waited.push(work) }
  const request = (headers: HeadersInit, method = 'GET') =>
    new NextRequest('http://localhost:3000/', {
      method,
      headers: new NextScope(headers).headers,
    })

  it('renewSession() fits `export const proxy`', async () => {
    const { auth } = await createAuth()
    const { renewSession } = nextjs(auth)
    type Proxy = (request: NextRequest, event: NextFetchEvent) => Promise<NextResponse>
    expectTypeOf(renewSession).toExtend<Proxy>()
  })

  it('renewSession() sends the renewed cookie, which a page cannot, beside the cookies of the app', async () => {
    const { auth, calls, clock, token } = await createAuth()
    clock.now += DAY
    const own = NextResponse.next()
    own.cookies.set('before', '1')
    const response = await nextjs(auth).renewSession(request(visit(token)), event, own)
    response.cookies.set('after', '1')
    await Promise.all(waited)
    expect(calls).toEqual(['read eventual', 'renew'])
    expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
      'before',
      COOKIE,
      'after',
    ])
    expect(response.headers.get('Set-Cookie')).toContain(`${COOKIE}=${token}; Path=/; Expires=`)
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('renewSession() leaves the response of an active or anonymous visitor as it is', async () => {
    const { auth, token } = await createAuth()
    for (const headers of [visit(token), {}]) {
      const response = await nextjs(auth).renewSession(request(headers), event)
      expect([...response.headers.keys()]).toEqual(['x-middleware-next'])
    }
  })

  it('renewSession() does nothing on a POST: its action sets the cookie', async () => {
    const { auth, calls, clock, token } = await createAuth()
    clock.now += DAY
    const response = await nextjs(auth).renewSession(request(form(token), 'POST'), event)
    expect([calls, response.headers.getSetCookie()]).toEqual([[], []])
  })

  it('renewSession() lets the request continue where the store is unavailable', async () => {
    const { auth, outage, token } = await createAuth()
    outage.isOn = true
    const response = await nextjs(auth).renewSession(request(visit(token)), event)
    expect(response.headers.get('x-middleware-next')).toBe('1')
  })

  it('renewSession() deletes the cookie of a session that was revoked', async () => {
    const { auth, session, token } = await createAuth()
    await auth.invalidateSession(session.sessionId)
    const response = await nextjs(auth).renewSession(request(visit(token)), event)
    expect(response.headers.get('Set-Cookie')).toContain(
      `${COOKIE}=; Path=/; Expires=Thu, 01 Jan 1970`,
    )
  })

  it('requireOrigin() answers a request of another site with 403, and no other', async () => {
    const { auth, calls, token } = await createAuth()
    const { requireOrigin } = nextjs(auth)
    const refused = requireOrigin(request({ ...form(token), ...CROSS_SITE }, 'POST'))
    expect([refused?.status, await refused?.text()]).toEqual([403, 'Forbidden: cross-site'])
    expect(requireOrigin(request(form(token), 'POST'))).toBeUndefined()
    expect(requireOrigin(request({ ...visit(token), ...CROSS_SITE }))).toBeUndefined()
    expect(calls).toEqual([])
  })

  const visits: [isProxied: boolean, days: number][] = [
    [true, 40],
    [false, 15],
  ]
  it.each(visits)(
    'with renewSession() %s, a visitor who comes every day is signed in for %i days or more',
    async (isProxied, days) => {
      const { auth, clock, token } = await createAuth()
      const sessions = nextjs(auth)
      // The browser deletes the cookie when its Max-Age is over.
      let cookieEnds = clock.now + 15 * DAY
      let day = 0
      for (; day < 40 && clock.now < cookieEnds; day++) {
        if (isProxied) {
          const response = await sessions.renewSession(request(visit(token)), event)
          if (response.headers.has('Set-Cookie')) cookieEnds = clock.now + 15 * DAY
        }
        const [session] = await page(sessions, new NextScope(visit(token)))
        expect(session?.user.name).toBe('Ada')
        clock.now += DAY
      }
      expect(day).toBe(days)
    },
  )
})

describe('AUTH_CONFIG errors', () => {
  it('of nextjs() and its functions', async () => {
    const { auth } = await createAuth()
    const created = nextjs(auth)
    const handler = () => new Response()
    const wrong: [act: () => unknown, message: string][] = [
      [() => nextjs({} as never), 'nextjs(): auth must be what limen() returned (got an object)'],
      [
        () => nextjs(auth, { renew: true } as never),
        'nextjs(): renew is not an option. The options are: renewInPages',
      ],
      [
        () => nextjs(auth, { renewInPages: 'yes' } as never),
        'nextjs(): renewInPages must be true or false (got "yes")',
      ],
      [
        () => created.withAuth(handler, { origin: true } as never),
        'withAuth(): origin is not an option. The options are: requireOrigin, eager',
      ],
      [
        () => created.getAuthRequest({ eager: true } as never),
        'getAuthRequest(): eager is not an option. The options are: requireOrigin',
      ],
    ]
    for (const [act, message] of wrong) expect(await errorOf(act)).toEqual(['AUTH_CONFIG', message])
  })
})
