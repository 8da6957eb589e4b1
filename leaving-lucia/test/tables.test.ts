/** Tables that Lucia's adapters for libSQL, Drizzle and Prisma wrote are read, written and moved. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { handle, limen } from '@limen/core'
import { luciaLayout, luciaV2, luciaV3 } from '@limen/lucia'
import { type SqlDriver, libsql, migrate, pg } from '@limen/sql'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/libsql'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { type Configuration, lucia as lucia2 } from 'lucia2'
import { libsql as lucia2Libsql } from 'lucia2-sqlite'
import { type Adapter, Lucia as Lucia3 } from 'lucia3'
import { DrizzleSQLiteAdapter } from 'lucia3-drizzle'
import { PrismaAdapter } from 'lucia3-prisma'
import { LibSQLAdapter } from 'lucia3-sqlite'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startPostgres } from '../../packages/sql/test/postgres.ts'
import { type PrismaClient, generatedClient } from './prisma-client.ts'

const cleanup = new AsyncDisposableStack()
let postgres: string

beforeAll(async () => {
  const server = await startPostgres({ isDurable: false })
  if (typeof server === 'string') throw new Error(server)
  cleanup.defer(() => server.stop())
  postgres = server.url
})
afterAll(() => cleanup.disposeAsync())

interface Subject {
  readonly driver: SqlDriver
  readonly signIn: () => Promise<string>
  /** When a session expires as Lucia reads it; `null` where it finds none. */
  readonly expiry: (id: string) => Promise<number | null>
  readonly signOut: (id: string) => Promise<void>
  readonly version: 2 | 3
  readonly tables: object
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'leaving-lucia-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return `file:${join(folder, 'app.db')}`
}

function byLucia3(adapter: unknown): Pick<Subject, 'signIn' | 'expiry' | 'signOut' | 'version'> {
  const lucia = new Lucia3(adapter as Adapter)
  return {
    version: 3,
    signIn: async () => (await lucia.createSession('ada' as never, {} as never)).id,
    expiry: async (id) => (await lucia.validateSession(id)).session?.expiresAt.getTime() ?? null,
    signOut: (id) => lucia.invalidateSession(id),
  }
}

const SQLITE = [
  'create table user (id text primary key, username text not null)',
  'create table session (id text primary key, expires_at integer not null, user_id text not null references user (id))',
  'create table user_key (id text primary key, user_id text not null references user (id), hashed_password text)',
  'create table user_session (id text primary key, user_id text not null references user (id), active_expires integer not null, idle_expires integer not null)',
  "insert into user values ('ada', 'Ada')",
]

/** As `prisma migrate` writes them. */
const PRISMA = (time: string) => [
  'create table "User" ("id" text not null primary key, "username" text not null)',
  `create table "Session" ("id" text not null primary key, "userId" text not null, "expiresAt" ${time} not null, constraint "Session_userId_fkey" foreign key ("userId") references "User" ("id") on delete cascade on update cascade)`,
]

const user = { columns: { username: 'text' } } as const
const prismaTables = (time: 'iso8601' | 'milliseconds' | 'timestamp') => ({
  user: { table: 'User', ...user },
  session: { table: 'Session', userId: 'userId', expiresAt: 'expiresAt', time },
})

