/** When a cookie that opens no session is deleted. */
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, DAY, createApp, visit } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'

const deleting = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`

const renewing = (token: string) =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

const forged = (token: string) => `${token.slice(0, 22)}.${'f'.repeat(43)}`

const unknown = `${'u'.repeat(22)}.${'u'.repeat(43)}`

describe('a cookie that opens no session', () => {
  type Case = [
    what: string,
    headers: Record<string, string>,
    method: string,
    cookie: (token: string) => string,
    deletes: boolean,
  ]
  const navigate = { 'Sec-Fetch-Mode': 'navigate' }
  const cases: Case[] = [
    ['an unknown token on a navigation', navigate, 'GET', () => unknown, true],
    ['an unknown token on a fetch', { 'Sec-Fetch-Mode': 'cors' }, 'GET', () => unknown, false],
    ['an unknown token on a POST', navigate, 'POST', () => unknown, false],
    [
      '[T09] an unknown token on a prefetch',
      { ...navigate, 'Sec-Purpose': 'prefetch' },
      'GET',
      () => unknown,
      false,
    ],
    ['a forged token', navigate, 'GET', forged, false],
    ['a malformed token', navigate, 'GET', () => 'x', false],
    ['an ambiguous cookie', navigate, 'GET', (token) => `${token}; ${COOKIE}=x`, false],
  ]
  it.each(cases)('is deleted, or not: %s', async (_, headers, method, cookie, deletes) => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const { authRequest, sent } = open(visit(cookie(token), headers, method))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual(deletes ? [deleting] : [])
  })

  it('[T43] is deleted when its session has expired, on a navigation', async () => {
    const { clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += 15 * DAY
    const { authRequest, sent } = open(visit(token))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([deleting])
  })

  it('is not deleted by a late result, after setSession()', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest, sent } = open(visit(unknown))
    const validated = authRequest.validate()
    authRequest.setSession(session)
    expect(await validated).toBeNull()
    expect(sent()).toEqual([renewing(token)])
  })

  it('is never deleted with a store that has staleMisses', async () => {
    const store = {
      ...memoryStore<{ name: string }, { device: string }>(),
      traits: { staleMisses: true },
    }
    const { authRequest, sent } = createApp({ store }).open(visit(unknown))
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([])
  })

  it('P5: is not deleted on a request that the CSRF rules refuse', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const request = visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    const { authRequest, sent } = open(request)
    expect(await authRequest.validate()).toBeNull()
    expect(sent()).toEqual([])
  })
})

describe('C5: [T22] a Cookie header that is too large', () => {
  it.each([
    [16_384, true],
    [16_385, false],
    [100_000, false],
  ])('is read with %i characters: %s', async (length, isRead) => {
    const { auth, calls, events, open, signIn } = createApp()
    const { token } = await signIn()
    const pair = `${COOKIE}=${token}; a=`
    const Cookie = pair + 'x'.repeat(length - pair.length)
    const headers = { get: (name: string) => (name === 'Cookie' ? Cookie : null) }
    const { authRequest, sent } = open({ method: 'GET', url: APP, headers })
    expect((await authRequest.validate()) !== null).toBe(isRead)
    expect(calls).toEqual(isRead ? ['read'] : [])
    expect(events).toEqual(
      isRead ? [] : [{ type: 'token-rejected', carrier: 'Cookie', reason: 'header-too-large' }],
    )
    expect(sent()).toEqual([])
    expect(auth.readSessionCookie({ headers })).toBe(isRead ? token : null)
  })

  it('does not prevent a sign-in', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const headers = { get: (name: string) => (name === 'Cookie' ? 'x'.repeat(20_000) : null) }
    const { authRequest, sent } = open({ method: 'GET', url: APP, headers })
    authRequest.setSession(session)
    expect(sent()).toEqual([renewing(token)])
    expect(await authRequest.validate()).not.toBeNull()
  })
})
