/** Tables with other names and types of columns: of Drizzle's and Prisma's adapters, and numbers as ids. */
import { DatabaseSync } from 'node:sqlite'
import { limen } from '@limen/core'
import { type SqlDriver, migrate, nodeSqlite, pg } from '@limen/sql'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import {
  integer as pgInteger,
  pgTable,
  serial,
  text as pgText,
  timestamp,
} from 'drizzle-orm/pg-core'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy'
import { Lucia as Lucia3 } from 'lucia3'
import { DrizzlePostgreSQLAdapter, DrizzleSQLiteAdapter } from 'lucia3-drizzle'
import { Pool } from 'pg'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { visit } from '../test/visit.ts'
import { luciaLayout, luciaV3 } from './index.ts'

const DAY = 86_400_000

interface AppUser {
  readonly username: string
}

const user = {
  table: 'User',
  id: 'userKey',
  idType: 'integer',
  columns: { username: { type: 'text', name: 'userName' } },
} as const
const names = { table: 'Session', userId: 'userId', expiresAt: 'expiresAt' }
const chosen = { getUserAttributes: ({ username }: AppUser) => ({ username }) }

describe('tables of the Drizzle adapter in SQLite, with numbers as user ids', () => {
  async function opened() {
    const db = new DatabaseSync(':memory:')
    db.exec(`
      create table "User" ("userKey" integer primary key, "userName" text not null);
      create table "Session" (
        id text primary key,
        "userId" integer not null references "User" ("userKey"),
        "expiresAt" integer not null
      );
      insert into "User" values (7, 'ada'), (70, 'bob');
    `)
    const users = sqliteTable('User', {
      id: integer('userKey').primaryKey(),
      username: text('userName').notNull(),
    })
    const sessions = sqliteTable('Session', {
      id: text('id').primaryKey(),
      userId: integer('userId').notNull(),
      expiresAt: integer('expiresAt').notNull(),
    })
    const orm = drizzleProxy(async (sql, values, method) => {
      const statement = db.prepare(sql)
      statement.setReturnArrays(true)
      if (method === 'run') statement.run(...(values as never[]))
      return { rows: method === 'run' ? [] : statement.all(...(values as never[])) }
    })
    const adapter = new DrizzleSQLiteAdapter(orm as never, sessions as never, users as never)
    return { db, lucia: new Lucia3(adapter) as Lucia3, driver: nodeSqlite(db) }
  }

  it('are read and written before the upgrade', async () => {
    const { lucia, driver } = await opened()
    const auth = limen({
      ...luciaV3<AppUser>(driver, { user, session: names, upgrade: false }),
      ...chosen,
    })
    const { id } = await lucia.createSession(7 as never, {})
    expect((await auth.validateSession(id)).user).toEqual({ userId: '7', username: 'ada' })
    const session = await auth.createSession({ userId: '70' })
    const validated = await lucia.validateSession(session.sessionId)
    expect(validated.session?.userId).toBe(70)
    for (const userId of ['07', 'ada', '7.0', '']) {
      expect(await auth.getAllUserSessions(userId)).toEqual([])
      await auth.invalidateAllUserSessions(userId).catch(() => {})
    }
    expect(await auth.getAllUserSessions('7')).toHaveLength(1)
  })

  it('are moved', async () => {
    const { lucia, driver, db } = await opened()
    await migrate(driver, luciaLayout({ user }))
    const auth = limen({
      ...luciaV3<AppUser>(driver, { user, session: names, upgrade: true }),
      ...chosen,
    })
    const { id } = await lucia.createSession(7 as never, {})
    const { userId } = await visit(auth, `auth_session=${id}`)
    expect(userId).toBe('7')
    expect(db.prepare('select count(*) as count from "Session"').get()).toEqual({ count: 0 })
  })
})

describe.each([
  ['milliseconds', (ms: number) => ms],
  ['iso8601', (ms: number) => new Date(ms).toISOString().replace('Z', '+00:00')],
] as const)('tables of Prisma in SQLite, whose times are %s', (time, stored) => {
  it('are read, renewed and moved', async () => {
    const db = new DatabaseSync(':memory:')
    db.exec(`
      create table "User" ("id" text not null primary key);
      create table "Session" (
        "id" text not null primary key,
        "userId" text not null references "User" ("id") on delete cascade on update cascade,
        "expiresAt" datetime not null
      );
      insert into "User" values ('ada');
    `)
    const driver = nodeSqlite(db)
    const expiry = Date.now() + 10 * DAY
    const id = 'p'.repeat(40)
    db.prepare('insert into "Session" values (?, ?, ?)').run(id, 'ada', stored(expiry))
    const session = { ...names, time }
    const before = limen(luciaV3(driver, { user: { table: 'User' }, session, upgrade: false }))
    const { cookies } = await visit(before, `auth_session=${id}`)
    expect(cookies).toHaveLength(1)
    const row = db.prepare('select "expiresAt" from "Session"').get() as { expiresAt: unknown }
    const renewed = new Date(row.expiresAt as number).getTime()
    expect(Math.abs(renewed - Date.now() - 30 * DAY)).toBeLessThan(60_000)
    expect(row.expiresAt).toBe(stored(renewed))

    await migrate(driver, luciaLayout({ user: { table: 'User' } }))
    const after = limen(luciaV3(driver, { user: { table: 'User' }, session, upgrade: true }))
    expect((await visit(after, `auth_session=${id}`)).userId).toBe('ada')
    expect((await after.getAllUserSessions('ada'))[0]!.idlePeriodExpiresAt.getTime()).toBe(renewed)
    db.close()
  })
})

