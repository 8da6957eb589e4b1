/** Threats that no room answers alone: what SECURITY.md says of the core, and no other test shows. */
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, createApp, visit } from '../test/app.ts'

const EVIL = 'https://evil.example'

function asked(method: string, headers: Record<string, string>, url = APP) {
  return { method, url, headers: new Headers(headers) }
}

describe('a token', () => {
  it('is taken from two headers, and from nowhere else', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const elsewhere = [
      asked('GET', {}, `${APP}/?${COOKIE}=${token}&token=${token}&access_token=${token}`),
      asked('GET', {}, `${APP}/${token}#${token}`),
      asked('GET', { Cookie2: `${COOKIE}=${token}`, 'Set-Cookie': `${COOKIE}=${token}` }),
      asked('GET', { 'X-Session': token, 'Proxy-Authorization': `Bearer ${token}` }),
      asked('GET', { 'Sec-WebSocket-Protocol': `bearer, ${token}` }),
    ]
    for (const request of elsewhere) {
      const { authRequest } = open(request)
      expect(await authRequest.validate(), request.url).toBeNull()
      expect(await authRequest.validateBearerToken(), request.url).toBeNull()
    }
    expect(calls).toEqual([])
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
  })

  it('cannot be made of what a store holds', async () => {
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

  it('that a visitor brings is never adopted: signing in gives another', async () => {
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

describe('P5: a cookie', () => {
  it('is not excused by an Authorization header beside it', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    for (const Authorization of ['Basic YTpi', 'Bearer x', `Bearer ${token}`]) {
      const foreign = { Authorization, Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }
      expect(await open(visit(token, foreign, 'POST')).authRequest.validate()).toBeNull()
    }
    expect(calls).toEqual([])
  })

  it('is not excused by a header that renames the method', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const foreign = { [name]: 'GET', Origin: EVIL, 'Sec-Fetch-Site': 'cross-site' }
      expect(await open(visit(token, foreign, 'POST')).authRequest.validate(), name).toBeNull()
    }
  })
})

describe('our own host', () => {
  it('is not what a header says, unless that header is named', () => {
    const believed = {
      Host: 'evil.example',
      Forwarded: 'host=evil.example;proto=https',
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Server': 'evil.example',
      'X-Original-Host': 'evil.example',
    }
    const { open } = createApp()
    const forged = asked('POST', { ...believed, Origin: EVIL })
    expect(open(forged).authRequest.origin).toEqual({ trusted: false, reason: 'origin-mismatch' })
    const own = asked('POST', { ...believed, Origin: APP })
    expect(open(own).authRequest.origin).toEqual({ trusted: true })

    const csrfProtection = { hostHeader: 'X-Forwarded-Host' }
    const { authRequest } = createApp({ csrfProtection }).open(forged)
    expect(authRequest.origin).toEqual({ trusted: true })
  })

  it('is the one that is configured, whatever name led a browser here', () => {
    const rebound = asked('POST', { Origin: EVIL, 'Sec-Fetch-Site': 'same-origin' }, `${EVIL}/x`)
    expect(createApp().open(rebound).authRequest.origin.trusted).toBe(true)
    const { authRequest } = createApp({ csrfProtection: { host: 'app.example' } }).open(rebound)
    expect(authRequest.origin).toEqual({ trusted: false, reason: 'origin-mismatch' })
  })
})

describe('what Limen leaves to the application', () => {
  it('a link from elsewhere may sign in: a callback checks its own state', async () => {
    const { open, signIn } = createApp()
    const { session } = await signIn()
    const { authRequest, sent } = open(visit(null, { 'Sec-Fetch-Site': 'cross-site' }))
    authRequest.setSession(session)
    expect(sent()).toHaveLength(1)
  })

  it('setSession(null) ends nothing in the store: a copy of the cookie lives on', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    open(visit(token, {}, 'POST')).authRequest.setSession(null)
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
    await auth.invalidateSession(session.sessionId)
    expect(await open(visit(token)).authRequest.validate()).toBeNull()
  })

  it('signing in again leaves the session before it alone', async () => {
    const { auth, open, signIn } = createApp()
    const { token, user } = await signIn()
    const { authRequest } = open(visit(token, {}, 'POST'))
    const attributes = { device: 'Laptop' }
    authRequest.setSession(await auth.createSession({ userId: user.userId, attributes }))
    expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
  })
})
