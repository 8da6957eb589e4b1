/** Threats of docs/threat-model.md that concern several modules. */
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, createApp, visit } from '../test/app.ts'

const EVIL = 'https://evil.example'

function requestOf(method: string, headers: Record<string, string>, url = APP) {
  return { method, url, headers: new Headers(headers) }
}

describe('a token', () => {
  it('[T34] is read from the Cookie and Authorization headers only', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const elsewhere = [
      requestOf('GET', {}, `${APP}/?${COOKIE}=${token}&token=${token}&access_token=${token}`),
      requestOf('GET', {}, `${APP}/${token}#${token}`),
      requestOf('GET', { Cookie2: `${COOKIE}=${token}`, 'Set-Cookie': `${COOKIE}=${token}` }),
      requestOf('GET', { 'X-Session': token, 'Proxy-Authorization': `Bearer ${token}` }),
      requestOf('GET', { 'Sec-WebSocket-Protocol': `bearer, ${token}` }),
    ]
    for (const request of elsewhere) {
      const { authRequest } = open(request)
      expect(await authRequest.validate(), request.url).toBeNull()
      expect(await authRequest.validateBearerToken(), request.url).toBeNull()
    }
    expect(calls).toEqual([])
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
  })

  it('[T32] cannot be computed from the stored data', async () => {
    const { open, signIn, store } = createApp()
    const { session, token } = await signIn()
    const other = await signIn()
    const found = await store.read(session.sessionId, { consistency: 'strong' })
    const hash = found!.session.secretHash
    expect(hash).toMatch(/^[\w-]{43}$/)
    for (const secret of [hash, other.token.split('.')[1]]) {
      const made = `${session.sessionId}.${secret}`
      expect(await open(visit(made)).authRequest.validate()).toBeNull()
    }
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
  })

  it('[T30] that a visitor brings is never adopted: a sign-in creates another', async () => {
    const { auth, open, signIn } = createApp()
    const { user } = await signIn()
    const planted = `${'p'.repeat(22)}.${'p'.repeat(43)}`
    const { authRequest, cookies } = open(visit(planted, {}, 'POST'))
    expect(await authRequest.validate()).toBeNull()
    const attributes = { device: 'Laptop' }
    authRequest.setSession(await auth.createSession({ userId: user.userId, attributes }))
    const [cookie] = cookies
    expect(cookie?.value).not.toContain('p'.repeat(22))
    expect(await open(visit(cookie!.value)).authRequest.validate()).not.toBeNull()
    expect(await open(visit(planted)).authRequest.validate()).toBeNull()
  })
})

describe('P5: a cross-site request with a cookie', () => {
  it('[T12] is refused also with an Authorization header', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    for (const Authorization of ['Basic YTpi', 'Bearer x', `Bearer ${token}`]) {
      const crossSite = { Authorization, Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }
      expect(await open(visit(token, crossSite, 'POST')).authRequest.validate()).toBeNull()
    }
    expect(calls).toEqual([])
  })

  it('[T08] is refused also with a header that overrides the method', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const crossSite = { [name]: 'GET', Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }
      expect(await open(visit(token, crossSite, 'POST')).authRequest.validate(), name).toBeNull()
    }
  })
})

describe('[T13] the app’s own host', () => {
  it('is not read from a header, unless hostHeader names it', () => {
    const believed = {
      Host: 'evil.example',
      Forwarded: 'host=evil.example;proto=https',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Server': 'evil.example',
      'X-Original-Host': 'evil.example',
    }
    const { open } = createApp()
    const forged = requestOf('POST', { ...believed, Origin: EVIL })
    expect(open(forged).authRequest.origin).toEqual({ trusted: false, reason: 'origin-mismatch' })
    const own = requestOf('POST', { ...believed, Origin: APP })
    expect(open(own).authRequest.origin).toEqual({ trusted: true })

    const csrfProtection = { hostHeader: 'X-Forwarded-Host' }
    const { authRequest } = createApp({ csrfProtection }).open(forged)
    expect(authRequest.origin).toEqual({ trusted: true })
  })

  it('is the configured one, despite DNS rebinding', () => {
    const rebound = requestOf(
      'POST',
      { Origin: EVIL, 'Sec-Fetch-Site': 'same-origin' },
      `${EVIL}/x`,
    )
    expect(createApp().open(rebound).authRequest.origin.trusted).toBe(true)
    const { authRequest } = createApp({ csrfProtection: { host: 'app.example' } }).open(rebound)
    expect(authRequest.origin).toEqual({ trusted: false, reason: 'origin-mismatch' })
  })
})

describe('responsibilities of the application', () => {
  it('[T04] a cross-site GET can set a session: a callback checks its own state', async () => {
    const { open, signIn } = createApp()
    const { session } = await signIn()
    const { authRequest, sent } = open(visit(null, { 'Sec-Fetch-Site': 'cross-site' }))
    authRequest.setSession(session)
    expect(sent()).toHaveLength(1)
  })

  it('[T40] setSession(null) revokes nothing in the store: a copy of the cookie stays valid', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    open(visit(token, {}, 'POST')).authRequest.setSession(null)
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
    await auth.invalidateSession(session.sessionId)
    expect(await open(visit(token)).authRequest.validate()).toBeNull()
  })

  it('[T31] a second sign-in does not revoke the first session', async () => {
    const { auth, open, signIn } = createApp()
    const { token, user } = await signIn()
    const { authRequest } = open(visit(token, {}, 'POST'))
    const attributes = { device: 'Laptop' }
    authRequest.setSession(await auth.createSession({ userId: user.userId, attributes }))
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
  })
})