async function prismaSubject(
  client: PrismaClient,
  driver: SqlDriver,
  time: 'iso8601' | 'milliseconds' | 'timestamp',
): Promise<Subject> {
  onTestFinished(() => client.$disconnect())
  await client.user.create({ data: { id: 'ada', username: 'Ada' } })
  const adapter = new PrismaAdapter(client.session as never, client.user as never)
  return { driver, tables: prismaTables(time), ...byLucia3(adapter) }
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  async 'libSQL, by Lucia 3'() {
    const client = createClient({ url: file() })
    await client.batch(SQLITE, 'write')
    const adapter = new LibSQLAdapter(client as never, { user: 'user', session: 'session' })
    return { driver: libsql(client), tables: { user }, ...byLucia3(adapter) }
  },

  async 'libSQL, by Lucia 2'() {
    const client = createClient({ url: file() })
    await client.batch(SQLITE, 'write')
    const tables = { user: 'user', key: 'user_key', session: 'user_session' }
    const adapter = lucia2Libsql(client as never, tables)
    const auth = lucia2({ adapter, env: 'PROD' } as unknown as Configuration)
    return {
      driver: libsql(client),
      tables: { user },
      version: 2,
      signIn: async () =>
        (await auth.createSession({ userId: 'ada', attributes: {} as never })).sessionId,
      expiry: (id) =>
        auth.validateSession(id).then(
          ({ idlePeriodExpiresAt }) => idlePeriodExpiresAt.getTime(),
          () => null,
        ),
      signOut: (id) => auth.invalidateSession(id),
    }
  },

  async 'Drizzle over libSQL'() {
    const client = createClient({ url: file() })
    await client.batch(SQLITE, 'write')
    const users = sqliteTable('user', {
      id: text('id').notNull().primaryKey(),
      username: text('username').notNull(),
    })
    const sessions = sqliteTable('session', {
      id: text('id').notNull().primaryKey(),
      userId: text('user_id').notNull(),
      expiresAt: integer('expires_at').notNull(),
    })
    const adapter = new DrizzleSQLiteAdapter(
      drizzle(client) as never,
      sessions as never,
      users as never,
    )
    return { driver: libsql(client), tables: { user }, ...byLucia3(adapter) }
  },

  async 'Prisma in SQLite'() {
    const url = file()
    const client = createClient({ url })
    await client.batch(PRISMA('datetime'), 'write')
    const Client = await generatedClient('sqlite')
    return prismaSubject(
      new Client({ adapter: new PrismaLibSql({ url }) }),
      libsql(client),
      'iso8601',
    )
  },

  async 'Prisma in SQLite, with times as numbers'() {
    const url = file()
    const client = createClient({ url })
    await client.batch(PRISMA('datetime'), 'write')
    const Client = await generatedClient('sqlite')
    const adapter = new PrismaLibSql({ url }, { timestampFormat: 'unixepoch-ms' })
    return prismaSubject(new Client({ adapter }), libsql(client), 'milliseconds')
  },

  async 'Prisma in PostgreSQL'() {
    const pool = new Pool({
      connectionString: postgres,
      max: 2,
      options: '-c timezone=America/New_York',
    })
    pool.on('error', () => {})
    for (const statement of PRISMA('timestamp(3)')) await pool.query(statement)
    const Client = await generatedClient('postgresql')
    const adapter = new PrismaPg({ connectionString: postgres })
    const subject = await prismaSubject(new Client({ adapter }), pg(pool), 'timestamp')
    onTestFinished(() => pool.end())
    return subject
  },
}

describe.each(Object.keys(subjects))('the tables of %s', (name) => {
  it('are read and written by both before the upgrade, and moved after it', async () => {
    const { driver, signIn, expiry, signOut, version, tables } = await subjects[name]!()
    const create = (version === 2 ? luciaV2 : luciaV3) as typeof luciaV3<{ username: string }>
    const chosen = { getUserAttributes: ({ username }: { username: string }) => ({ username }) }
    const before = limen({ ...create(driver, { ...tables, upgrade: false }), ...chosen })
    const theirs = await signIn()
    const read = await before.validateSession(theirs)
    expect(read.user).toEqual({ userId: 'ada', username: 'Ada' })
    expect(read.idlePeriodExpiresAt.getTime()).toBe(await expiry(theirs))
    const ours = await before.createSession({ userId: 'ada' })
    const byThem = await expiry(ours.sessionId)
    expect(Math.abs(byThem! - ours.idlePeriodExpiresAt.getTime())).toBeLessThan(1000)

    // An idle session is renewed, and Lucia reads the time.
    const clock = { ahead: version === 2 ? 2 * 86_400_000 : 20 * 86_400_000 }
    const later = limen({
      ...create(driver, { ...tables, upgrade: false }),
      now: () => Date.now() + clock.ahead,
    })
    const renewed = await later.validateSession(theirs)
    const seen = await expiry(theirs)
    expect(renewed.fresh).toBe(true)
    expect(Math.abs(seen! - renewed.idlePeriodExpiresAt.getTime())).toBeLessThan(1000)

    await signOut(ours.sessionId)
    expect(await before.getSession(ours.sessionId)).toBeNull()
    const next = await before.createSession({ userId: 'ada' })
    await before.invalidateSession(next.sessionId)
    expect(await expiry(next.sessionId)).toBeNull()

    await migrate(driver, luciaLayout(tables))
    const after = limen({ ...create(driver, { ...tables, upgrade: true }), ...chosen })
    const visit = async () => {
      const request = new Request('https://app.example', {
        headers: { Cookie: `auth_session=${theirs}` },
      })
      const response = await handle(after, request, async (authRequest) =>
        Response.json((await authRequest.validate())?.user ?? null),
      )
      return [await response.json(), response.headers.getSetCookie()[0]!.split(';')[0]]
    }
    const visits = await Promise.all(Array.from({ length: 20 }, visit))
    for (const [seenUser, cookie] of visits) {
      expect(seenUser).toEqual({ userId: 'ada', username: 'Ada' })
      expect(cookie).toBe(visits[0]![1])
    }
    expect(await expiry(theirs)).toBeNull()
    const waiting = await signIn()
    expect(await after.moveAll()).toBe(1)
    expect((await after.validateSession(waiting)).user.userId).toBe('ada')
    await after.deleteUser('ada')
    expect(await after.getUser('ada')).toBeNull()
  })
})
