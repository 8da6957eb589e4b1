import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DAY, createApp, visit } from '../test/app.ts'
import { limen } from './auth.ts'
import { memoryStore } from './memory-store.ts'

const code = (code: string) => expect.objectContaining({ name: 'AuthError', code }) as Error

describe('P3: the token', () => {
  it('[T34] is not in an enumeration, JSON, log line or copy of a session', async () => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    const secret = token.split('.')[1]!
    for (const text of [
      JSON.stringify(session),
      inspect(session, { showHidden: true, depth: 9 }),
      JSON.stringify(Reflect.ownKeys(session)),
      JSON.stringify(structuredClone(session)),
    ]) {
      expect(text).not.toContain(secret)
    }
    expect(() => auth.createSessionCookie({ ...session })).toThrow(code('AUTH_INVALID_SESSION_ID'))
    const { sessionId } = session
    expect(() => auth.createSessionCookie({ sessionId })).toThrow(code('AUTH_INVALID_SESSION_ID'))
    expect(() => auth.createBearerToken({ ...session })).toThrow(code('AUTH_INVALID_SESSION_ID'))
  })

  it('[T34] is not in a log line or JSON of an AuthRequest that has set it', async () => {
    const { auth, signIn } = createApp()
    const { session, token } = await signIn()
    const authRequest = auth.openRequest({ request: visit(null), setCookie() {} })
    authRequest.setSession(session)
    await authRequest.validate()
    const secret = token.split('.')[1]!
    expect(JSON.stringify(authRequest)).not.toContain(secret)
    expect(inspect(authRequest, { showHidden: true, depth: 9 })).not.toContain(secret)
    expect(authRequest.cookie()?.value).toBe(token)
  })

  it('can be read by another auth object', async () => {
    const { store, signIn } = createApp()
    const { session, token } = await signIn()
    expect(limen({ store }).createSessionCookie(session).value).toBe(token)
  })

  it('[T32] [T34] is not in the store, an event or an error', async () => {
    const stored: unknown[] = []
    const plain = memoryStore<{ name: string }, { device: string }>()
    const store = {
      ...plain,
      insert: (session: Parameters<typeof plain.insert>[0]) => {
        stored.push(session)
        return plain.insert(session)
      },
    }
    const { auth, clock, events, faults, open, signIn } = createApp({
      store,
      events: ['validated'],
    })
    const { session, token, user } = await signIn()
    const [id, secret] = token.split('.') as [string, string]
    const errors: unknown[] = []
    const attempt = (work: Promise<unknown>) => work.catch((error: unknown) => errors.push(error))

    await attempt(open(visit(`${id}.${'x'.repeat(43)}`)).authRequest.validate())
    await attempt(open(visit(`${'y'.repeat(22)}.${secret}`)).authRequest.validate())
    await attempt(open(visit('nonsense-secret-text')).authRequest.validate())
    clock.now += 2 * DAY
    await attempt(open(visit(token)).authRequest.validate())
    await attempt(auth.invalidateSession(token))
    await attempt(auth.validateSession(`${id}.${'x'.repeat(43)}`))
    faults.set('read', new Error('down'))
    await attempt(open(visit(token)).authRequest.validate())
    await attempt(auth.invalidateSession(session.sessionId))
    await attempt(open(visit(token)).authRequest.validate())
    await attempt(auth.invalidateAllUserSessions(user.userId, { except: session.sessionId }))
    expect(events.length).toBeGreaterThan(6)
    expect(errors.length).toBeGreaterThan(2)

    const hash = (stored[0] as { secretHash: string }).secretHash
    const reported = inspect({ events, errors }, { depth: 9, showHidden: true })
    for (const secretText of [secret, hash, 'nonsense-secret-text', 'x'.repeat(43)]) {
      expect(reported).not.toContain(secretText)
    }
    expect(inspect(stored, { depth: 9 })).not.toContain(secret)
    expect(reported).not.toContain('y'.repeat(22))
  })
})
