/** Device-bound sessions: what the extension stores, sends, shows and refuses. */
import { describe, expect, it } from 'vitest'
import { type AuthEvent, type ExtensionSettings, handle, limen } from '@limen/core'
import { type DeviceBoundOptions, deviceBound } from '@limen/core/device-bound'
import { memoryStore } from '@limen/core/memory-store'
import { APP, COOKIE, visit } from '../test/app.ts'
import { createDevice, offerOf } from '../test/device.ts'

const MINUTE = 60_000

type Config = Partial<Parameters<typeof limen<object, { device?: string }>>[0]>

/** An app with a user, and a store whose calls a test can change. */
async function createApp(options: Partial<DeviceBoundOptions> = {}, config: Config = {}) {
  const clock = { now: 1_700_000_000_000 }
  const events: AuthEvent[] = []
  const store = memoryStore<object, { device?: string }>()
  const auth = limen({
    store,
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
    getSessionAttributes: (attributes) => ({ stored: attributes }),
    ...(config as object),
    extensions: [deviceBound({ path: '/device', ...options })],
  })
  const { userId } = await auth.createUser({})
  /** The attribute as it is stored. */
  const stored = async (id: string, name = 'deviceKey') => {
    const found = await store.read(id, { consistency: 'strong' })
    return (found?.session.attributes as Record<string, unknown> | undefined)?.[name]
  }
  const signIn = async () => {
    const session = await auth.createSession({ userId, attributes: { device: 'phone' } })
    const cookie = auth.createSessionCookie(session)
    return { session, cookie, token: cookie.value, id: session.sessionId, offer: offerOf(cookie) }
  }
  /** A session that is bound for longer than a minute, its device and its proof cookie. */
  const signInBound = async () => {
    const signedIn = await signIn()
    const device = await createDevice(auth)
    await device.register(signedIn.offer)
    const refreshed = await device.refresh(signedIn.id)
    clock.now += 2 * MINUTE
    const [proof] = refreshed.headers.getSetCookie()[0]!.split(';')
    return { ...signedIn, device, proof: proof! }
  }
  return { auth, clock, events, signIn, signInBound, store, stored, userId }
}

const strong = (token: string, request?: Request) =>
  ({ token, consistency: 'strong', request }) as const

