/** One request and its session: setSession(), the origin, what an adapter reads. */
import { describe, expect, it } from 'vitest'
import { COOKIE, createApp, visit } from '../test/app.ts'
import { limen } from './auth.ts'

const renewing = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

describe('authRequest.origin', () => {
  it('is checked at the first read only, and reports a refusal once', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    app.events.length = 0
    const forged = { 'Sec-Fetch-Site': 'cross-site' }

    const { authRequest: anonymous } = app.open(visit(null, forged, 'POST'))
    await anonymous.validate()
    expect(app.events).toEqual([])
    expect(anonymous.origin).toBe(anonymous.origin)
    expect(app.events).toEqual([{ type: 'origin-refused', reason: 'cross-site' }])

    const { authRequest } = app.open(visit(token, forged, 'POST'))
    expect(app.events).toHaveLength(1)
    await authRequest.validate()
    expect(app.events).toHaveLength(2)
  })
})

describe('[T04] setSession()', () => {
  it('makes validate() return the new session, also on a request without a cookie', async () => {
    const { auth, calls, open, signIn } = createApp()
    const { user } = await signIn()
    const { authRequest, sent } = open(visit(null, {}, 'POST'))
    expect(await authRequest.validate()).toBeNull()
    const session = await auth.createSession({
      userId: user.userId,
      attributes: { device: 'Phone' },
    })
    calls.length = 0
    authRequest.setSession(session)
    expect(calls).toEqual([])
    expect(await authRequest.validate()).toMatchObject({
      sessionId: session.sessionId,
      fresh: true,
    })
    expect(sent()).toEqual([renewing(auth.createBearerToken(session))])
  })

  it('P5: throws on a request that the CSRF rules refuse, for a sign-in and for a sign-out', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    for (const cookie of [token, null]) {
      const request = visit(cookie, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const { authRequest, sent } = open(request)
      for (const given of [session, null]) {
        expect(() => authRequest.setSession(given)).toThrow(
          expect.objectContaining({ code: 'AUTH_UNTRUSTED_ORIGIN' }),
        )
      }
      expect(sent()).toEqual([])
      authRequest.setSession(session, { unsafeSkipOriginCheck: true })
      expect(sent()).toEqual([renewing(token)])
      expect(await authRequest.validate()).not.toBeNull()
    }
  })

  it('throws for a copy of a session, and changes nothing', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(token, {}, 'POST'))
    expect(() => authRequest.setSession({ ...session })).toThrow(
      expect.objectContaining({ code: 'AUTH_INVALID_SESSION_ID' }),
    )
    expect(sent()).toEqual([])
    expect(await authRequest.validate()).not.toBeNull()
  })
})

describe('a session that is neither a session nor null', () => {
  it.each([undefined, 0, '', false, Number.NaN])('is not a sign-out: %s', async (session) => {
    const { auth, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest } = open(visit(token))
    const wrong = { code: 'AUTH_INVALID_SESSION_ID' }
    expect(() => authRequest.setSession(session as never)).toThrow(expect.objectContaining(wrong))
    expect(authRequest.cookie()).toBeUndefined()
    expect(await authRequest.validate()).not.toBeNull()
    expect(() => auth.createSessionCookie(session as never)).toThrow(expect.objectContaining(wrong))
  })
})

describe('an AuthRequest', () => {
  it('reports which headers its results depend on, and whether a session was found', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const unread = open(visit(token)).authRequest
    expect([unread.vary, unread.isPrivate]).toEqual([[], false])
    const anonymous = open(visit(null)).authRequest
    await anonymous.validate()
    expect([anonymous.vary, anonymous.isPrivate]).toEqual([['Cookie'], false])
    const known = open(visit(token)).authRequest
    await known.validate()
    expect([known.vary, known.isPrivate]).toEqual([['Cookie'], true])
    await known.validateBearerToken()
    expect(known.vary).toEqual(['Cookie', 'Authorization'])
    const signedIn = open(visit(null, {}, 'POST')).authRequest
    signedIn.setSession(session)
    expect([signedIn.vary, signedIn.isPrivate]).toEqual([['Cookie'], false])
  })

  it('uses the cookie that the framework has read already', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const validateWith = (sessionCookie: string | null) =>
      open(visit('ignored'), { sessionCookie }).authRequest.validate()
    expect(await validateWith(token)).not.toBeNull()
    expect(await validateWith(null)).toBeNull()
    expect(await validateWith('')).toBeNull()
  })
})

describe('P9: [T45] two requests', () => {
  it('each read the store, also with one auth object', async () => {
    const { auth, calls, clock, store, signIn } = createApp()
    const { token } = await signIn()
    const other = limen({ store, now: () => clock.now })
    for (const one of [auth, auth, other]) {
      await one.openRequest({ request: visit(token) }).validate()
    }
    expect(calls).toEqual(['read', 'read', 'read'])
  })
})