const server = inject('postgres')
describe.each(server ? [server] : [])(
  'tables in PostgreSQL, on a connection in New York',
  ({ url }) => {
    const pools: Pool[] = []
    afterAll(() => Promise.all(pools.map((pool) => pool.end())))

    async function opened(type: string): Promise<{ pool: Pool; driver: SqlDriver }> {
      const schema = `layout_${type}`
      const options = `?options=-c%20search_path%3D${schema}%20-c%20timezone%3DAmerica/New_York`
      const pool = new Pool({ connectionString: url + options, max: 2 })
      pools.push(pool)
      await pool.query(`
      drop schema if exists ${schema} cascade;
      create schema ${schema};
      create table "User" ("userKey" serial primary key, "userName" text not null);
      create table "Session" (
        id text primary key,
        "userId" integer not null references "User" ("userKey"),
        "expiresAt" ${type} not null
      );
      insert into "User" ("userName") values ('ada');
    `)
      return { pool, driver: pg(pool) }
    }

    it('of the Drizzle adapter are read, written and moved', async () => {
      const { pool, driver } = await opened('timestamptz')
      const users = pgTable('User', {
        id: serial('userKey').primaryKey(),
        username: pgText('userName').notNull(),
      })
      const sessions = pgTable('Session', {
        id: pgText('id').primaryKey(),
        userId: pgInteger('userId').notNull(),
        expiresAt: timestamp('expiresAt', { withTimezone: true, mode: 'date' }).notNull(),
      })
      const adapter = new DrizzlePostgreSQLAdapter(
        drizzlePg(pool) as never,
        sessions as never,
        users as never,
      )
      const lucia = new Lucia3(adapter) as Lucia3
      const before = limen({
        ...luciaV3<AppUser>(driver, { user, session: names, upgrade: false }),
        ...chosen,
      })
      const theirs = await lucia.createSession(1 as never, {})
      const read = await before.validateSession(theirs.id)
      expect(read.user).toEqual({ userId: '1', username: 'ada' })
      expect(read.idlePeriodExpiresAt.getTime()).toBe(theirs.expiresAt.getTime())
      const ours = await before.createSession({ userId: '1' })
      const validated = await lucia.validateSession(ours.sessionId)
      expect(validated.session?.expiresAt).toEqual(ours.idlePeriodExpiresAt)

      await migrate(driver, luciaLayout({ user }))
      const after = limen({
        ...luciaV3<AppUser>(driver, { user, session: names, upgrade: true }),
        ...chosen,
      })
      for (const id of [theirs.id, ours.sessionId]) {
        expect((await visit(after, `auth_session=${id}`)).userId).toBe('1')
      }
      expect(await after.getAllUserSessions('ada')).toEqual([])
      expect((await pool.query('select * from "Session"')).rows).toEqual([])
    })

    it.each(['timestamp', 'milliseconds', 'seconds'] as const)(
      'whose times are %s are read and renewed',
      async (time) => {
        const type = { timestamp: 'timestamp', milliseconds: 'bigint', seconds: 'integer' }[time]
        const { pool, driver } = await opened(type)
        const expiry = Math.floor(Date.now() / 1000) * 1000 + 10 * DAY
        // Prisma writes UTC.
        const stored = {
          timestamp: new Date(expiry).toISOString().slice(0, -1),
          milliseconds: expiry,
          seconds: expiry / 1000,
        }[time]
        const id = 'p'.repeat(40)
        await pool.query('insert into "Session" values ($1, 1, $2)', [id, stored])
        const session = { ...names, time }
        const auth = limen(luciaV3<AppUser>(driver, { user, session, upgrade: false }))
        expect((await auth.getSession(id))!.idlePeriodExpiresAt.getTime()).toBe(expiry)
        expect((await visit(auth, `auth_session=${id}`)).cookies).toHaveLength(1)
        const renewed = (await auth.getSession(id))!.idlePeriodExpiresAt.getTime()
        expect(Math.abs(renewed - Date.now() - 30 * DAY)).toBeLessThan(60_000)
      },
    )
  },
)
