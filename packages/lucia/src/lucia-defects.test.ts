/**
 * Defects of Lucia that an app over its tables must not have: "L2-7" is the seventh of version 2 in our
 * list. Those of its origin check, and of its adapters for frameworks, are tested in core and in the
 * adapters.
 */
import { DatabaseSync } from 'node:sqlite'
import { limen } from '@limen/core'
import { type SqlDriver, nodeSqlite } from '@limen/sql'
import { describe, expect, it } from 'vitest'
import { notUpgraded, upgraded } from '../test/app.ts'
import { openSqlite } from '../test/engines.ts'
import { signInByLucia } from '../test/sign-in.ts'
import { visit } from '../test/visit.ts'
import { luciaV2, luciaV3 } from './index.ts'

const DAY = 86_400_000
const MINUTE = 60_000

/** An app over a database that the test can change. */
async function opened(version: 2 | 3, upgrade: boolean) {
  const db = new DatabaseSync(':memory:')
  const database = await openSqlite(version, db)
  const clock = { ahead: 0 }
  const auth = (upgrade ? upgraded : notUpgraded)(database, version, { clock })
  const table = version === 2 ? 'user_session' : 'session'
  const rows = async () => (await database.rows(`select * from ${table}`)).length
  return { db, database, auth, clock, rows, id: await signInByLucia(database, version) }
}

