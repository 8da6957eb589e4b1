import type { AuthError } from '@limen/core'
import { Hono, type MiddlewareHandler } from 'hono'
import { stream } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { type AuthVariables, authenticate, requireOrigin } from '@limen/hono'
import {
  type App,
  type TestAuth,
  DAY,
  PUBLIC,
  URL,
  cookiesOf,
  createAuth,
  createAuthWithoutStore,
  setting,
} from '../test/app.ts'

describe('D2: the eager option', () => {
  const streamed = (app: App) =>
    app.get('/', (c) => {
      c.header('Cache-Control', PUBLIC)
      return stream(c, async (out) => {
        await out.write('Hello ')
        await out.write((await c.var.auth.validate())?.user.name ?? 'anonymous')
      })
    })
  const eagerGuards: [what: string, guard: (auth: TestAuth) => MiddlewareHandler][] = [
    ['authenticate()', (auth) => authenticate(auth, { eager: true })],
    ['requireOrigin()', (auth) => requireOrigin(auth, { eager: true })],
  ]

  it.each(eagerGuards)(
    '%s makes a page private whose body validates, and renews',
    async (_, guard) => {
      const { auth, calls, clock, events, headers, token } = await createAuth()
      clock.now += DAY
      const app: App = new Hono()
      app.use(guard(auth))
      streamed(app)
      const response = await app.request(URL, { headers })
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
      expect(response.headers.get('Vary')).toBe('Cookie')
      expect(cookiesOf(response)).toEqual([setting(token)])
      expect(await response.text()).toBe('Hello Ada')
      expect(calls).toEqual(['read', 'renew'])
      expect(events.map(({ type }) => type)).not.toContain('validated-late')
    },
  )

  it.each(eagerGuards)('%s reads nothing for an anonymous visitor', async (_, guard) => {
    const { auth, calls } = await createAuth()
    const app: App = new Hono()
    app.use(guard(auth))
    streamed(app)
    const response = await app.request(URL)
    expect(response.headers.get('Cache-Control')).toBe(PUBLIC)
    expect(response.headers.get('Vary')).toBe('Cookie')
    expect(await response.text()).toBe('Hello anonymous')
    expect(calls).toEqual([])
  })

  it('P4: an outage rejects where the handler validates, not before', async () => {
    const { headers } = await createAuth()
    const down = createAuthWithoutStore()
    const app = new Hono<{ Variables: AuthVariables<typeof down> }>()
    app.use(authenticate(down, { eager: true }))
    app.get('/', (c) => c.text('open'))
    app.get('/private', async (c) => c.json(await c.var.auth.validate()))
    app.onError((error, c) => c.text((error as AuthError).code, 503))
    expect(await (await app.request(URL, { headers })).text()).toBe('open')
    const response = await app.request(`${URL}private`, { headers })
    expect([response.status, await response.text()]).toEqual([503, 'AUTH_STORE_UNAVAILABLE'])
  })

  it('requireOrigin() rejects a cross-origin request without a read', async () => {
    const { auth, calls, headers } = await createAuth()
    const app = new Hono()
    app.post('/', requireOrigin(auth, { eager: true }), (c) => c.text('never'))
    const crossSite = { ...headers, 'Sec-Fetch-Site': 'cross-site' }
    const response = await app.request(URL, { method: 'POST', headers: crossSite })
    expect(response.status).toBe(403)
    expect(calls).toEqual([])
  })
})
