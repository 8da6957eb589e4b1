import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type StorageState, signIn, storageState } from '@limen/testing'
import type { BrowserContextOptions } from '@playwright/test'
import { describe, expect, expectTypeOf, it } from 'vitest'

const form = { name: '__Host-Http-session', path: '/', httpOnly: true, secure: true }

describe('storageState()', () => {
  const cases: [what: string, config: object, origin: string, cookie: object][] = [
    [
      'the default cookie',
      {},
      'https://app.example',
      { ...form, domain: 'app.example', sameSite: 'Lax' },
    ],
    [
      'a cookie on localhost',
      {},
      'http://localhost:8787',
      { ...form, domain: 'localhost', sameSite: 'Lax' },
    ],
    [
      'another form of cookie',
      {
        secure: false,
        sessionCookie: {
          name: 'sid',
          attributes: { domain: 'example.com', path: '/app', sameSite: 'strict' },
        },
      },
      'http://app.example.com',
      {
        name: 'sid',
        domain: '.example.com',
        path: '/app',
        httpOnly: true,
        secure: false,
        sameSite: 'Strict',
      },
    ],
  ]
  it.each(cases)('has %s as Playwright takes it', async (_, config, origin, cookie) => {
    const auth = limen({ store: memoryStore(), ...config })
    const session = await auth.createSession(await auth.createUser({}))
    const inSeconds = Math.floor(Date.now() / 1000)
    const state = storageState(auth, session, origin)
    const expires = state.cookies[0]!.expires
    expect(Number.isInteger(expires)).toBe(true)
    expect(expires - inSeconds).toBeGreaterThanOrEqual(1_296_000)
    expect(expires - inSeconds).toBeLessThan(1_296_010)
    const value = auth.createBearerToken(session)
    expect(state).toEqual({ cookies: [{ ...cookie, value, expires }], origins: [] })
  })

  it('counts the lifetime of the cookie from the present, whatever the clock of limen()', async () => {
    const auth = limen({ store: memoryStore(), now: () => 1_000_000_000_000 })
    const session = await auth.createSession(await auth.createUser({}))
    const [cookie] = storageState(auth, session, 'https://app.example').cookies
    expect(cookie!.expires).toBeGreaterThan(Date.now() / 1000)
  })

  it('has the expiry -1 for a cookie without Max-Age', async () => {
    const auth = limen({ store: memoryStore(), sessionCookie: { persistent: false } })
    const { session, origin } = await signIn(auth, {})
    expect(storageState(auth, session, origin).cookies[0]!.expires).toBe(-1)
  })

  it('needs the embedding site for a partitioned cookie', async () => {
    const auth = limen({
      store: memoryStore(),
      sessionCookie: { attributes: { partitioned: true, sameSite: 'none' } },
    })
    const { session, origin } = await signIn(auth, {})
    expect(() => storageState(auth, session, origin)).toThrow(
      new TypeError('storageState(): embeddedIn is missing, and the cookie is partitioned'),
    )
    const embeddedIn = 'https://example.com'
    const [cookie] = storageState(auth, session, origin, { embeddedIn }).cookies
    expect(cookie).toMatchObject({ partitionKey: embeddedIn, sameSite: 'None' })
  })

  it('is typed as Playwright takes it, and takes the sessions of the auth object', async () => {
    expectTypeOf<StorageState>().toExtend<NonNullable<BrowserContextOptions['storageState']>>()
    const auth = limen({ store: memoryStore() })
    const { session, user, origin } = await signIn(auth, {})
    expectTypeOf(storageState(auth, session, origin)).toEqualTypeOf<StorageState>()
    // @ts-expect-error a user is no session
    expect(() => storageState(auth, user, origin)).toThrow()
  })
})
