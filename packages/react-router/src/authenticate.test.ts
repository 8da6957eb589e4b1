import { type AuthError, type AuthRequest, type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type MiddlewareFunction, RouterContextProvider } from 'react-router'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { authenticate, requireOrigin, requireSession } from './index.ts'

const DAY = 86_400_000

async function signedIn() {
  const clock = { now: 1_700_000_000_000 }
  const auth = limen({
    store: memoryStore<{ name: string }>(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const cookie = auth.createSessionCookie(session).serialize().split(';')[0]!
  return { auth, clock, cookie, session }
}

/** Runs middleware in their order, and answers with 200 below them. */
async function run(request: Request, middleware: readonly MiddlewareFunction<Response>[]) {
  const args = { request, context: new RouterContextProvider(), params: {}, pattern: '/' }
  const from = async (index: number): Promise<Response> => {
    const one = middleware[index]
    if (!one) return new Response('ok')
    let isNextCalled = false
    const next = () => {
      isNextCalled = true
      return from(index + 1)
    }
    const response = await one(args as never, next)
    return response ?? (isNextCalled ? new Response('lost') : next())
  }
  return from(0).catch((error: unknown) => {
    if (error instanceof Response) return error
    throw error
  })
}

const visit = (cookie: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Request('https://app.example/', { method, headers: { Cookie: cookie, ...headers } })

const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

describe('authenticate()', () => {
  it('returns a typed AuthRequest, and throws without its middleware', async () => {
    const { auth } = await signedIn()
    const [, getAuth] = authenticate(auth)
    expectTypeOf(getAuth).returns.toEqualTypeOf<AuthRequest<InferSession<typeof auth>>>()
    expect(() => getAuth({ context: new RouterContextProvider() })).toThrow(
      'No value found for context',
    )
  })

  it('passes the renewal to waitUntil', async () => {
    const { auth, clock, cookie } = await signedIn()
    clock.now += DAY
    const waited: Promise<unknown>[] = []
    const [middleware] = authenticate(auth, {
      eager: true,
      waitUntil: (work) => void waited.push(work),
    })
    const response = await run(visit(cookie), [middleware])
    expect(waited).toHaveLength(1)
    expect(response.headers.get('Set-Cookie')).toContain(cookie)
  })

  it('setSession() throws a 403 response where it refuses the request', async () => {
    const { auth, cookie, session } = await signedIn()
    const [middleware, getAuth] = authenticate(auth)
    const caught: unknown[] = []
    const last: MiddlewareFunction<Response> = (args) => {
      try {
        getAuth(args).setSession(session)
      } catch (error) {
        caught.push(error)
      }
    }
    await run(visit(cookie, CROSS_SITE, 'POST'), [middleware, last])
    const [response] = caught as [Response]
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
  })

  it('keeps the AuthRequests of two auth objects apart', async () => {
    const [one, other] = [await signedIn(), await signedIn()]
    const [first, getFirst] = authenticate(one.auth)
    const [second, getSecond] = authenticate(other.auth)
    const seen: boolean[] = []
    const last: MiddlewareFunction<Response> = async (args) => {
      for (const get of [getFirst, getSecond]) seen.push((await get(args).validate()) !== null)
    }
    await run(visit(one.cookie), [first, second, last])
    expect(seen).toEqual([true, false])
  })
})

describe('requireSession()', () => {
  it('answers 401, redirects, or admits', async () => {
    const { auth, cookie } = await signedIn()
    const [middleware, getAuth] = authenticate(auth)
    const plain = [middleware, requireSession(getAuth)]
    const redirecting = [middleware, requireSession(getAuth, { redirectTo: '/sign-in' })]
    const answers = await Promise.all([
      run(visit(''), plain),
      run(visit(''), redirecting),
      run(visit(cookie), plain),
    ])
    expect(answers.map(({ status }) => status)).toEqual([401, 302, 200])
    expect(answers[1]!.headers.get('Location')).toBe('/sign-in')
    expect(answers[1]!.headers.get('Vary')).toBe('Cookie')
    expect(answers[2]!.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('answers a request of another site with 403, without a read', async () => {
    const { auth, cookie } = await signedIn()
    const [middleware, getAuth] = authenticate(auth)
    for (const guard of [requireSession(getAuth), requireOrigin(getAuth)]) {
      const response = await run(visit(cookie, CROSS_SITE, 'POST'), [middleware, guard])
      expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
    }
  })
})

describe('requireOrigin()', () => {
  it('admits the own forms, and the anonymous', async () => {
    const { auth } = await signedIn()
    const [middleware, getAuth] = authenticate(auth)
    const own = visit('', { Origin: 'https://app.example' }, 'POST')
    const response = await run(own, [middleware, requireOrigin(getAuth)])
    expect(response.status).toBe(200)
  })
})

describe('AUTH_CONFIG errors', () => {
  const [, getAuth] = authenticate(limen({ store: memoryStore() }))
  const cases: [act: () => unknown, message: string][] = [
    [
      () => authenticate({} as never),
      'authenticate(): auth must be what limen() returned (got an object)',
    ],
    [
      () => authenticate(limen({ store: memoryStore() }), { lazy: true } as never),
      'authenticate(): lazy is not an option. The options are: eager, waitUntil',
    ],
    [
      () => requireOrigin(undefined as never),
      'requireOrigin(): getAuth must be the second function that authenticate() returned (got undefined)',
    ],
    [
      () => requireSession(getAuth, { redirectTo: 'sign-in' }),
      'requireSession(): redirectTo must be a path such as "/sign-in" (got "sign-in")',
    ],
  ]
  it.each(cases)('%#', (act, message) => {
    expect(act).toThrow(
      expect.objectContaining<Partial<AuthError>>({ code: 'AUTH_CONFIG', message }),
    )
  })
})
