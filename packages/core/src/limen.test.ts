import { describe, expect, it } from 'vitest'
import { type LimenConfig, limen } from '@limen/core'
import { memoryStore } from './memory-store.ts'
import type { CookieContext } from './middleware.ts'

type Config = Omit<LimenConfig<object, object, object, object, [], CookieContext>, 'store'>

const store = memoryStore()

describe('limen()', () => {
  const wrong: [config: Config, says: RegExp][] = [
    [{ sessionCookie: { name: 'bad name' } }, /sessionCookie.*bad name/],
    [{ sessionCookie: { name: '' } }, /sessionCookie/],
    [{ secure: false, sessionCookie: { name: '__Host-session' } }, /secure.*__Host-session/],
    [
      { secure: false, sessionCookie: { attributes: { sameSite: 'none' } } },
      /secure.*SameSite=None/,
    ],
    [
      { secure: false, sessionCookie: { attributes: { partitioned: true } } },
      /secure.*Partitioned/,
    ],
    [
      { sessionCookie: { name: '__Host-s', attributes: { domain: 'app.example' } } },
      /sessionCookie.*Domain=app.example/,
    ],
    [{ sessionCookie: { attributes: { path: 'app' } } }, /sessionCookie.*Path=app/],
    [{ sessionExpiresIn: { activePeriod: -1 } }, /sessionExpiresIn.*-1/],
    [{ sessionExpiresIn: { idlePeriod: Number.NaN } }, /sessionExpiresIn.*NaN/],
    [{ sessionExpiresIn: { idlePeriod: Infinity } }, /sessionExpiresIn.*Infinity/],
    [{ sessionExpiresIn: { absolutePeriod: Infinity } }, /sessionExpiresIn.*Infinity/],
    [{ sessionExpiresIn: { absolutePeriod: 1e300 } }, /sessionExpiresIn.*1e\+300/],
    [{ sessionExpiresIn: { activePeriod: 0 } }, /sessionExpiresIn.*0/],
    [{ sessionExpiresIn: { activePeriod: 0.5 } }, /sessionExpiresIn.*0\.5/],
    [{ csrfProtection: { allowedSubdomains: '*', baseDomain: '' } }, /csrfProtection.*https:\/\//],
    [
      { csrfProtection: { trustedOrigins: ['https://a.example/x'] } },
      /csrf.*https:\/\/a.example\/x/,
    ],
    [{ csrfProtection: { allowedSubdomains: ['app'] } }, /csrfProtection.baseDomain/],
  ]
  it.each(wrong)('refuses %j and says what to change', (config, says) => {
    let error: unknown
    try {
      limen({ store, ...config })
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ name: 'AuthError', code: 'AUTH_CONFIG' })
    expect((error as Error).message).toMatch(says)
  })

  const cookies: [config: Config, text: string][] = [
    [{}, '__Host-Http-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax'],
    [{ secure: false }, 'session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'],
    [
      { sessionCookie: { attributes: { domain: 'app.example' } } },
      '__Secure-session=; Domain=app.example; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { sessionCookie: { attributes: { path: '/app' } } },
      '__Secure-session=; Path=/app; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { sessionCookie: { name: 'auth_session', attributes: { sameSite: 'Strict' } } },
      'auth_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict',
    ],
    [
      { sessionCookie: { attributes: { sameSite: 'none', partitioned: true } } },
      '__Host-Http-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
  ]
  it.each(cookies)('with %j deletes with %s', (config, text) => {
    expect(
      limen({ store, ...config })
        .createSessionCookie(null)
        .serialize(),
    ).toBe(text)
  })

  it('P8: sets and deletes with the same name and attributes but for the life', async () => {
    for (const [config] of cookies) {
      const auth = limen({ store, ...config })
      const { userId } = await auth.createUser({})
      const set = auth.createSessionCookie(await auth.createSession({ userId }))
      const gone = auth.createSessionCookie(null)
      expect(set.name).toBe(gone.name)
      expect({ ...set.attributes, maxAge: 0 }).toEqual(gone.attributes)
      expect(set.attributes.maxAge).toBeGreaterThan(0)
    }
  })

  it('sends no cookie that lives longer than browsers grant', async () => {
    const auth = limen({ store, sessionExpiresIn: { idlePeriod: 500 * 86_400_000 } })
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    expect(auth.createSessionCookie(session).attributes.maxAge).toBe(34_560_000)
  })
})
