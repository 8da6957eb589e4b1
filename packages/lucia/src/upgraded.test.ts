import type { AuthEvent } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { upgraded } from '../test/app.ts'
import { availableEngines } from '../test/engines.ts'
import { quoted, signInByLucia } from '../test/sign-in.ts'
import { visit } from '../test/visit.ts'

const DAY = 86_400_000
const MINUTE = 60_000

const subjects = availableEngines().flatMap(({ name, open }) =>
  ([3, 2] as const).map((version) => ({ name, version, open })),
)

describe.each(subjects)('after the upgrade of Lucia $version in $name', ({ version, open }) => {
  async function opened() {
    const database = await open(version)
    const table = version === 2 ? 'user_session' : quoted(database, 'session')
    const clock = { ahead: 0 }
    const events: AuthEvent[] = []
    const create = (more: { connects?: boolean; isDropped?: boolean } = {}) =>
      upgraded(database, version, { clock, events, ...more })
    const theirs = async () => database.rows(`select * from ${table}`)
    const ours = async () => database.rows('select * from limen_session')
    return { database, table, clock, events, create, auth: create(), theirs, ours }
  }

  it('a visitor with the old cookie is admitted, gets the new cookie, and the row is moved', async () => {
    const { database, auth, theirs, ours, events } = await opened()
    const old = await signInByLucia(database, version)
    const before = (await theirs())[0]!

    const first = await visit(auth, `auth_session=${old}`)

    expect(first.userId).toBe('ada')
    expect(first.cookies).toEqual([
      expect.stringMatching(
        /^__Host-Http-session=[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/,
      ),
      'auth_session=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ])
    expect(await theirs()).toEqual([])
    const [row, ...others] = await ours()
    expect(others).toEqual([])
    const expiry = before['expires_at'] ?? before['idle_expires']
    const ms =
      expiry instanceof Date
        ? expiry.getTime()
        : version === 3
          ? Number(expiry) * 1000
          : Number(expiry)
    expect(Number(row!['idle_expires_at'])).toBe(ms)
    const next = await visit(auth, `__Host-Http-session=${first.token}`)
    expect([next.userId, next.sessionId, next.cookies]).toEqual(['ada', first.sessionId, []])

    // No secret is in the table or in an event.
    const [, secret] = first.token!.split('.')
    for (const text of [JSON.stringify(await ours()), JSON.stringify(events)]) {
      expect(text).not.toContain(old)
      expect(text).not.toContain(secret)
    }
    await database.close()
  })

  it('the app sees the attributes of Lucia, and not those of the move', async () => {
    const { database, auth } = await opened()
    const old = await signInByLucia(database, version)
    const session = await auth.validateSession(old)
    expect(session.attributes).toEqual({ country: 'NO' })
    expect(session.user).toEqual({ userId: 'ada', name: 'ada' })
    const replaced = await auth.replaceSession(session)
    expect(replaced.attributes).toEqual({ country: 'NO' })
    await expect(auth.validateSession(old)).rejects.toMatchObject({
      code: 'AUTH_INVALID_SESSION_ID',
    })
    await database.close()
  })

  it('50 requests with one old cookie get one new token, and one row is moved', async () => {
    const { database, create, theirs, ours } = await opened()
    const old = await signInByLucia(database, version)
    const auths = [create(), create({ connects: true })]

    const visits = await Promise.all(
      Array.from({ length: 50 }, (_, index) => visit(auths[index % 2]!, `auth_session=${old}`)),
    )

    expect(visits.map(({ userId }) => userId)).toEqual(Array(50).fill('ada'))
    expect(new Set(visits.map(({ token }) => token)).size).toBe(1)
    expect([await theirs(), (await ours()).length]).toEqual([[], 1])
    await database.close()
  })

  it('the old id is taken as a bearer token, and by validateToken() and readSessionCookie()', async () => {
    const { database, auth } = await opened()
    const old = await signInByLucia(database, version)
    const headers = { Authorization: `Bearer ${old}` }
    for (let time = 0; time < 3; time++) {
      expect((await visit(auth, '', { headers })).userId).toBe('ada')
    }
    expect((await auth.validateToken({ token: old, consistency: 'strong' })).valid).toBe(true)
    const request = new Request('https://app.example', {
      headers: { Cookie: `auth_session=${old}` },
    })
    expect(auth.readSessionCookie(request)).toBe(old)
    await database.close()
  })

  it('the old id ends a minute after the new token was first seen, and not before', async () => {
    const { database, auth, clock, ours } = await opened()
    const old = await signInByLucia(database, version)
    const byOld = async () => (await visit(auth, `auth_session=${old}`)).userId
    const { token } = await visit(auth, `auth_session=${old}`)
    const byNew = async () => (await visit(auth, `__Host-Http-session=${token}`)).userId

    clock.ahead = 2 * MINUTE
    expect(await byOld()).toBe('ada')
    clock.ahead = DAY / 2
    expect(await byOld()).toBe('ada')
    // First seen here.
    expect(await byNew()).toBe('ada')
    expect(await byOld()).toBe('ada')
    clock.ahead += MINUTE - 1000
    expect([await byNew(), await byOld()]).toEqual(['ada', 'ada'])
    clock.ahead += 2000
    expect(await byOld()).toBeUndefined()
    expect(JSON.stringify(await ours())).toContain('lucia:salt')
    expect(await byNew()).toBe('ada')
    // The next use of the new token deletes the salt.
    expect(JSON.stringify(await ours())).not.toContain('lucia:')
    expect([await byNew(), await byOld()]).toEqual(['ada', undefined])
    await database.close()
  })

  it('an idle session is renewed, an expired one opens nothing and is not moved', async () => {
    const { database, auth, clock, theirs, ours } = await opened()
    const [idle, expired] = [
      await signInByLucia(database, version),
      await signInByLucia(database, version),
    ]
    const period = version === 2 ? DAY : 15 * DAY
    clock.ahead = period + MINUTE
    const { userId } = await visit(auth, `auth_session=${idle}`)
    expect(userId).toBe('ada')
    const [row] = await ours()
    expect(Number(row!['active_expires_at'])).toBeGreaterThan(Date.now() + 2 * period)
    clock.ahead = 40 * DAY
    expect((await visit(auth, `auth_session=${expired}`)).userId).toBeUndefined()
    expect([(await theirs()).length, (await ours()).length]).toEqual([1, 1])
    await database.close()
  })

  it('unknown and malformed ids, two different cookies and cross-site requests open nothing', async () => {
    const { database, auth, theirs, ours } = await opened()
    const [one, other] = [
      await signInByLucia(database, version),
      await signInByLucia(database, version),
    ]
    const forged = 'a'.repeat(40)
    for (const [cookie, more] of [
      [`auth_session=${forged}`, {}],
      [`auth_session=${one.toUpperCase()}`, {}],
      [`auth_session=${one}x`, {}],
      ["auth_session=' or 1=1 --", {}],
      [`auth_session=${one}; auth_session=${other}`, {}],
      [`auth_session=${one}`, { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } }],
    ] as const) {
      expect((await visit(auth, cookie, more)).userId, cookie).toBeUndefined()
    }
    expect([(await theirs()).length, await ours()]).toEqual([2, []])
    await database.close()
  })

  it('a revoked session never comes back, while eight requests move it', async () => {
    const { database, create } = await opened()
    const auths = [create(), create({ connects: true })] as const
    const ways: ((old: string) => Promise<unknown>)[] = [
      () => auths[0].invalidateAllUserSessions('ada'),
      async () => {
        for (const { sessionId } of await auths[0].getAllUserSessions('ada')) {
          await auths[0].invalidateSession(sessionId)
        }
      },
      async (old) => {
        const result = await auths[0].validateToken({ token: old, consistency: 'strong' })
        if (result.valid) await auths[0].invalidateSession(result.session.sessionId)
      },
    ]
    let cameBack = 0
    for (let round = 0; round < 25; round++) {
      const old = await signInByLucia(database, version)
      const visits = Array.from({ length: 8 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, (index * round) % 7))
        return visit(auths[index % 2]!, `auth_session=${old}`)
      })
      await new Promise((resolve) => setTimeout(resolve, round % 9))
      await ways[round % 3]!(old)
      const after = await visit(auths[1], `auth_session=${old}`)
      await Promise.all(visits)
      const later = await visit(auths[0], `auth_session=${old}`)
      if (after.userId || later.userId) cameBack++
    }
    expect(cameBack).toBe(0)
    await database.close()
  })

  it('invalidateAllUserSessions() revokes the sessions that were not moved too, except one', async () => {
    const { database, auth, theirs } = await opened()
    const [one, two, other] = [
      await signInByLucia(database, version),
      await signInByLucia(database, version),
      await signInByLucia(database, version, 'bob'),
    ]
    const { sessionId } = await visit(auth, `auth_session=${one}`)
    await auth.invalidateAllUserSessions('ada', { except: sessionId! })
    expect(await theirs()).toHaveLength(1)
    const visits = await Promise.all(
      [one, two, other].map((id) => visit(auth, `auth_session=${id}`)),
    )
    expect(visits.map(({ userId }) => userId)).toEqual(['ada', undefined, 'bob'])
    await database.close()
  })

  it('moveAll() moves the sessions of all who have not come, while others come', async () => {
    const { database, auth, create, table, theirs, ours } = await opened()
    const old: string[] = []
    for (let index = 0; index < 60; index++) {
      old.push(await signInByLucia(database, version, `user${index % 7}`))
    }
    const other = create({ connects: true })
    const visiting = Promise.all(old.slice(0, 20).map((id) => visit(other, `auth_session=${id}`)))
    let found = 0
    for (let count = 1; count > 0; found += count) count = await auth.moveAll({ limit: 25 })
    const visited = await visiting
    expect(found).toBeGreaterThanOrEqual(40)
    expect([await theirs(), (await ours()).length]).toEqual([[], 60])

    await database.rows(`drop table ${table}`)
    const after = create({ isDropped: true })
    for (const [index, id] of old.entries()) {
      const { userId, token } = await visit(after, `auth_session=${id}`)
      expect(userId).toBe(`user${index % 7}`)
      if (visited[index]) expect(token).toBe(visited[index].token)
    }
    expect(await after.moveAll()).toBe(0)
    await after.deleteUser('user0')
    expect(await after.getUser('user0')).toBeNull()
    await database.close()
  })

  it('getAllUserSessions() has the sessions that were not moved, and each can be revoked', async () => {
    const { database, auth, theirs } = await opened()
    const old = [
      await signInByLucia(database, version),
      await signInByLucia(database, version),
      await signInByLucia(database, version, 'bob'),
    ]
    const list = await auth.getAllUserSessions('ada')
    expect(list).toHaveLength(2)
    expect(await theirs()).toHaveLength(1)
    for (const { sessionId } of list) await auth.invalidateSession(sessionId, { userId: 'ada' })
    const visits = await Promise.all(old.map((id) => visit(auth, `auth_session=${id}`)))
    expect(visits.map(({ userId }) => userId)).toEqual([undefined, undefined, 'bob'])
    await database.close()
  })

  it('deleteUser() deletes the sessions and keys that refer to the user', async () => {
    const { database, auth, theirs, ours } = await opened()
    const old = await signInByLucia(database, version)
    await signInByLucia(database, version)
    await visit(auth, `auth_session=${old}`)
    if (version === 2) {
      await database.driver.change(
        "insert into user_key (id, user_id, hashed_password) values ('email:ada', 'ada', null)",
        [],
      )
    }
    await auth.deleteUser('ada')
    expect(await auth.getUser('ada')).toBeNull()
    expect([await theirs(), await ours()]).toEqual([[], []])
    if (version === 2) expect(await database.rows('select * from user_key')).toEqual([])
    await database.close()
  })
})
