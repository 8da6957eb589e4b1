/** What validate() reads: how many store calls, which headers, with which consistency. */
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, DAY, createApp, notingStore, visit } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'
import type { Consistency } from './store.ts'

const forged = (token: string) => `${token.slice(0, 22)}.${'f'.repeat(43)}`

const unknown = `${'u'.repeat(22)}.${'u'.repeat(43)}`

describe('store calls of validate()', () => {
  type App = ReturnType<typeof createApp>
  type Visit = (app: App, token: string) => Request
  const cases: [what: string, visitWith: Visit, calls: string[]][] = [
    ['an anonymous request', () => visit(null), []],
    ['a malformed token', () => visit('nonsense'), []],
    ['P5: a refused request', (_, t) => visit(t, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'), []],
    ['an ambiguous cookie', (_, t) => visit(null, { Cookie: `${COOKIE}=${t}; ${COOKIE}=x` }), []],
    ['an active session', (_, t) => visit(t), ['read']],
    ['a same-origin POST', (_, t) => visit(t, {}, 'POST'), ['read']],
    ['a forged secret', (_, t) => visit(forged(t)), ['read']],
    ['an unknown id', () => visit(unknown), ['read']],
    [
      'an idle session',
      ({ clock }, t) => {
        clock.now += DAY
        return visit(t)
      },
      ['read', 'renew'],
    ],
    [
      'an expired session on a POST',
      ({ clock }, t) => {
        clock.now += 15 * DAY
        return visit(t, {}, 'POST')
      },
      ['read'],
    ],
    [
      'an expired session on a GET, whose copy can be stale',
      ({ clock }, t) => {
        clock.now += 15 * DAY
        return visit(t)
      },
      ['read', 'read'],
    ],
  ]
  it.each(cases)('%s', async (_, visitWith, calls) => {
    const app = createApp()
    const { token } = await app.signIn()
    const { authRequest } = app.open(visitWith(app, token))
    await Promise.all([authRequest.validate(), authRequest.validate(), authRequest.validate()])
    expect(app.calls).toEqual(calls)
  })
})

describe('headers that validate() reads', () => {
  const own = (token: string) => token
  const none = () => null
  const cases: [
    what: string,
    cookie: (token: string) => string | null,
    method: string,
    read: string[],
    because: string,
  ][] = [
    [
      'an anonymous page view',
      none,
      'GET',
      ['Cookie'],
      'there is no token to check the origin for',
    ],
    ['an anonymous POST', none, 'POST', ['Cookie'], 'there is no token to check the origin for'],
    [
      'a malformed token',
      () => 'x',
      'POST',
      ['Cookie'],
      'there is no token to check the origin for',
    ],
    [
      'an ambiguous one',
      (token) => `${token}; ${COOKIE}=x`,
      'POST',
      ['Cookie'],
      'there is no token to check the origin for',
    ],
    ['a page view', own, 'GET', ['Cookie', 'Upgrade'], 'a WebSocket handshake is a GET too'],
    ['a POST', own, 'POST', ['Cookie', 'Origin', 'Sec-Fetch-Site'], 'its origin is checked'],
  ]
  it.each(cases)('%s, cookie %s, %s: %j, because %s', async (_, cookie, method, read) => {
    const app = createApp()
    const { token } = await app.signIn()
    const { headers, url } = visit(cookie(token), {}, method)
    const seen: string[] = []
    const get = (name: string) => {
      seen.push(name)
      return headers.get(name)
    }
    const authRequest = app.auth.openRequest({ request: { method, url, headers: { get } } })
    expect(seen).toEqual([])

    expect((await authRequest.validate()) !== null).toBe(cookie === own)
    expect(seen).toEqual(read)
  })
})

describe('consistency of the reads of validate()', () => {
  async function consistencies(method: string, headers: Record<string, string> = {}) {
    const seen: Consistency[] = []
    const { open, signIn } = createApp({ store: notingStore(seen) })
    const { token } = await signIn()
    const all = new Headers({ Cookie: `${COOKIE}=${token}`, Origin: APP, ...headers })
    const { authRequest } = open({ method, url: APP, headers: all })
    await authRequest.validate()
    authRequest.invalidate()
    await authRequest.validate()
    return seen
  }

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])(
    '%s: eventual, and strong after invalidate()',
    async (method) => {
      expect(await consistencies(method)).toEqual(['eventual', 'strong'])
    },
  )

  it.each(['POST', 'PUT', 'DELETE', 'get'])('%s: strong', async (method) => {
    expect(await consistencies(method)).toEqual(['strong', 'strong'])
  })

  it('WebSocket handshake: strong', async () => {
    expect(await consistencies('GET', { Upgrade: 'websocket' })).toEqual(['strong', 'strong'])
  })

  it('reads again with strong consistency when a stale copy looks expired', async () => {
    const plain = memoryStore<{ name: string }, { device: string }>()
    let old: Awaited<ReturnType<typeof plain.read>> = null
    const store = {
      ...plain,
      read: (id: string, options: { consistency: 'eventual' | 'strong' }) =>
        options.consistency === 'eventual' ? Promise.resolve(old) : plain.read(id, options),
    }
    const { auth, clock, open, signIn } = createApp({ store })
    const { session, token } = await signIn()
    old = await plain.read(session.sessionId, { consistency: 'strong' })
    clock.now += 15 * DAY - 1
    await auth.validateSession(token)
    clock.now += 2
    expect(await open(visit(token)).authRequest.validate()).toMatchObject({ state: 'active' })
  })
})
