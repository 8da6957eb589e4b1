import { createHash } from 'node:crypto'
import { type AuthEvent, isAuthError } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { notUpgraded } from '../test/app.ts'
import { cookieByLucia, signOutByLucia, validateByLucia } from '../test/by-lucia.ts'
import { availableEngines } from '../test/engines.ts'
import { quoted, signInByLucia } from '../test/sign-in.ts'
import { visit } from '../test/visit.ts'

const DAY = 86_400_000
const MINUTE = 60_000

const subjects = availableEngines().flatMap(({ name, open }) =>
  ([3, 2] as const).map((version) => ({ name, version, open })),
)

describe.each(subjects)('before the upgrade of Lucia $version in $name', ({ version, open }) => {
  async function opened() {
    const database = await open(version)
    // Before the upgrade, the app has no table of Limen's.
    await database.rows('drop table limen_session')
    const table = version === 2 ? 'user_session' : quoted(database, 'session')
    const clock = { ahead: 0 }
    const events: AuthEvent[] = []
    const auth = notUpgraded(database, version, { clock, events })
    const rows = () => database.rows(`select * from ${table}`)
    const createUser = (userId = 'ada') => auth.createUser({ userId, attributes: { name: userId } })
    return { database, table, clock, events, auth, rows, createUser }
  }
  const active = version === 2 ? DAY : 15 * DAY
  const whole = version === 2 ? 15 * DAY : 30 * DAY

  it('a session of Lucia is admitted with its attributes, and nothing is written', async () => {
    const { database, auth, rows } = await opened()
    const id = await signInByLucia(database, version)
    const before = await rows()
    const { userId, sessionId, cookies } = await visit(auth, `auth_session=${id}`)
    expect([userId, sessionId, cookies]).toEqual(['ada', id, []])
    const session = await auth.validateSession(id)
    expect(session.attributes).toEqual({ country: 'NO' })
    expect(session.user).toEqual({ userId: 'ada', name: 'ada' })
    expect(session.state).toBe('active')
    const byLucia = await validateByLucia(database, version, id)
    expect(session.idlePeriodExpiresAt.getTime()).toBe(byLucia!.expiresAt)
    const headers = { Authorization: `Bearer ${id}` }
    expect((await visit(auth, '', { headers })).userId).toBe('ada')
    expect(await rows()).toEqual(before)
    await database.close()
  })

  it('Lucia takes a sign-in of the app, and signing out on either side ends it', async () => {
    const { database, auth, rows, createUser } = await opened()
    await createUser()
    const attributes = { country: 'SE' }
    const session = await auth.createSession({ userId: 'ada', attributes })
    const id = session.sessionId
    expect(id).toMatch(/^[a-z2-7]{40}$/)
    expect(auth.createBearerToken(session)).toBe(id)
    const byLucia = await validateByLucia(database, version, id)
    expect(byLucia).toMatchObject({ userId: 'ada', name: 'ada', country: 'SE', isFresh: false })
    expect(Math.abs(byLucia!.expiresAt - Date.now() - whole)).toBeLessThan(MINUTE)

    await signOutByLucia(database, version, id)
    expect((await visit(auth, `auth_session=${id}`)).userId).toBeUndefined()
    const next = await auth.createSession({ userId: 'ada', attributes })
    await auth.invalidateSession(next.sessionId, { userId: 'ada' })
    expect(await validateByLucia(database, version, next.sessionId)).toBeNull()
    expect(await rows()).toEqual([])
    await database.close()
  })

  it('the cookie is that of Lucia', async () => {
    const { database, auth, createUser } = await opened()
    await createUser()
    const session = await auth.createSession({ userId: 'ada', attributes: { country: 'SE' } })
    const attributesOf = (cookie: string) =>
      cookie
        .split('; ')
        .filter((attribute) => !/^(Expires|Max-Age)=/i.test(attribute))
        .toSorted()
    const ours = auth.createSessionCookie(session)
    expect(ours.deletions).toEqual([])
    expect(attributesOf(ours.serialize())).toEqual(
      attributesOf(cookieByLucia(database, version, session.sessionId)),
    )
    await database.close()
  })

  it('an idle session is renewed where Lucia sees it, and an expired one opens nothing', async () => {
    const { database, auth, clock, rows } = await opened()
    const id = await signInByLucia(database, version)
    clock.ahead = active + MINUTE
    const { userId, cookies } = await visit(auth, `auth_session=${id}`)
    expect([userId, cookies.length]).toEqual(['ada', 1])
    expect(cookies[0]).toMatch(new RegExp(`^auth_session=${id}; Path=/; Max-Age=\\d+; HttpOnly; `))
    const { expiresAt } = (await validateByLucia(database, version, id))!
    expect(Math.abs(expiresAt - Date.now() - clock.ahead - whole)).toBeLessThan(MINUTE)
    clock.ahead = 90 * DAY
    expect((await visit(auth, `auth_session=${id}`)).userId).toBeUndefined()
    expect(await auth.deleteExpiredSessions()).toBe(1)
    expect(await rows()).toEqual([])
    await database.close()
  })

  it('an app that renews never moves a deadline to an earlier time', async () => {
    const { database, auth, clock } = await opened()
    const id = await signInByLucia(database, version)
    clock.ahead = active + 2 * DAY
    await visit(auth, `auth_session=${id}`)
    const { expiresAt } = (await validateByLucia(database, version, id))!
    clock.ahead = active + MINUTE
    await visit(auth, `auth_session=${id}`)
    expect((await validateByLucia(database, version, id))!.expiresAt).toBe(expiresAt)
    await database.close()
  })

  it('attributes are updated, and sessions listed, replaced and limited, in the table of Lucia', async () => {
    const { database, auth, createUser, rows } = await opened()
    await createUser()
    await createUser('bob')
    const signIn = (country: string, userId = 'ada') =>
      auth.createSession({ userId, attributes: { country } })
    const [one, two, other] = [await signIn('NO'), await signIn('SE'), await signIn('DK', 'bob')]
    const changed = await auth.updateSessionAttributes(one.sessionId, { country: 'FI' })
    expect(changed.attributes).toEqual({ country: 'FI' })
    const countries = async (userId: string) =>
      (await auth.getAllUserSessions(userId)).map(({ attributes }) => attributes.country).toSorted()
    expect([await countries('ada'), await countries('bob')]).toEqual([['FI', 'SE'], ['DK']])

    const replaced = await auth.replaceSession(one, { attributes: { country: 'IS' } })
    expect(await validateByLucia(database, version, one.sessionId)).toBeNull()
    expect(await validateByLucia(database, version, replaced.sessionId)).toMatchObject({
      country: 'IS',
    })
    await expect(auth.replaceSession(one)).rejects.toMatchObject({
      code: 'AUTH_INVALID_SESSION_ID',
    })

    await auth.invalidateAllUserSessions('ada', { except: two.sessionId })
    expect(await countries('ada')).toEqual(['SE'])
    const limit = { limit: 2, onLimit: 'revoke-oldest' } as const
    const limited = notUpgraded(database, version, { maxSessionsPerUser: limit })
    for (const country of ['A', 'B', 'C']) {
      await limited.createSession({ userId: 'ada', attributes: { country } })
    }
    expect((await countries('ada')).length).toBe(2)
    const refusing = notUpgraded(database, version, {
      maxSessionsPerUser: { limit: 2, onLimit: 'refuse' },
    })
    await expect(
      refusing.createSession({ userId: 'ada', attributes: { country: 'D' } }),
    ).rejects.toMatchObject({ code: 'AUTH_SESSION_LIMIT' })
    const at = await Promise.allSettled(
      ['E', 'F', 'G'].map((country) =>
        refusing.createSession({ userId: 'bob', attributes: { country } }),
      ),
    )
    expect(at.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await auth.getSession(other.sessionId)).not.toBeNull()
    await auth.deleteUser('ada')
    expect([(await rows()).length, await auth.getUser('ada')]).toEqual([2, null])
    await expect(signIn('NO')).rejects.toMatchObject({ code: 'AUTH_INVALID_USER_ID' })
    await database.close()
  })

  it('no event contains the id of a session: each has its hash', async () => {
    const { database, auth, clock, events, createUser } = await opened()
    await createUser()
    const attributes = { country: 'SE' }
    const one = await auth.createSession({ userId: 'ada', attributes })
    const two = await auth.replaceSession(one)
    clock.ahead = active + MINUTE
    await visit(auth, `auth_session=${two.sessionId}`)
    await auth.invalidateAllUserSessions('ada', { except: two.sessionId })
    await auth.invalidateSession(two.sessionId)
    await visit(auth, `auth_session=${one.sessionId}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const types = events.map(({ type }) => type)
    expect(types).toEqual([
      'created',
      'replaced',
      'renewed',
      'invalidated',
      'invalidated',
      'token-rejected',
    ])
    const text = JSON.stringify(events)
    for (const { sessionId } of [one, two]) {
      expect(text).not.toContain(sessionId)
      expect(text).toContain(createHash('sha256').update(sessionId).digest('base64url'))
    }
    await database.close()
  })

  it('50 requests and Lucia at once renew one session', async () => {
    const { database, auth, clock, rows } = await opened()
    const id = await signInByLucia(database, version)
    clock.ahead = active + MINUTE
    const visits = Array.from({ length: 50 }, () => visit(auth, `auth_session=${id}`))
    await Promise.all([...visits, validateByLucia(database, version, id)])
    expect((await Promise.all(visits)).every(({ userId }) => userId === 'ada')).toBe(true)
    expect(await rows()).toHaveLength(1)
    await database.close()
  })

  it('a session that is signed out while requests renew it does not come back', async () => {
    const { database, auth, clock, rows } = await opened()
    for (let round = 0; round < 8; round++) {
      clock.ahead = 0
      const id = await signInByLucia(database, version)
      clock.ahead = active + MINUTE
      const visits = Array.from({ length: 8 }, () =>
        visit(auth, `auth_session=${id}`).catch((error: unknown) => {
          if (!isAuthError(error)) throw error
        }),
      )
      await signOutByLucia(database, version, id)
      await Promise.all(visits)
      expect(await rows()).toEqual([])
    }
    await database.close()
  })
})
