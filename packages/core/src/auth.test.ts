import { describe, expect, it } from 'vitest'
import { type LimenConfig, limen } from '@limen/core'
import { memoryStore } from './memory-store.ts'
import type { CookieContext } from './middleware.ts'

type Config = Omit<LimenConfig<object, object, object, object, [], CookieContext>, 'store'>

const store = memoryStore()
const expired = 'Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT'

describe('limen()', () => {
  const cookies: [config: Config, text: string][] = [
    [{}, `__Host-Http-session=; Path=/; ${expired}; HttpOnly; Secure; SameSite=Lax`],
    [{ secure: false }, `session=; Path=/; ${expired}; HttpOnly; SameSite=Lax`],
    [
      { sessionCookie: { attributes: { domain: 'app.example' } } },
      `__Secure-session=; Domain=app.example; Path=/; ${expired}; HttpOnly; Secure; SameSite=Lax`,
    ],
    [
      { sessionCookie: { attributes: { path: '/app' } } },
      `__Secure-session=; Path=/app; ${expired}; HttpOnly; Secure; SameSite=Lax`,
    ],
    [
      { sessionCookie: { name: 'auth_session', attributes: { sameSite: 'Strict' } } },
      `auth_session=; Path=/; ${expired}; HttpOnly; Secure; SameSite=Strict`,
    ],
    [
      { sessionCookie: { attributes: { sameSite: 'none', partitioned: true } } },
      `__Host-Http-partitioned-session=; Path=/; ${expired}; HttpOnly; Secure; SameSite=None; Partitioned`,
    ],
    [
      {
        sessionCookie: {
          attributes: { path: '/app', domain: 'app.example', partitioned: true, sameSite: 'None' },
        },
      },
      `__Secure-partitioned-session=; Domain=app.example; Path=/app; ${expired}; HttpOnly; Secure; SameSite=None; Partitioned`,
    ],
  ]
  it.each(cookies)('C6: with %j sends the deleting cookie %s', (config, text) => {
    expect(
      limen({ store, ...config })
        .createSessionCookie(null)
        .serialize(),
    ).toBe(text)
  })

  it('P8: [T25] sets and deletes with the same name and attributes, except the lifetime', async () => {
    for (const [config] of cookies) {
      const auth = limen({ store, ...config })
      const { userId } = await auth.createUser({})
      const set = auth.createSessionCookie(await auth.createSession({ userId }))
      const deleting = auth.createSessionCookie(null)
      expect(set.name).toBe(deleting.name)
      expect({ ...set.attributes, maxAge: 0, expires: new Date(0) }).toEqual(deleting.attributes)
      expect(set.attributes).not.toHaveProperty('expires')
      expect(set.attributes.maxAge).toBeGreaterThan(0)
    }
  })

  it('sends no cookie with a longer lifetime than browsers accept', async () => {
    const auth = limen({ store, sessionExpiresIn: { idlePeriod: 500 * 86_400_000 } })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(34_560_000)
  })

  it.each([
    [true, 1_296_000],
    [undefined, 1_296_000],
    [false, 34_560_000],
  ])('sends a cookie with `expires: %s` with a lifetime of %i seconds', async (expires, maxAge) => {
    const auth = limen({ store, sessionCookie: { expires } })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(maxAge)
    expect(auth.createSessionCookie(null).attributes.maxAge).toBe(0)
  })
})
