import { describe, expect, it } from 'vitest'
import { APP, COOKIE, DAY, createApp, visit } from '../test/app.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'
import { web } from './middleware.ts'

const from = (origin: string, method = 'POST') => ({ origin, method })

describe('"Using cookies", statement by statement', () => {
  it('checks the Origin header when validating session cookies', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const request = (origin: string) =>
      new Request(APP, {
        method: 'POST',
        headers: { Cookie: `${COOKIE}=${token}`, Origin: origin },
      })

    expect(await open(request(APP)).authRequest.validate()).not.toBeNull()
    expect(await open(request('https://evil.example')).authRequest.validate()).toBeNull()
  })

  it.each(['GET', 'OPTIONS', 'HEAD', 'TRACE'])(
    'does not reject %s requests of another origin',
    async (method) => {
      const { open, signIn } = createApp()
      const { token } = await signIn()
      const headers = new Headers({ Cookie: `${COOKIE}=${token}`, Origin: 'https://evil.example' })
      const { authRequest } = open({ method, url: APP, headers })
      expect(await authRequest.validate()).not.toBeNull()
    },
  )

  it.each([
    from('https://evil.example'),
    from('https://sub.app.example'),
    from('https://example'),
    from('http://app.example'),
    from('https://app.example:8443'),
    from('https://evil.example', 'PUT'),
    from('https://evil.example', 'DELETE'),
    from('https://evil.example', 'PATCH'),
    from('https://evil.example', 'QUERY'),
    from('https://evil.example', 'get'),
  ])(
    'rejects $method from $origin: domain and subdomain must match',
    async ({ origin, method }) => {
      const { open, signIn } = createApp()
      const { token } = await signIn()
      const headers = new Headers({ Cookie: `${COOKIE}=${token}`, Origin: origin })
      expect(await open({ method, url: APP, headers }).authRequest.validate()).toBeNull()
    },
  )

  it('disables the check with csrfProtection: false', async () => {
    const { open, signIn } = createApp({ csrfProtection: false })
    const { token } = await signIn()
    const request = visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    expect(await open(request).authRequest.validate()).not.toBeNull()
  })

  it('configures the check with csrfProtection.allowedSubdomains', async () => {
    const { open, signIn } = createApp({
      csrfProtection: { allowedSubdomains: ['www', null], baseDomain: 'app.example' },
    })
    const { token } = await signIn()
    const validateFrom = (Origin: string) =>
      open(visit(token, { Origin, 'Sec-Fetch-Site': 'same-site' }, 'POST')).authRequest.validate()

    expect(await validateFrom('https://www.app.example')).not.toBeNull()
    expect(await validateFrom('https://app.example')).not.toBeNull()
    expect(await validateFrom('https://evil.app.example')).toBeNull()
  })

  it('sets session cookies to expire when the session expires', async () => {
    const { auth, signIn } = createApp()
    const { session } = await signIn()
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(1_296_000)
  })

  it('sets cookies to last as long as browsers accept with sessionCookie.expires false', async () => {
    const { auth, clock, signIn } = createApp({ sessionCookie: { expires: false } })
    const { session, token } = await signIn()
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(34_560_000)
    clock.now += 15 * DAY
    await expect(auth.validateSession(token)).rejects.toMatchObject({
      code: 'AUTH_INVALID_SESSION_ID',
    })
  })

  it('validate() resets sessions if they are idle', async () => {
    const { auth, clock, open, signIn } = createApp()
    const { session, token } = await signIn()
    clock.now += DAY
    expect((await auth.getSession(session.sessionId))?.state).toBe('idle')

    const renewed = await open(visit(token)).authRequest.validate()

    expect(renewed).toMatchObject({ state: 'active', fresh: true })
    expect(renewed?.idlePeriodExpiresAt).toEqual(new Date(clock.now + 15 * DAY))
    expect((await auth.getSession(session.sessionId))?.state).toBe('active')
  })

  it('validate() returns a valid session, or null if the session cookie is invalid', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    expect(await open(visit(token)).authRequest.validate()).toMatchObject({
      sessionId: session.sessionId,
    })
    expect(await open(visit(`${token}x`)).authRequest.validate()).toBeNull()
    expect(await open(visit(null)).authRequest.validate()).toBeNull()
  })

  it('validate() returns null if the request is from an untrusted request origin', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'))
    expect(await authRequest.validate()).toBeNull()
    expect(authRequest.origin).toEqual({ trusted: false, reason: 'cross-site' })
  })

  it('readSessionCookie() returns the session cookie value if it exists, or null', async () => {
    const { auth } = createApp()
    expect(auth.readSessionCookie(visit('anything'))).toBe('anything')
    expect(auth.readSessionCookie(visit(null))).toBeNull()
    const request = visit('anything', { Origin: 'https://evil.example' }, 'POST')
    expect(auth.readSessionCookie(request)).toBe('anything')
  })

  it('validateSession() throws an error if the session is invalid', async () => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    expect((await auth.validateSession(token)).sessionId).toBe(session.sessionId)
    await auth.invalidateSession(session.sessionId)
    for (const invalid of [token, 'nonsense', '']) {
      await expect(auth.validateSession(invalid)).rejects.toMatchObject({
        code: 'AUTH_INVALID_SESSION_ID',
      })
    }
  })

  it('validate() will only run once no matter how many times it is called', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    const first = await authRequest.validate()
    expect(await authRequest.validate()).toBe(first)
    expect(calls).toEqual(['read'])
  })

  it('a concurrent validate() waits for the first call to resolve', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    const [a, b, c] = await Promise.all([
      authRequest.validate(),
      authRequest.validate(),
      authRequest.validate(),
    ])
    expect(a).not.toBeNull()
    expect([b, c]).toEqual([a, a])
    expect(calls).toEqual(['read'])
  })

  it('the cache is invalidated whenever setSession() is called', async () => {
    const { auth, open, signIn } = createApp()
    const ada = await signIn('Ada')
    const bob = await signIn('Bob')
    const { authRequest } = open(visit(ada.token))
    expect((await authRequest.validate())?.user.name).toBe('Ada')
    authRequest.setSession(bob.session)
    expect((await authRequest.validate())?.user.name).toBe('Bob')
    await auth.invalidateSession(bob.session.sessionId)
    authRequest.setSession(bob.session)
    expect(await authRequest.validate()).toBeNull()
  })

  it('invalidate() lets the next validate() return the latest user data', async () => {
    const { auth, open, signIn } = createApp()
    const { token, user } = await signIn()
    const { authRequest } = open(visit(token))
    await authRequest.validate()

    await auth.updateUserAttributes(user.userId, { name: 'Ada Lovelace' })

    expect((await authRequest.validate())?.user.name).toBe('Ada')
    authRequest.invalidate()
    expect((await authRequest.validate())?.user.name).toBe('Ada Lovelace')
  })

  it('setSession() sets session cookies by passing a session', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(null, {}, 'POST'))
    authRequest.setSession(session)
    expect(sent()).toEqual([
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    ])
  })

  it('setSession(null) deletes the session cookie', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest, sent } = open(visit(token, {}, 'POST'))
    authRequest.setSession(null)
    expect(sent()).toEqual([
      `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(await authRequest.validate()).toBeNull()
    expect(calls).toEqual([])
  })

  it('setSession() is disabled and throws an error when using web()', () => {
    const auth = limen({ store: memoryStore(), middleware: web() })
    const authRequest = auth.handleRequest(new Request(APP))
    const setSession = 'setSession' as keyof typeof authRequest
    expect(() => (authRequest[setSession] as unknown as (session: null) => void)(null)).toThrow(
      expect.objectContaining({ code: 'AUTH_COOKIES_DISABLED' }),
    )
  })

  it('createSessionCookie() returns a cookie with serialize(), name, value and attributes', async () => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    const cookie = auth.createSessionCookie(session)
    expect(cookie.name).toBe(COOKIE)
    expect(cookie.value).toBe(token)
    expect(cookie.attributes).toEqual({
      httpOnly: true,
      secure: true,
      sameSite: 'lax',
      path: '/',
      maxAge: 1_296_000,
    })
    expect(cookie.serialize()).toBe(
      `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`,
    )
  })

  it('createSessionCookie(null) returns an empty cookie that deletes the current one', () => {
    const { auth } = createApp()
    const cookie = auth.createSessionCookie(null)
    expect(cookie.value).toBe('')
    expect(cookie.serialize()).toBe(
      `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`,
    )
  })
})
