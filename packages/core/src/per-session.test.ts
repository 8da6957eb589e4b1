/** Lifetimes and cookies by session: functions of what is stored of a session, and their failures. */
import { stringifySetCookie } from 'cookie'
import { serialize } from 'hono/utils/cookie'
import { describe, expect, it } from 'vitest'
import { type LimenConfig, aal1, aal2, aal3, limen } from '@limen/core'
import { APP, COOKIE, DAY, createApp, visit } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'

const MINUTE = 60_000
const YEAR = 365 * DAY

const failure = (message: string) =>
  expect.objectContaining({ name: 'AuthError', code: 'AUTH_CONFIG', message }) as Error
const refused = expect.objectContaining({ code: 'AUTH_INVALID_SESSION_ID' }) as Error

interface Stored {
  readonly kind: 'visitor' | 'api' | 'admin'
  readonly remember?: boolean
}

/** One app with three kinds of session. It shows none of the attributes that decide. */
function appOfKinds() {
  const clock = { now: 1_700_000_000_000 }
  const auth = limen({
    store: memoryStore<object, Stored>(),
    now: () => clock.now,
    sessionExpiresIn: ({ attributes: { kind, remember } }) => {
      if (kind === 'api') return { activePeriod: YEAR, idlePeriod: MINUTE, absolutePeriod: YEAR }
      if (kind === 'admin') return aal3
      return remember === true ? { activePeriod: DAY, idlePeriod: 29 * DAY } : aal2
    },
    sessionCookie: { persistent: ({ attributes }) => attributes.remember === true },
  })
  const signIn = async (attributes: Stored) => {
    const session = await auth.createSession({ ...(await auth.createUser({})), attributes })
    const visitor = () => {
      const sent: string[] = []
      const setCookie = (cookie: { serialize(): string }) => sent.push(cookie.serialize())
      return { sent, request: auth.openRequest({ request: visit(token), setCookie }) }
    }
    const token = auth.createBearerToken(session)
    return { session, token, visitor, cookie: auth.createSessionCookie(session) }
  }
  return { auth, clock, signIn }
}

