import { describe, expect, it } from 'vitest'
import { APP, COOKIE, DAY, createApp, notingStore } from '../test/app.ts'
import { limen } from './auth.ts'
import type { Consistency } from './store.ts'

describe('validateBearerToken()', () => {
  const bearer = (token: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Request(APP, { method, headers: { Authorization: `Bearer ${token}`, ...headers } })

  it('works without a cookie and from an untrusted origin', async () => {
    const { calls, open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest, sent } = open(bearer(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'))
    expect(await authRequest.validateBearerToken()).not.toBeNull()
    expect(await authRequest.validateBearerToken()).not.toBeNull()
    expect(calls).toEqual(['read'])
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([])
  })

  it('stores its result separately from the cookie’s', async () => {
    const { open, signIn } = createApp()
    const ada = await signIn('Ada')
    const bob = await signIn('Bob')
    const { authRequest } = open(bearer(ada.token, { Cookie: `${COOKIE}=${bob.token}` }))
    expect((await authRequest.validateBearerToken())?.user.name).toBe('Ada')
    expect((await authRequest.validate())?.user.name).toBe('Bob')
    expect((await authRequest.validateBearerToken())?.user.name).toBe('Ada')
  })

  it('renews an idle session, and sets no cookie', async () => {
    const { calls, clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const { authRequest, sent } = open(bearer(token))
    expect(await authRequest.validateBearerToken()).toMatchObject({ fresh: true })
    expect(calls).toEqual(['read', 'renew'])
    expect(sent()).toEqual([])
  })

  it.each(['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'bearer', 'xBearer a', ''])(
    'is null for %j',
    async (Authorization) => {
      const { auth, calls, open } = createApp()
      const request = new Request(APP, { headers: { Authorization } })
      expect(auth.readBearerToken(request)).toBeNull()
      expect(await open(request).authRequest.validateBearerToken()).toBeNull()
      expect(calls).toEqual([])
    },
  )

  it('accepts the scheme in any case', () => {
    const { auth } = createApp()
    const request = new Request(APP, { headers: { Authorization: 'bEaReR  abc' } })
    expect(auth.readBearerToken(request)).toBe('abc')
  })

  it.each([
    ['GET', 'eventual'],
    ['POST', 'strong'],
  ])('on a %s is read in the %s way', async (method, consistency) => {
    const seen: Consistency[] = []
    const auth = limen({ store: notingStore(seen) })
    const token = auth.createBearerToken(await auth.createSession(await auth.createUser({})))
    const headers = { Authorization: `Bearer ${token}` }
    await auth.handleRequest(new Request(APP, { method, headers })).validateBearerToken()
    expect(seen).toEqual([consistency])
  })

  it('is not affected by the origin check', async () => {
    const app = createApp()
    const { token } = await app.signIn()
    app.events.length = 0
    const headers = { Authorization: `Bearer ${token}` }
    const { authRequest } = app.open(new Request(APP, { method: 'POST', headers }))
    expect(await authRequest.validateBearerToken()).not.toBeNull()
    expect(app.events).toEqual([])
  })
})
