import { type InferSession, type InferUser, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { signIn } from '@limen/testing'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createApp } from '../examples/notes.ts'

const store = memoryStore<{ name: string }, { device: string }>()
const auth = limen({
  store,
  getUserAttributes: ({ name }) => ({ name }),
  getSessionAttributes: ({ device }) => ({ device }),
})
const sessionAttributes = { device: 'laptop' }
const attributes = { name: 'Ada' }

describe('signIn()', () => {
  it('creates a user and a session with attributes', async () => {
    const ada = await signIn(auth, { attributes, sessionAttributes })
    expect(ada.user).toEqual({ userId: ada.session.user.userId, name: 'Ada' })
    expect(ada.session).toMatchObject({ device: 'laptop', state: 'active', fresh: true })
    expect(await auth.getUser(ada.user.userId)).toEqual(ada.user)
  })

  it('creates a user under the given id', async () => {
    const ada = await signIn(auth, { userId: 'ada', attributes, sessionAttributes })
    expect(ada.user).toEqual({ userId: 'ada', name: 'Ada' })
  })

  it('signs in a user that exists', async () => {
    const { userId } = await auth.createUser({ attributes })
    const ada = await signIn(auth, { userId, sessionAttributes })
    expect(ada.user).toEqual({ userId, name: 'Ada' })
    const phone = await signIn(auth, { userId, sessionAttributes: { device: 'phone' } })
    const devices = await auth.getAllUserSessions(userId)
    expect(devices.map(({ device }) => device)).toEqual(['laptop', 'phone'])
    expect(phone.session.sessionId).not.toBe(ada.session.sessionId)
  })

  it('rejects for a user that does not exist', async () => {
    const signingIn = signIn(auth, { userId: 'missing', sessionAttributes })
    await expect(signingIn).rejects.toMatchObject({ code: 'AUTH_INVALID_USER_ID' })
  })

  it('makes requests that the app accepts, by cookie and by bearer token', async () => {
    const ada = await signIn(auth, { attributes, sessionAttributes })
    const { sessionId } = ada.session
    for (const request of [
      ada.request('/'),
      ada.request('/', { method: 'POST' }),
      new Request(`${ada.origin}/`, { method: 'POST', headers: ada.headers() }),
    ]) {
      expect((await auth.handleRequest(request).validate())?.sessionId).toBe(sessionId)
    }
    const bearer = new Request(ada.origin, { method: 'POST', headers: ada.bearerHeaders() })
    const authRequest = auth.handleRequest(bearer)
    expect((await authRequest.validateBearerToken())?.sessionId).toBe(sessionId)
    expect(await authRequest.validate()).toBeNull()
  })

  it('follows a sign-out and another sign-in through the app', async () => {
    const { app, auth } = createApp(memoryStore<{ name: string }>())
    app.post('/sign-in', async (c) => {
      const session = await auth.createSession(await auth.createUser({ attributes }))
      c.header('Set-Cookie', auth.createSessionCookie(session).serialize())
      return c.text('signed in')
    })
    const ada = await signIn(auth, { attributes, fetch: app.fetch })
    const status = async () => (await ada.fetch('/notes')).status
    expect(await status()).toBe(200)
    await ada.fetch('/sign-out', { method: 'POST' })
    expect(ada.headers().has('Cookie')).toBe(false)
    expect(await status()).toBe(401)
    await ada.fetch('/sign-in', { method: 'POST' })
    expect(await status()).toBe(200)
  })

  const cookies: [what: string, config: object, origin: string | undefined, cookie: string][] = [
    ['the default cookie', {}, undefined, '__Host-Http-session'],
    ['a cookie on localhost', {}, 'http://localhost:8787', '__Host-Http-session'],
    ['an insecure cookie', { secure: false }, 'http://app.test', 'session'],
    [
      'a cookie with a domain',
      { sessionCookie: { attributes: { domain: 'example.com' } } },
      'https://app.example.com',
      '__Secure-session',
    ],
    [
      'a partitioned cookie',
      { sessionCookie: { attributes: { partitioned: true, sameSite: 'none' } } },
      undefined,
      '__Host-Http-partitioned-session',
    ],
  ]
  it.each(cookies)('works with %s', async (_, config, origin, name) => {
    const own = limen({ store: memoryStore(), ...config })
    const ada = await signIn(own, { origin })
    expect(ada.headers().get('Cookie')).toMatch(new RegExp(`^${name}=`))
    expect(await own.handleRequest(ada.request('/')).validate()).not.toBeNull()
  })

  it('sends a cookie with a path below that path only', async () => {
    const own = limen({
      store: memoryStore(),
      sessionCookie: { attributes: { path: '/app' } },
    })
    const ada = await signIn(own, {})
    expect(ada.headers('/app/notes').get('Cookie')).toMatch(/^__Secure-session=/)
    expect(ada.headers('/').get('Cookie')).toBeNull()
  })

  const lost: [config: object, origin: string, text: string][] = [
    [{}, 'http://app.example', 'origin "http://app.example" (secure: true, domain: none)'],
    [
      { sessionCookie: { attributes: { domain: 'example.com' } } },
      'https://app.example',
      'origin "https://app.example" (secure: true, domain: example.com)',
    ],
  ]
  it.each(lost)('%j at %s rejects: a browser does not store it', async (config, origin, text) => {
    const own = limen({ store: memoryStore(), ...config })
    const message = `signIn(): a browser does not store this cookie at ${text}`
    await expect(signIn(own, { origin })).rejects.toThrow(new TypeError(message))
  })
})

describe('types of signIn()', () => {
  it('flow from the auth object', () => {
    const signedIn = () => signIn(auth, { attributes, sessionAttributes })
    type Ada = Awaited<ReturnType<typeof signedIn>>
    expectTypeOf<Ada['session']>().toEqualTypeOf<InferSession<typeof auth>>()
    expectTypeOf<Ada['user']>().toEqualTypeOf<InferUser<typeof auth>>()
    expectTypeOf<Ada['user']['name']>().toEqualTypeOf<string>()
    expectTypeOf<Ada['session']['device']>().toEqualTypeOf<string>()
    expectTypeOf<ReturnType<Ada['headers']>>().toEqualTypeOf<Headers>()
  })

  it('require the attributes that the store needs', () => {
    const plain = limen({ store: memoryStore() })
    const calls = () => {
      void signIn(plain, {})
      void signIn(plain, { userId: 'ada', origin: 'https://app.example' })
      void signIn(auth, { userId: 'ada', sessionAttributes })
      void signIn(auth, { userId: 'ada', attributes, sessionAttributes })
      // @ts-expect-error the session's attributes are missing
      void signIn(auth, { attributes })
      // @ts-expect-error neither a user nor its attributes
      void signIn(auth, { sessionAttributes })
      // @ts-expect-error name is a string
      void signIn(auth, { attributes: { name: 5 }, sessionAttributes })
      // @ts-expect-error an unknown attribute
      void signIn(auth, { attributes: { name: 'Ada', age: 5 }, sessionAttributes })
      // @ts-expect-error an unknown option
      void signIn(plain, { user: 'ada' })
    }
    expect(calls).toBeTypeOf('function')
  })
})