describe('one app with several lifetimes', () => {
  it('sends a persistent cookie with "remember me", and renews it as one', async () => {
    const { clock, signIn } = appOfKinds()
    const { cookie, token, visitor } = await signIn({ kind: 'visitor', remember: true })
    expect(cookie.serialize()).toBe(
      `${COOKIE}=${token}; Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Lax`,
    )

    clock.now += 29 * DAY
    const { request, sent } = visitor()
    expect(await request.validate()).toMatchObject({ fresh: true })
    expect(sent).toEqual([cookie.serialize()])
  })

  it('sends a cookie without Max-Age and Expires without "remember me", and renews it as one', async () => {
    const { clock, signIn } = appOfKinds()
    const { cookie, token, visitor } = await signIn({ kind: 'visitor' })
    expect(cookie.serialize()).toBe(`${COOKIE}=${token}; Path=/; HttpOnly; Secure; SameSite=Lax`)
    expect(cookie.attributes).toEqual({
      httpOnly: true,
      path: '/',
      sameSite: 'lax',
      secure: true,
    })

    clock.now += 50 * MINUTE
    const { request, sent } = visitor()
    expect(await request.validate()).toMatchObject({ fresh: true })
    expect(sent).toEqual([cookie.serialize()])
    clock.now += 61 * MINUTE
    expect(await visitor().request.validate()).toBeNull()
  })

  it('has attributes that Hono and the cookie package write without Max-Age and Expires', async () => {
    const { signIn } = appOfKinds()
    const { name, value, attributes } = (await signIn({ kind: 'visitor' })).cookie
    const texts = [
      serialize(name, value, attributes),
      stringifySetCookie({ name, value, ...attributes }),
    ]
    for (const text of texts) {
      expect(text.split('; ').toSorted()).toEqual(
        [`${name}=${value}`, 'HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'].toSorted(),
      )
    }
  })

  it('accepts an API token for a year without renewing it, and not longer', async () => {
    const { auth, clock, signIn } = appOfKinds()
    const { token } = await signIn({ kind: 'api' })
    clock.now += YEAR - 1
    expect(await auth.validateSession(token)).toMatchObject({ state: 'active', fresh: false })
    clock.now += 1
    await expect(auth.validateSession(token)).rejects.toThrow(refused)
  })

  it('signs an admin out after 15 minutes without activity, and after 12 hours with it', async () => {
    const { auth, clock, signIn } = appOfKinds()
    const idle = await signIn({ kind: 'admin' })
    clock.now += 15 * MINUTE
    await expect(auth.validateSession(idle.token)).rejects.toThrow(refused)

    const busy = await signIn({ kind: 'admin' })
    for (let minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
      clock.now += 10 * MINUTE
      await auth.validateSession(busy.token)
    }
    clock.now += 10 * MINUTE
    await expect(auth.validateSession(busy.token)).rejects.toThrow(refused)
  })

  it('lists sessions with the lifetime of each', async () => {
    const { auth, clock } = appOfKinds()
    const { userId } = await auth.createUser({})
    const kinds: Stored['kind'][] = ['api', 'admin', 'visitor']
    for (const kind of kinds) await auth.createSession({ userId, attributes: { kind } })
    const left = async () =>
      (await auth.getAllUserSessions(userId)).map((one) => +one.idlePeriodExpiresAt - clock.now)
    expect(await left()).toEqual([YEAR, 15 * MINUTE, 60 * MINUTE])
    clock.now += 20 * MINUTE
    expect(await left()).toEqual([YEAR - 20 * MINUTE, 40 * MINUTE])
  })

  it('always sends Max-Age=0 and Expires in a deleting cookie', async () => {
    const { auth } = appOfKinds()
    const deleting = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
    const never = limen({ store: memoryStore(), sessionCookie: { persistent: false } })
    expect(auth.createSessionCookie(null).serialize()).toBe(deleting)
    expect(never.createSessionCookie(null).serialize()).toBe(deleting)
  })

  it('sends no Max-Age with `persistent: false`, whatever `expires` is', async () => {
    for (const expires of [true, false]) {
      const { auth, signIn } = createApp({ sessionCookie: { persistent: false, expires } })
      const { session, token } = await signIn()
      expect(auth.createSessionCookie(session).serialize()).toBe(
        `${COOKIE}=${token}; Path=/; HttpOnly; Secure; SameSite=Lax`,
      )
    }
  })

  it('applies a changed attribute: the cookie at the next one, the periods at the next renewal', async () => {
    const { auth, clock, signIn } = appOfKinds()
    const { session, token } = await signIn({ kind: 'visitor' })
    await auth.updateSessionAttributes(session.sessionId, { remember: true })
    clock.now += 10 * MINUTE
    const renewed = await auth.validateSession(token)
    expect(auth.createSessionCookie(renewed).attributes.maxAge).toBe((30 * DAY) / 1000)
  })

  it('applies the absolute period of a changed attribute at once', async () => {
    const { auth, clock, signIn } = appOfKinds()
    const { session, token } = await signIn({ kind: 'api' })
    await auth.updateSessionAttributes(session.sessionId, { kind: 'admin' })
    clock.now += 12 * 60 * MINUTE
    await expect(auth.validateSession(token)).rejects.toThrow(refused)
  })
})

describe('the lifetimes of NIST SP 800-63B-4', () => {
  it.each([
    ['aal1', aal1, 30 * DAY, Infinity],
    ['aal2', aal2, DAY, 60 * MINUTE],
    ['aal3', aal3, 12 * 60 * MINUTE, 15 * MINUTE],
  ])(
    '%s: its overall and inactivity timeouts',
    async (_, sessionExpiresIn, overall, inactivity) => {
      const { auth, clock, signIn } = createApp({ sessionExpiresIn })
      const { session, token } = await signIn()
      const start = clock.now
      expect(+session.idlePeriodExpiresAt - start).toBe(Math.min(overall, inactivity))
      while (clock.now < start + overall) {
        const { idlePeriodExpiresAt } = await auth.validateSession(token)
        expect(+idlePeriodExpiresAt - clock.now).toBeLessThanOrEqual(inactivity)
        clock.now += Math.min(10 * MINUTE, start + overall - clock.now)
      }
      await expect(auth.validateSession(token)).rejects.toThrow(refused)
    },
    60_000,
  )
})

