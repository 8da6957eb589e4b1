import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type AuthError,
  type AuthRequest,
  type InferAuthRequest,
  type InferSession,
  type PendingResponse,
  addHeaders,
  limen,
  respond,
} from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { DAY, createApp, visit } from '../test/app.ts'

describe('what an adapter can tell core', () => {
  it('mayRenew: no session is renewed whose cookie could not be sent', async () => {
    const { calls, clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += 2 * DAY
    for (const mayRenew of [false, true]) {
      calls.length = 0
      const { authRequest, sent } = open(visit(token), { mayRenew: () => mayRenew })
      const session = await authRequest.validate()
      expect([session?.state, session?.fresh]).toEqual(
        mayRenew ? ['active', true] : ['idle', false],
      )
      expect(calls).toEqual(mayRenew ? ['read', 'renew'] : ['read'])
      expect(sent()).toHaveLength(mayRenew ? 1 : 0)
    }
  })

  it('mayRenew is asked only for an idle session, and for a cookie that would be deleted', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    let asked = 0
    const mayRenew = () => {
      asked++
      return false
    }
    await open(visit(token), { mayRenew }).authRequest.validate()
    await open(visit(null), { mayRenew }).authRequest.validate()
    expect(asked).toBe(0)
    await auth.invalidateSession(session.sessionId)
    const { authRequest, sent } = open(visit(token), { mayRenew })
    expect(await authRequest.validate()).toBeNull()
    expect([asked, sent()]).toEqual([1, []])
  })

  it('refuse: ends the handler in the framework’s own way', async () => {
    const { auth, open, signIn } = createApp()
    const { session, token } = await signIn()
    const crossSite = visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST')
    const seen: AuthError[] = []
    const { authRequest, sent } = open(crossSite, {
      refuse(error) {
        seen.push(error)
        throw new RangeError('403 of the framework')
      },
    })
    expect(() => authRequest.setSession(session)).toThrow(new RangeError('403 of the framework'))
    expect(seen.map(({ code, status }) => [code, status])).toEqual([['AUTH_UNTRUSTED_ORIGIN', 403]])
    expect(sent()).toEqual([])
    // One that returns does not let the request through.
    const careless = open(crossSite, { refuse: (() => {}) as never })
    expect(() => careless.authRequest.setSession(session)).toThrow(
      expect.objectContaining({ code: 'AUTH_UNTRUSTED_ORIGIN' }),
    )
    expect(careless.sent()).toEqual([])
    expect(auth.createSessionCookie(session).value).toBe(token)
  })

  it('onOpen: receives the AuthRequest once, from the context that opened it', async () => {
    const { open, signIn } = createApp()
    const { token } = await signIn()
    const key = {}
    const opened: unknown[] = []
    const onOpen = (pending: PendingResponse) => opened.push(pending)
    const first = open(visit(token), { key, onOpen }).authRequest
    const second = open(visit(token), { key, onOpen: () => opened.push('again') }).authRequest
    expect(second).toBe(first)
    expect(opened).toEqual([first])
    expect(opened[0]).toBe(first)
  })

  it('addHeaders: changes headers as respond() does, and nothing a second time', async () => {
    const { open, signIn } = createApp()
    const { session, token } = await signIn()
    const { authRequest } = open(visit(token, {}, 'POST'))
    authRequest.setSession(session)
    const given = { 'Cache-Control': 'public', 'CDN-Cache-Control': 'max-age=60', Vary: 'Accept' }
    const headers = new Headers(given)
    headers.append('Set-Cookie', 'theme=dark')
    const response = new Response(null, { headers })
    addHeaders(headers, authRequest)
    const once = [...headers]
    expect(once).toEqual([...respond(response, authRequest).headers])
    addHeaders(headers, authRequest)
    expect([...headers]).toEqual(once)
    expect(headers.getSetCookie()).toHaveLength(2)

    const untouched = new Headers(given)
    addHeaders(untouched, open(visit(token)).authRequest)
    expect([...untouched]).toEqual([...new Headers(given)])
  })

  it('InferAuthRequest is the type of an AuthRequest', () => {
    const auth = limen({
      store: memoryStore<{ name: string }>(),
      getUserAttributes: ({ name }) => ({ name }),
    })
    type Auth = typeof auth
    expectTypeOf<InferAuthRequest<Auth>>().toEqualTypeOf<AuthRequest<InferSession<Auth>>>()
    expectTypeOf<InferSession<Auth>['user']['name']>().toEqualTypeOf<string>()
  })
})
