import { type AuthError, type AuthRequest, type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { authenticate } from './index.ts'

const DAY = 86_400_000
const ok = () => ({ response: new Response('ok'), context: 1 })

async function signedIn() {
  const clock = { now: 1_700_000_000_000 }
  const auth = limen({
    store: memoryStore<{ name: string }>(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const Cookie = auth.createSessionCookie(session).serialize().split(';')[0]!
  return { auth, clock, Cookie, session }
}

describe('authenticate()', () => {
  it('gives a typed AuthRequest, and keeps what the result has besides', async () => {
    const { auth, Cookie } = await signedIn()
    const request = new Request('https://app.example/', { headers: { Cookie } })
    const result = await authenticate(auth, request, async (authRequest) => {
      expectTypeOf(authRequest).toEqualTypeOf<AuthRequest<InferSession<typeof auth>>>()
      await authRequest.validate()
      return ok()
    })
    expectTypeOf(result).toEqualTypeOf<ReturnType<typeof ok>>()
    expect(result.context).toBe(1)
    expect(result.response.headers.get('Cache-Control')).toBe('private, no-store')
  })

  it('a redirect of the router with a cookie is still one', async () => {
    const { auth, session } = await signedIn()
    const request = new Request('https://app.example/', { method: 'GET' })
    const options = { to: '/next' }
    const { response } = await authenticate(auth, request, (authRequest) => {
      authRequest.setSession(session)
      return { response: Object.assign(new Response(null, { status: 307 }), { options }) }
    })
    expect(response).toHaveProperty('options', options)
    expect(response.headers.getSetCookie()).toHaveLength(1)
  })

  it('setSession() throws a 403 response where it refuses the request', async () => {
    const { auth, session } = await signedIn()
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    const request = new Request('https://app.example/', { method: 'POST', headers })
    const caught: unknown[] = []
    await authenticate(auth, request, (authRequest) => {
      try {
        authRequest.setSession(session)
      } catch (error) {
        caught.push(error)
      }
      return ok()
    })
    const [response] = caught as [Response]
    expect([response.status, await response.text()]).toEqual([403, 'Forbidden: cross-site'])
  })

  it('passes the renewal to waitUntil', async () => {
    const { auth, clock, Cookie } = await signedIn()
    clock.now += DAY
    const waited: Promise<unknown>[] = []
    const request = new Request('https://app.example/', { headers: { Cookie } })
    const { response } = await authenticate(auth, request, ok, {
      eager: true,
      waitUntil: (work) => void waited.push(work),
    })
    expect(waited).toHaveLength(1)
    expect(response.headers.get('Set-Cookie')).toContain(Cookie)
  })
})

describe('AUTH_CONFIG errors', () => {
  const request = new Request('https://app.example/')
  const auth = limen({ store: memoryStore() })
  const cases: [act: () => Promise<unknown>, message: string][] = [
    [
      () => authenticate({} as never, request, ok),
      'authenticate(): auth must be what limen() returned (got an object)',
    ],
    [
      () => authenticate(auth, request, ok, { lazy: true } as never),
      'authenticate(): lazy is not an option. The options are: eager, waitUntil',
    ],
    [
      () => authenticate(auth, request, () => ({ response: undefined as never })),
      'authenticate(): there is no response for cookies. Add its middleware to requestMiddleware in src/start.ts.',
    ],
  ]
  it.each(cases)('%#', async (act, message) => {
    const expected: Partial<AuthError> = { code: 'AUTH_CONFIG', message }
    await expect(act()).rejects.toMatchObject(expected)
  })
})
