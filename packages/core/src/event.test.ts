/** Events: what onEvent receives. */
import { describe, expect, it } from 'vitest'
import { COOKIE, DAY, createApp, visit } from '../test/app.ts'

describe('events', () => {
  it('report every change and every rejection', async () => {
    const { auth, clock, events, open, signIn } = createApp()
    const { session, token, user } = await signIn()
    const { sessionId } = session
    const { userId } = user

    await auth.createSession({ userId, attributes: { device: 'Phone' } })
    expect(events.splice(0)).toEqual([
      { type: 'created', sessionId: expect.any(String) as string, userId },
    ])
    await open(visit(token)).authRequest.validate()
    expect(events.splice(0)).toEqual([])
    clock.now += 2 * DAY
    await open(visit(token)).authRequest.validate()
    expect(events.splice(0)).toEqual([{ type: 'renewed', sessionId, userId }])

    const rejected: [cookie: string, reason: string][] = [
      ['x', 'malformed'],
      [`${token.slice(0, -1)}${token.endsWith('x') ? 'y' : 'x'}`, 'secret-mismatch'],
      [`${'u'.repeat(22)}.${'u'.repeat(43)}`, 'unknown'],
    ]
    for (const [cookie, reason] of rejected) {
      await open(visit(cookie)).authRequest.validate()
      expect(events.splice(0)).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason }])
      expect(await auth.validateToken({ token: cookie, consistency: 'strong' })).toEqual({
        valid: false,
        reason,
      })
    }
    const twice = visit(null, { Cookie: `${COOKIE}=a; ${COOKIE}=b` })
    await open(twice).authRequest.validate()
    expect(events.splice(0)).toEqual([
      { type: 'token-rejected', carrier: 'Cookie', reason: 'ambiguous' },
    ])
    clock.now += 30 * DAY
    await open(visit(token)).authRequest.validate()
    expect(events.splice(0)).toEqual([
      { type: 'token-rejected', carrier: 'Cookie', reason: 'expired' },
    ])
    const bearer = new Request('https://app.example', { headers: { Authorization: 'Bearer x' } })
    await open(bearer).authRequest.validateBearerToken()
    expect(events.splice(0)).toEqual([
      { type: 'token-rejected', carrier: 'Authorization', reason: 'malformed' },
    ])

    const { authRequest } = open(visit(token, { 'Sec-Fetch-Site': 'cross-site' }, 'POST'))
    await authRequest.validate()
    await authRequest.validate()
    expect(authRequest.origin.trusted).toBe(false)
    expect(events.splice(0)).toEqual([{ type: 'origin-refused', reason: 'cross-site' }])

    await auth.invalidateSession(sessionId)
    await auth.invalidateAllUserSessions(userId, { except: sessionId })
    await auth.invalidateAllUserSessions(userId)
    await auth.deleteUser(userId)
    expect(events.splice(0)).toEqual([
      { type: 'invalidated', sessionId },
      { type: 'invalidated', userId, except: sessionId },
      { type: 'invalidated', userId },
      { type: 'invalidated', userId },
    ])
  })

  it('report validations only when `events` has them', async () => {
    const { events, open, signIn } = createApp({ events: ['validated'] })
    const { session, token, user } = await signIn()
    await open(visit(token)).authRequest.validate()
    expect(events).toEqual([
      { type: 'validated', sessionId: session.sessionId, userId: user.userId },
    ])
  })

  it('are not affected by an onEvent that throws or rejects', async () => {
    const throwing = () => {
      throw new Error('observer')
    }
    for (const onEvent of [throwing, async () => throwing()]) {
      const { open, signIn } = createApp({ events: ['validated'], onEvent })
      const { token } = await signIn()
      expect(await open(visit(token)).authRequest.validate()).not.toBeNull()
    }
  })
})
