/** D1, D2, D3, D7: responses that were sent, streamed bodies, cookie sinks that throw. */
import { describe, expect, it } from 'vitest'
import { DAY, createApp, visit } from '../test/app.ts'
import type { AuthRequest } from './auth-request.ts'
import type { InferSession } from './auth.ts'
import { handle } from './response.ts'

type App = ReturnType<typeof createApp>

type Request = AuthRequest<InferSession<App['auth']>>

const code = (expected: string) =>
  expect.objectContaining({ name: 'AuthError', code: expected }) as Error

const noStore = 'private, no-store'

/** An AuthRequest, and a function that marks its response as sent. */
function openWithResponse({ auth }: App, request: globalThis.Request) {
  const sent: string[] = []
  const context: Parameters<typeof auth.openRequest>[0] & { setCookie?: unknown } = {
    request,
    setCookie: (cookie) => sent.push(cookie.serialize()),
  }
  const authRequest = auth.openRequest(context)
  const markSent = () => void Object.assign(context, { setCookie: undefined })
  return { authRequest, sent, markSent }
}

describe('D1: after the response was sent', () => {
  it.each(['sign-in', 'sign-out'])(
    'a %s throws AUTH_RESPONSE_SENT, and changes nothing',
    async (what) => {
      const app = createApp()
      const { session, token } = await app.signIn()
      const { authRequest, sent, markSent } = openWithResponse(app, visit(token))
      markSent()
      const given = what === 'sign-in' ? session : null
      expect(() => authRequest.setSession(given)).toThrow(code('AUTH_RESPONSE_SENT'))
      expect(() => authRequest.setSession(given, { unsafeSkipOriginCheck: true })).toThrow(
        code('AUTH_RESPONSE_SENT'),
      )
      expect(sent).toEqual([])
      expect(authRequest.cookie()).toBeUndefined()
      expect(await authRequest.validate()).toMatchObject({ sessionId: session.sessionId })
    },
  )

  it('an idle session is not renewed, and is returned as it is', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    app.clock.now += DAY
    const { authRequest, sent, markSent } = openWithResponse(app, visit(token))
    markSent()
    expect(await authRequest.validate()).toMatchObject({ state: 'idle', fresh: false })
    expect(app.calls).toEqual(['read'])
    expect(sent).toEqual([])
  })

  it('an unknown session deletes no cookie', async () => {
    const app = createApp()
    const { authRequest, sent, markSent } = openWithResponse(
      app,
      visit(`${'u'.repeat(22)}.${'u'.repeat(43)}`),
    )
    markSent()
    expect(await authRequest.validate()).toBeNull()
    expect(sent).toEqual([])
    expect(authRequest.cookie()).toBeUndefined()
  })

  it('web() mode has another error, as it has no response', async () => {
    const { auth, signIn } = createApp()
    const { session } = await signIn()
    const authRequest = auth.openRequest({ request: visit(null) })
    expect(() => authRequest.setSession(session)).toThrow(code('AUTH_COOKIES_DISABLED'))
  })

  it('the next call opens another AuthRequest', async () => {
    const { auth } = createApp()
    const key = {}
    const context = { request: visit(null), key, setCookie: (): void => {} }
    const first = auth.openRequest(context)
    expect(auth.openRequest({ ...context })).toBe(first)
    Object.assign(context, { setCookie: undefined })
    expect(auth.openRequest({ ...context, setCookie: () => {} })).not.toBe(first)
    expect(auth.openRequest({ ...context, key: {} })).not.toBe(first)
    const { key: _, ...without } = context
    expect(auth.openRequest(without)).not.toBe(auth.openRequest(without))
  })

  it('setSession() inside a streamed body of handle() throws', async () => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    const errors: unknown[] = []
    const response = await handle(auth, visit(token), (authRequest) => {
      const body = new ReadableStream(
        {
          async pull(controller) {
            await Promise.resolve()
            try {
              authRequest.setSession(session)
            } catch (error) {
              errors.push(error)
            }
            controller.enqueue(new TextEncoder().encode('late'))
            controller.close()
          },
        },
        { highWaterMark: 0 },
      )
      return new Response(body)
    })
    expect(await response.text()).toBe('late')
    expect(errors).toEqual([code('AUTH_RESPONSE_SENT')])
    expect(response.headers.getSetCookie()).toEqual([])
  })

  it('setSession() after a forgotten await in handle() throws', async () => {
    const { auth, signIn } = createApp()
    const { user } = await signIn()
    let forgotten: Promise<unknown> | undefined
    const signInLater = async (authRequest: Request) => {
      const attributes = { device: 'Phone' }
      authRequest.setSession(await auth.createSession({ userId: user.userId, attributes }))
    }
    await handle(auth, visit(null, {}, 'POST'), (authRequest) => {
      forgotten = signInLater(authRequest).catch((error: unknown) => error)
      return new Response('signed in?')
    })
    expect(await forgotten).toEqual(code('AUTH_RESPONSE_SENT'))
  })

  it.each<[what: string, handler: () => Response]>([
    ['a response', () => new Response()],
    [
      'a thrown response',
      () => {
        throw new Response()
      },
    ],
    [
      'an error',
      () => {
        throw new Error('x')
      },
    ],
  ])('handle(): also after %s', async (_, handler) => {
    const { auth, signIn } = createApp()
    const { session } = await signIn()
    let escaped: Request | undefined
    const answered = handle(auth, visit(null), (authRequest) => {
      escaped = authRequest
      return handler()
    })
    await answered.catch(() => {})
    expect(() => escaped!.setSession(session)).toThrow(code('AUTH_RESPONSE_SENT'))
  })
})

