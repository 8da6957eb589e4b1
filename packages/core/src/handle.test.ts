/** handle(): responses, thrown responses, eager validation, waitUntil. */
import { describe, expect, it } from 'vitest'
import { COOKIE, DAY, createApp, visit } from '../test/app.ts'
import { AuthError } from './error.ts'
import { handle } from './response.ts'
import type { AuthRequest } from './auth-request.ts'
import type { InferSession } from './auth.ts'

type App = ReturnType<typeof createApp>

type Request = AuthRequest<InferSession<App['auth']>>

const noStore = 'private, no-store'

describe('handle()', () => {
  it('gives the handler an AuthRequest, and applies its pending cookie to the response', async () => {
    const { auth, clock, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const response = await handle(auth, visit(token), async (authRequest) => {
      const session = await authRequest.validate()
      return new Response(session?.user.name)
    })
    expect(await response.text()).toBe('Ada')
    expect(response.headers.getSetCookie()).toEqual([
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(response.headers.get('Cache-Control')).toBe('private, no-store')
    expect(response.headers.get('Vary')).toBe('Cookie')
  })

  it('returns the same response when the handler reads no session', async () => {
    const { auth, signIn } = createApp()
    const { token } = await signIn()
    const own = new Response('public', { headers: { 'Cache-Control': 'public' } })
    expect(await handle(auth, visit(token), () => own)).toBe(own)
    expect(own.headers.get('Cache-Control')).toBe('public')
    expect(own.headers.get('Vary')).toBeNull()
    expect(own.headers.getSetCookie()).toEqual([])
  })

  it('responds 403 when setSession() throws AUTH_UNTRUSTED_ORIGIN and the handler does not catch it', async () => {
    const { auth, signIn } = createApp()
    const { session } = await signIn()
    const request = visit(null, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    const response = await handle(auth, request, (authRequest) => {
      authRequest.setSession(session)
      return new Response('signed in')
    })
    expect(response.status).toBe(403)
    expect(await response.text()).toBe('Forbidden: cross-site')
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('passes a refused setSession() to refuse, which ends the handler', async () => {
    const { auth, signIn } = createApp()
    const { session } = await signIn()
    const request = visit(null, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    const refuse = (error: AuthError) => {
      throw new Response(error.code, { status: 418 })
    }
    const handler = (authRequest: Request) => {
      authRequest.setSession(session)
      return new Response('signed in')
    }
    const response = await handle(auth, request, handler, { refuse })
    expect([response.status, await response.text()]).toEqual([418, 'AUTH_UNTRUSTED_ORIGIN'])
  })

  const others = [new Error('broken'), new AuthError('AUTH_STORE_UNAVAILABLE'), 'text', null]
  it.each(others)('rethrows every other error: %s', async (thrown) => {
    const { auth } = createApp()
    const handled = handle(auth, visit(null), () => {
      throw thrown
    })
    await expect(handled).rejects.toBe(thrown)
  })
})

describe('handle(), waitUntil', () => {
  it('receives the renewing write', async () => {
    const { auth, clock, calls, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const pending: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => pending.push(work)
    const handler = async (authRequest: Request) => {
      const session = await authRequest.validate()
      return new Response(String(session?.fresh))
    }
    const response = await handle(auth, visit(token), handler, { waitUntil })
    expect(await response.text()).toBe('true')
    expect(pending).toHaveLength(1)
    await Promise.all(pending)
    expect(calls).toEqual(['read', 'renew'])
  })

  it('nested calls for one request share one AuthRequest, and one read', async () => {
    const { auth, calls, signIn } = createApp()
    const { token } = await signIn()
    const request = visit(token)
    const response = await handle(auth, request, async (outer) => {
      await outer.validate()
      return handle(auth, request, async (inner) => {
        expect(inner).toBe(outer)
        return new Response((await inner.validate())?.user.name)
      })
    })
    expect(await response.text()).toBe('Ada')
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(calls).toEqual(['read'])
  })
})

describe('D5: a thrown response', () => {
  const thrown: [what: string, make: () => unknown, status: number][] = [
    ['a redirect', () => Response.redirect('https://app.example/', 303), 303],
    ['a response', () => new Response('gone', { status: 410 }), 410],
    [
      'an error with its own response, as HTTPException of Hono',
      () =>
        Object.assign(new Error('teapot'), {
          getResponse: () => new Response('teapot', { status: 418 }),
        }),
      418,
    ],
  ]
  it.each(thrown)('%s is returned, with the cookies of a sign-in', async (_, make, status) => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    const response = await handle(auth, visit(null, {}, 'POST'), (authRequest) => {
      authRequest.setSession(session)
      throw make()
    })
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toEqual([
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(response.headers.get('Cache-Control')).toBe(noStore)
  })

  it.each<[what: string, error: unknown]>([
    ['a text', 'text'],
    ['null', null],
    ['undefined', undefined],
    ['an error whose getResponse returns nothing', { getResponse: () => undefined }],
    ['an error whose getResponse returns a string', { getResponse: () => 'teapot' }],
    ['an error whose getResponse returns a promise', { getResponse: async () => new Response() }],
    [
      'an error whose getResponse throws',
      {
        getResponse() {
          throw new TypeError('broken')
        },
      },
    ],
    [
      'an error whose getResponse cannot be read',
      {
        get getResponse() {
          throw new TypeError('broken')
        },
      },
    ],
  ])('%s passes through', async (_, error) => {
    const { auth } = createApp()
    const handled = handle(auth, visit(null), () => {
      throw error
    })
    await expect(handled).rejects.toBe(error)
  })
})

describe('D6: a handler that returns undefined', () => {
  it.each([undefined, { eager: true }])('gets undefined back, with %j', async (options) => {
    const { auth, signIn } = createApp()
    const { token } = await signIn()
    const handlers = [() => undefined, async () => undefined, () => {}]
    for (const handler of handlers) {
      expect(await handle(auth, visit(token), handler, options)).toBeUndefined()
    }
    const validating = async (authRequest: Request) => void (await authRequest.validate())
    expect(await handle(auth, visit(token), validating, options)).toBeUndefined()
  })
})