describe.each([
  [2, false],
  [2, true],
  [3, false],
  [3, true],
] as const)('over Lucia %i, upgrade: %s', (version, upgrade) => {
  it('L2-7: one attribute of the cookie leaves the defaults of the others', () => {
    const options = { sessionCookie: { attributes: { domain: 'example.com' } } }
    const driver = nodeSqlite(new DatabaseSync(':memory:'))
    const create = (version === 2 ? luciaV2 : luciaV3) as typeof luciaV3
    const auth = upgrade
      ? limen(create(driver, { ...options, upgrade: true }))
      : limen(create(driver, { ...options, upgrade: false }))
    const cookie = auth.createSessionCookie(null).serialize()
    expect(cookie).toContain('; Path=/; ')
    expect(cookie).toContain('; Domain=example.com; ')
    expect(cookie).toContain('; HttpOnly; Secure; SameSite=Lax')
  })

  it('L2-10, L2-11: a renewed session is active, and its cookie is sent again', async () => {
    const { auth, clock, id } = await opened(version, upgrade)
    clock.ahead = (version === 2 ? DAY : 15 * DAY) + MINUTE
    const session = await auth.validateSession(id)
    expect([session.state, session.fresh]).toEqual(['active', true])
    clock.ahead *= 2
    expect((await visit(auth, `auth_session=${id}`)).cookies[0]).toMatch(/Max-Age=\d{6,};/)
  })

  it('L2-12: a bearer token and a cookie have results of their own', async () => {
    const { database, auth, id } = await opened(version, upgrade)
    const bobs = await signInByLucia(database, version, 'bob')
    const headers = { Cookie: `auth_session=${id}`, Authorization: `Bearer ${bobs}` }
    const request = new Request('https://app.example', { headers })
    const authRequest = auth.openRequest({ request })
    const results = [
      await authRequest.validateBearerToken(),
      await authRequest.validate(),
      await authRequest.validateBearerToken(),
    ]
    expect(results.map((session) => session?.user.userId)).toEqual(['bob', 'ada', 'bob'])
  })

  it('L2-14, L2-17, L3-4: a session without its user opens nothing, and is not deleted', async () => {
    const { db, auth, id, rows } = await opened(version, upgrade)
    db.exec("pragma foreign_keys = off; delete from user where id = 'ada'")
    const { userId } = await visit(auth, `auth_session=${id}`)
    expect([userId, await rows()]).toEqual([undefined, 1])
    db.exec("insert into user (id, name) values ('ada', 'ada')")
    expect((await visit(auth, `auth_session=${id}`)).userId).toBe('ada')
  })

  it('L2-15: a sign-in of an unknown user stores nothing', async () => {
    const { database, auth, rows } = await opened(version, upgrade)
    await expect(
      auth.createSession({ userId: 'unknown', attributes: { country: 'NO' } }),
    ).rejects.toMatchObject({ code: 'AUTH_INVALID_USER_ID' })
    expect(await rows()).toBe(1)
    expect(await database.rows('select * from limen_session')).toEqual([])
  })

  it('L2-18, L2-23: a session that is deleted before its renewal opens nothing, without an error', async () => {
    const { database, id } = await opened(version, upgrade)
    const driver: SqlDriver = {
      ...database.driver,
      // Between the read and the renewal.
      async change(...args) {
        await database.driver.change('delete from limen_session', [])
        const table = version === 2 ? 'user_session' : 'session'
        await database.driver.change(`delete from ${table}`, [])
        return database.driver.change(...args)
      },
    }
    const clock = { ahead: (version === 2 ? DAY : 15 * DAY) + MINUTE }
    const app = upgrade ? upgraded : notUpgraded
    const auth = app({ ...database, driver }, version, { clock })
    expect((await visit(auth, `auth_session=${id}`)).userId).toBeUndefined()
  })

  it('L2-19: a deletion of a user that fails deletes nothing', async () => {
    const { db, database, auth, id, rows } = await opened(version, upgrade)
    db.exec('create table other (user_id text references user (id))')
    db.exec("insert into other values ('ada')")
    await expect(auth.deleteUser('ada')).rejects.toThrow()
    db.exec('drop table other')
    expect((await rows()) + (await database.rows('select * from limen_session')).length).toBe(1)
    expect((await visit(auth, `auth_session=${id}`)).userId).toBe('ada')
  })

  it('L2-31, L3-1: another cookie can be malformed, and two that differ open nothing', async () => {
    const { database, auth, id } = await opened(version, upgrade)
    const other = await signInByLucia(database, version)
    for (const cookie of [
      `theme=%; auth_session=${id}`,
      `auth_session=${id};theme=%E0%A4%A`,
      `a=b=c; =; auth_session=${id}; auth_session=${id}`,
    ]) {
      expect((await visit(auth, cookie)).userId, cookie).toBe('ada')
    }
    const both = `auth_session=${other}; auth_session=${'x'.repeat(40)}`
    expect((await visit(auth, both)).userId).toBeUndefined()
  })

  it('L3-2: no attribute replaces a field of the session or a column of the table', async () => {
    const { db, database, auth } = await opened(version, upgrade)
    await signInByLucia(database, version, 'bob')
    for (const attributes of [
      { country: 'NO', userId: 'bob' },
      { country: 'NO', user_id: 'bob' },
      { country: 'NO', id: 'x'.repeat(40) },
      { country: 'NO', expires_at: 9e9 },
    ]) {
      if (upgrade) {
        // In JSON, they are what they are named.
        const session = await auth.createSession({ userId: 'ada', attributes })
        expect(session.user.userId).toBe('ada')
        expect(session.sessionId).not.toBe('x'.repeat(40))
      } else {
        await expect(auth.createSession({ userId: 'ada', attributes })).rejects.toThrow(
          'has no column in the layout',
        )
      }
    }
    const owners = db.prepare('select count(*) as count from limen_session where user_id = ?')
    expect(owners.get('bob')).toEqual({ count: 0 })
  })

  it('L3-3: a sign-out that the database did not confirm fails', async () => {
    const { database, id } = await opened(version, upgrade)
    const fails = () => Promise.reject(new Error('the connection was lost'))
    const driver: SqlDriver = { ...database.driver, change: fails, transaction: fails }
    const auth = (upgrade ? upgraded : notUpgraded)({ ...database, driver }, version)
    const sessionId = upgrade ? 'A'.repeat(22) : id
    for (const call of [
      () => auth.invalidateSession(sessionId),
      () => auth.invalidateAllUserSessions('ada'),
      () => auth.deleteUser('ada'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    }
  })

  it('L3-6: the cookie lives as long as its session', async () => {
    const { auth, clock, id } = await opened(version, upgrade)
    const session = await auth.validateSession(id)
    clock.ahead = DAY / 2
    const { maxAge } = auth.createSessionCookie(session).attributes
    const left = session.idlePeriodExpiresAt.getTime() - Date.now() - clock.ahead
    expect(Math.abs(maxAge! * 1000 - left)).toBeLessThan(MINUTE)
  })
})

it('L2-30: no driver is an error, and the process goes on', () => {
  const create = () => luciaV3(undefined as never, { upgrade: true })
  expect(create).toThrow('luciaV3() needs a driver')
})