describe('D2: the first validate() inside a streamed body', () => {
  const stream = (authRequest: Request) =>
    new Response(
      new ReadableStream(
        {
          async pull(controller) {
            const session = await authRequest.validate()
            controller.enqueue(new TextEncoder().encode(session?.user.name ?? 'anonymous'))
            controller.close()
          },
        },
        { highWaterMark: 0 },
      ),
      { headers: { 'Cache-Control': 'public, max-age=60' } },
    )

  it('reports validated-late when it finds a session', async () => {
    const { auth, events, signIn } = createApp()
    const { session, token } = await signIn()
    const response = await handle(auth, visit(token), stream)
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=60')
    expect(await response.text()).toBe('Ada')
    expect(events).toEqual([{ type: 'validated-late', sessionId: session.sessionId }])
  })

  it('reports nothing when it finds none', async () => {
    const { auth, events } = createApp()
    const response = await handle(auth, visit(null), stream)
    expect(await response.text()).toBe('anonymous')
    expect(events).toEqual([])
  })

  it('is reported once, however often it is called', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    const { authRequest, markSent } = openWithResponse(app, visit(token))
    markSent()
    await authRequest.validate()
    authRequest.invalidate()
    await authRequest.validate()
    expect(app.events.map(({ type }) => type)).toEqual(['validated-late'])
  })

  it('uses the result of `eager`: the response is private, and the session renewed', async () => {
    const { auth, calls, clock, events, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const response = await handle(auth, visit(token), stream, { eager: true })
    expect(response.headers.get('Cache-Control')).toBe(noStore)
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(response.headers.getSetCookie()).toHaveLength(1)
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read', 'renew'])
    expect(events.map(({ type }) => type)).toEqual(['renewed'])
  })

  it('with eager costs an anonymous visitor no read, and a public page stays public', async () => {
    const { auth, calls } = createApp()
    const response = await handle(auth, visit(null), stream, { eager: true })
    expect(response.headers.get('Cache-Control')).toBe('public, max-age=60')
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(await response.text()).toBe('anonymous')
    expect(calls).toEqual([])
  })

  it('with eager runs the handler also when the store fails, and can read again', async () => {
    const { auth, calls, faults, signIn } = createApp()
    const { token } = await signIn()
    faults.set('read', new Error('down'))
    const response = await handle(
      auth,
      visit(token),
      async (authRequest) => {
        await expect(authRequest.validate()).rejects.toThrow(code('AUTH_STORE_UNAVAILABLE'))
        faults.clear()
        return new Response((await authRequest.validate())?.user.name)
      },
      { eager: true },
    )
    expect(await response.text()).toBe('Ada')
    expect(calls).toEqual(['read', 'read', 'read'])
  })

  it.each([undefined, {}, { eager: false }, { eager: undefined }])(
    'with %j reads nothing before the handler does',
    async (options) => {
      const { auth, calls, signIn } = createApp()
      const { token } = await signIn()
      await handle(auth, visit(token), () => new Response(), options)
      expect(calls).toEqual([])
    },
  )
})