type Options = Pick<
  LimenConfig<{ name: string }, { device: string }, object, object, [], never>,
  'sessionExpiresIn' | 'sessionCookie'
>

describe('a function of the session that fails', () => {
  const wrong: [name: string, options: object, message: string][] = [
    [
      'throws in sessionExpiresIn',
      {
        sessionExpiresIn: () => {
          throw new Error('broken')
        },
      },
      'sessionExpiresIn() threw an error: see the cause of this error.',
    ],
    [
      'returns null',
      { sessionExpiresIn: () => null },
      'sessionExpiresIn() must return an object (got null)',
    ],
    [
      'returns an unknown name',
      { sessionExpiresIn: () => ({ activeperiod: DAY }) },
      'sessionExpiresIn().activeperiod is not an option. The options are: activePeriod, idlePeriod, absolutePeriod',
    ],
    [
      'returns seconds',
      { sessionExpiresIn: () => ({ activePeriod: 86_400 }) },
      'sessionExpiresIn().activePeriod must be in milliseconds: this looks like seconds (got 86400)',
    ],
    [
      'returns no boolean',
      { sessionCookie: { persistent: () => undefined } },
      'sessionCookie.persistent() must return true or false (got undefined)',
    ],
  ]

  it.each(wrong)('%s: createSession() calls no store', async (_, options, message) => {
    const { auth, calls } = createApp(options as Options)
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    calls.length = 0
    const creating = auth.createSession({ userId, attributes: { device: '' } })
    await expect(creating).rejects.toThrow(failure(message))
    expect(calls).toEqual([])
  })

  it.each(wrong)(
    '%s: a validation rejects, sends no cookie, and revokes nothing',
    async (_, options, message) => {
      const { auth, store, clock, signIn } = createApp()
      const { session, token } = await signIn()
      const broken = createApp({ ...(options as Options), store })
      for (const time of [clock.now, clock.now + 2 * DAY]) {
        broken.clock.now = time
        const { authRequest, sent } = broken.open(visit(token))
        await expect(authRequest.validate()).rejects.toThrow(failure(message))
        expect(sent()).toEqual([])
      }
      expect(broken.calls).toEqual(['read', 'read'])
      expect(await auth.getSession(session.sessionId)).not.toBeNull()
    },
  )

  it('has the error of the function as its cause', async () => {
    const cause = new Error('broken')
    const { signIn } = createApp({
      sessionExpiresIn: () => {
        throw cause
      },
    })
    await expect(signIn()).rejects.toMatchObject({ code: 'AUTH_CONFIG', cause })
  })

  it('does not store what the function changes', async () => {
    const { auth, signIn } = createApp({
      sessionExpiresIn: ({ attributes }) => {
        Object.assign(attributes, { device: 'changed' })
        return {}
      },
    })
    const { session } = await signIn()
    expect(session.device).toBe('Laptop')
    expect(await auth.getSession(session.sessionId)).toMatchObject({ device: 'Laptop' })
  })

  it('receives neither the hash of the secret nor the session id', async () => {
    const seen: object[] = []
    const { auth, signIn } = createApp({
      sessionExpiresIn: (session) => {
        seen.push(session)
        return {}
      },
    })
    const { user, token } = await signIn()
    await auth.validateSession(token)
    expect(seen.length).toBeGreaterThan(1)
    for (const session of seen) {
      expect(session).toEqual({ userId: user.userId, attributes: { device: 'Laptop' } })
    }
  })

  it('adds no call to the store to a sign-in, a validation or a renewal', async () => {
    const { auth, calls, clock, open } = createApp({
      sessionExpiresIn: () => aal2,
      sessionCookie: { persistent: () => false },
    })
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    calls.length = 0
    const session = await auth.createSession({ userId, attributes: { device: '' } })
    expect(calls.splice(0)).toEqual(['insert'])
    const request = new Request(APP, {
      headers: { Cookie: `${COOKIE}=${auth.createBearerToken(session)}` },
    })
    await open(request).authRequest.validate()
    expect(calls.splice(0)).toEqual(['read'])
    clock.now += 10 * MINUTE
    await open(request).authRequest.validate()
    expect(calls).toEqual(['read', 'renew'])
  })
})