describe('deviceBound()', () => {
  it('[T58] offers a device session in the response of a sign-in only', async () => {
    const { auth, clock, events, signIn } = await createApp()
    const { cookie, id, token, offer } = await signIn()
    expect(offer).toMatch(new RegExp(`^${id}\\.[\\w-]{43}$`))
    const registration = [
      'Secure-Session-Registration',
      `(ES256 RS256);path="/device";challenge="${offer}"`,
    ]
    expect(cookie.headers).toEqual([registration])
    const deleted =
      'Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax'
    expect(cookie.deletions.map((one) => one.serialize())).toEqual([
      `__Host-session-proof=; ${deleted}`,
    ])
    expect(auth.createSessionCookie(null).deletions.map((one) => one.serialize())).toEqual([
      `__Host-session-proof=; ${deleted}`,
    ])
    // The next day, it is renewed.
    clock.now += 25 * 60 * MINUTE
    const result = await auth.validateToken(strong(token))
    const renewed = auth.createSessionCookie(result.valid ? result.session : null)
    expect([renewed.value, renewed.headers, renewed.deletions]).toEqual([token, undefined, []])
    expect(events.map(({ type }) => type)).toEqual(['created', 'renewed'])
  })

  it('sends whole and exact headers, instructions and cookies', async () => {
    const { auth, clock, signIn } = await createApp({ excludedPaths: ['/static'] })
    const { id, offer } = await signIn()
    const device = await createDevice(auth)
    for (const isFirst of [true, false]) {
      const response = await (isFirst ? device.register(offer) : device.refresh(id))
      expect(response.status).toBe(200)
      expect(await response.json()).toEqual({
        session_identifier: id,
        refresh_url: '/device',
        scope: {
          include_site: false,
          scope_specification: [{ type: 'exclude', domain: '*', path: '/static' }],
        },
        credentials: [
          {
            type: 'cookie',
            name: '__Host-session-proof',
            attributes: 'Path=/; HttpOnly; Secure; SameSite=Lax',
          },
        ],
        allowed_refresh_initiators: ['*'],
      })
      const { headers } = response
      const until = clock.now / 1000 + 1200
      expect(headers.get('Secure-Session-Challenge')).toMatch(
        new RegExp(`^"${until}\\.[\\w-]{43}";id="${id}"$`),
      )
      expect(headers.get('Content-Type')).toBe('application/json')
      expect(headers.get('Cache-Control')).toBe('no-store')
      const [cookie, ...others] = headers.getSetCookie()
      expect(others).toEqual([])
      if (isFirst) expect(cookie).toBeUndefined()
      else {
        expect(cookie).toMatch(
          /^__Host-session-proof=1700000600\.[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
        )
      }
    }
  })

  it.each<[Partial<Parameters<typeof limen>[0]>, string, string]>([
    [{ secure: false }, 'session-proof', 'Path=/; HttpOnly; SameSite=Lax'],
    [
      { sessionCookie: { name: 'sid' } },
      '__Host-sid-proof',
      'Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { sessionCookie: { name: '__Http-sid' } },
      '__Host-sid-proof',
      'Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { sessionCookie: { attributes: { path: '/app', sameSite: 'strict' } } },
      '__Secure-session-proof',
      'Path=/app; HttpOnly; Secure; SameSite=Strict',
    ],
  ])(
    'the proof cookie has the scope of the session cookie: %j',
    async (config, name, attributes) => {
      const { auth, signIn } = await createApp({ proofPeriodMs: 5 * MINUTE }, config as Config)
      const { id, offer } = await signIn()
      const device = await createDevice(auth)
      const registered = (await (await device.register(offer)).json()) as {
        credentials: readonly object[]
      }
      expect(registered.credentials).toEqual([{ type: 'cookie', name, attributes }])
      const [cookie] = (await device.refresh(id)).headers.getSetCookie()
      const [path, ...others] = attributes.split('; ')
      expect(cookie!.replace(/=[^;]*/, '')).toBe([name, path, 'Max-Age=300', ...others].join('; '))
    },
  )

  it('stores a random text at the sign-in, the key at the registration, the time at the first refresh', async () => {
    const { auth, clock, signIn, stored } = await createApp()
    const { id, offer } = await signIn()
    const secret = (await stored(id)) as string
    expect(secret).toMatch(/^[\w-]{43}$/)
    const device = await createDevice(auth)
    await device.register(offer)
    const registered = (await stored(id)) as string
    expect(registered).toMatch(/^[\w-]{43} - ES256 [\w-]{43}\.[\w-]{43}$/)
    expect(registered.startsWith(secret)).toBe(true)
    await device.refresh(id)
    const bound = registered.replace(' - ', ` ${clock.now} `)
    expect(await stored(id)).toBe(bound)
    clock.now += 9 * MINUTE
    await device.refresh(id)
    expect(await stored(id)).toBe(bound)
  })

  it('accepts the quotes of the specification around the id and the proof', async () => {
    const { auth, signInBound } = await createApp()
    const { device, id } = await signInBound()
    expect((await device.refresh(id, { 'Sec-Secure-Session-Id': `"${id}"` })).status).toBe(200)
    const quoted = {
      headers: { get: (name: string) => (name === 'Sec-Secure-Session-Id' ? `"${id}"` : null) },
    }
    expect((await auth.answerDevice({ method: 'POST', ...quoted })).status).toBe(403)
  })

  it('isDeviceBound() tells bound sessions, also listed ones', async () => {
    const { auth, signIn, signInBound, userId } = await createApp()
    const { id } = await signInBound()
    const { session } = await signIn()
    expect(auth.isDeviceBound(session)).toBe(false)
    expect(auth.isDeviceBound((await auth.getSession(id))!)).toBe(true)
    const all = await auth.getAllUserSessions(userId)
    expect(all.filter((one) => auth.isDeviceBound(one)).map((one) => one.sessionId)).toEqual([id])
  })

  it('P3: neither the key, a proof nor a challenge is in sessions, JSON or events', async () => {
    const { auth, events, signInBound, stored, userId } = await createApp()
    const { device, id, offer, proof, session, token } = await signInBound()
    const refreshed = await device.refresh(id)
    await auth.validateToken(strong(token))
    await device.register('x.y')
    await device.register(`${id}.${'x'.repeat(43)}`)
    const all = [session, await auth.getSession(id), ...(await auth.getAllUserSessions(userId))]
    const text = JSON.stringify([all, events])
    const [secret, , , key] = ((await stored(id)) as string).split(' ') as string[]
    const [, challenge] = /"([^"]+)"/.exec(refreshed.headers.get('Secure-Session-Challenge')!)!
    for (const hidden of [secret, key, challenge, offer, proof.split('=')[1], 'deviceKey']) {
      expect(text).not.toContain(hidden)
    }
    expect(session).toMatchObject({ stored: { device: 'phone' } })
  })

  it('[T58] an app that stores a form as attributes cannot change the key', async () => {
    const { auth, signInBound, stored, userId } = await createApp()
    const { id, token } = await signInBound()
    const before = await stored(id)
    const form = { device: 'tablet', deviceKey: undefined } as { device: string }
    expect(await auth.updateSessionAttributes(id, form)).toMatchObject({
      stored: { device: 'tablet' },
    })
    await auth.updateSessionAttributes(id, { deviceKey: 'x' } as object)
    expect(await stored(id)).toBe(before)
    expect((await auth.validateToken(strong(token))).valid).toBe(false)
    const own = { deviceKey: 'x'.repeat(43) } as object
    const created = await auth.createSession({ userId, attributes: own })
    expect(await stored(created.sessionId)).not.toBe('x'.repeat(43))
  })

  it('a session that replaces a bound one is offered to the device again', async () => {
    const { auth, signInBound, stored } = await createApp()
    const { device, id, proof, session, token } = await signInBound()
    const replaced = await auth.replaceSession(session)
    const offer = offerOf(auth.createSessionCookie(replaced))
    expect(offer.startsWith(replaced.sessionId)).toBe(true)
    expect(await stored(replaced.sessionId)).toMatch(/^[\w-]{43}$/)
    expect((await device.refresh(id)).status).toBe(401)
    const page = visit(token, { Cookie: `${COOKIE}=${token}; ${proof}` })
    expect((await auth.validateToken(strong(token, page))).valid).toBe(false)
    expect((await device.register(offer)).status).toBe(200)
  })

  it('sessions of before the extension need no proof, and those of a broken column are refused', async () => {
    const { auth, signIn, signInBound, store } = await createApp()
    const { id, token } = await signIn()
    await store.update(id, { deviceKey: undefined } as object)
    expect((await auth.validateToken(strong(token))).valid).toBe(true)
    const bound = await signInBound()
    for (const broken of ['', 'x', `${'x'.repeat(43)} 1`, 5]) {
      await store.update(bound.id, { deviceKey: broken } as object)
      expect((await auth.validateToken(strong(bound.token))).valid).toBe(false)
      expect(auth.isDeviceBound((await auth.getSession(bound.id))!)).toBe(true)
      expect((await bound.device.refresh(bound.id)).status).toBe(401)
    }
  })

  it('P1: a session that is revoked between the read and the write is not restored', async () => {
    const app = await createApp()
    const { id, offer } = await app.signIn()
    const read = app.store.read.bind(app.store)
    app.store.read = async (...args) => {
      const found = await read(...args)
      await app.store.delete(id)
      return found
    }
    const device = await createDevice(app.auth)
    const { status } = await device.register(offer)
    expect([status, app.events.at(-1)]).toEqual([
      401,
      { type: 'device-refused', reason: 'unknown' },
    ])
    expect(await app.auth.getSession(id)).toBeNull()
  })

  it('reads strongly, and refuses an expired session', async () => {
    const { auth, clock, signInBound, store } = await createApp()
    const { device, id } = await signInBound()
    const read = store.read.bind(store)
    const seen: unknown[] = []
    store.read = (sessionId, options) => {
      seen.push(options)
      return read(sessionId, options)
    }
    await device.refresh(id)
    expect(seen).toEqual([{ consistency: 'strong' }])
    clock.now += 16 * 24 * 60 * MINUTE
    expect((await device.refresh(id)).status).toBe(401)
    expect(await auth.getSession(id)).toBeNull()
  })

  it('P4: reports which call of the store failed', async () => {
    const { auth, events, signIn, store } = await createApp()
    const { offer } = await signIn()
    const device = await createDevice(auth)
    events.length = 0
    const fail = () => Promise.reject(new Error('down'))
    const working = { ...store }
    store.update = fail
    expect((await device.register(offer)).status).toBe(503)
    Object.assign(store, working, { read: fail })
    expect((await device.register(offer)).status).toBe(503)
    Object.assign(store, working)
    const failed = (call: string) => ({
      type: 'store-failed',
      call,
      code: 'AUTH_STORE_UNAVAILABLE',
    })
    expect(events).toEqual([failed('update'), failed('read')])
    expect((await device.register(offer)).status).toBe(200)
  })

  it('keeps the hooks of an extension before it', async () => {
    const before = (settings: ExtensionSettings) => ({
      admit: (...[, request]: Parameters<NonNullable<typeof settings.admit>>) =>
        request?.headers.get('X-Pass') === '1',
      onCreate: () => ({
        attributes: { before: 'kept' },
        withCookie: (cookie: ReturnType<typeof settings.cookies.make>) => ({
          ...cookie,
          headers: [['X-Before', '1'] as const],
        }),
      }),
    })
    const auth = limen({
      store: memoryStore(),
      extensions: [before, deviceBound({ path: '/device' })],
    })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    const cookie = auth.createSessionCookie(session)
    expect(cookie.headers?.map(([name]) => name)).toEqual([
      'X-Before',
      'Secure-Session-Registration',
    ])
    expect((await auth.validateToken(strong(cookie.value))).valid).toBe(false)
    const passing = visit(cookie.value, { 'X-Pass': '1' })
    expect((await auth.validateToken(strong(cookie.value, passing))).valid).toBe(true)
  })

  it('the response of handle() has the offer and the deletion of the old proof', async () => {
    const { auth, userId } = await createApp()
    const request = new Request(`${APP}/sign-in`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    const response = await handle(auth, request, async (authRequest) => {
      authRequest.setSession(await auth.createSession({ userId, attributes: {} }))
      return new Response(null, { status: 303 })
    })
    expect(response.headers.get('Secure-Session-Registration')).toContain('path="/device"')
    expect(response.headers.getSetCookie().map((line) => line.split('=')[0])).toEqual([
      COOKIE,
      '__Host-session-proof',
    ])
  })
})