describe('D3: [T47] onSession', () => {
  it('is called once, as soon as a session is found, and not for other visitors', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const seen: string[] = []
    const onSession = () => seen.push('marked')
    const { authRequest } = open(visit(token), { onSession })
    await authRequest.validate()
    expect(seen).toEqual(['marked'])
    authRequest.invalidate()
    await authRequest.validate()
    await authRequest.validateBearerToken()
    expect(seen).toEqual(['marked'])
    await open(visit(null), { onSession }).authRequest.validate()
    await open(visit('x'), { onSession }).authRequest.validate()
    expect(seen).toEqual(['marked'])
    const bearer = new Request('https://app.example', {
      headers: { Authorization: `Bearer ${token}` },
    })
    await open(bearer, { onSession }).authRequest.validateBearerToken()
    expect(seen).toEqual(['marked', 'marked'])
  })
})

describe('D7: a cookie sink that throws', () => {
  const broken = new Error('headers were sent')
  const setCookie = () => {
    throw broken
  }

  it('during a renewal is reported as cookie-lost, and validate() resolves after one read', async () => {
    const { calls, clock, events, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest } = open(visit(token), { setCookie })
    for (let i = 0; i < 3; i++) {
      expect(await authRequest.validate()).toMatchObject({ state: 'active', fresh: true })
    }
    expect(calls).toEqual(['read', 'renew'])
    expect(events.map(({ type }) => type).toSorted()).toEqual(['cookie-lost', 'renewed'])
    expect(authRequest.cookie()).toBeUndefined()
  })

  it('during a deletion does not make validate() reject', async () => {
    const { events, open } = createApp()
    const { authRequest } = open(visit(`${'u'.repeat(22)}.${'u'.repeat(43)}`), { setCookie })
    expect(await authRequest.validate()).toBeNull()
    expect(await authRequest.validate()).toBeNull()
    expect(events).toEqual([
      { type: 'cookie-lost' },
      { type: 'token-rejected', carrier: 'Cookie', reason: 'unknown' },
    ])
  })

  it.each(['sign-in', 'sign-out'])(
    'during a %s makes setSession() throw, and changes nothing',
    async (what) => {
      const { events, open, signIn } = createApp()
      const { session, token } = await signIn()
      const { authRequest } = open(visit(token), { setCookie })
      expect(() => authRequest.setSession(what === 'sign-in' ? session : null)).toThrow(broken)
      expect(authRequest.cookie()).toBeUndefined()
      expect(events).toEqual([])
      expect(await authRequest.validate()).toMatchObject({ sessionId: session.sessionId })
    },
  )

  it('during a sign-out after a renewal does not remove the renewed cookie', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    let isBroken = false
    const { authRequest } = open(visit(token), {
      setCookie: () => {
        if (isBroken) throw broken
      },
    })
    await authRequest.validate()
    isBroken = true
    expect(() => authRequest.setSession(null)).toThrow(broken)
    expect(authRequest.cookie()).toMatchObject({ value: token, renewal: true })
  })
})
