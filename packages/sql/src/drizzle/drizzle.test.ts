import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import Database from 'better-sqlite3'
import { and, eq, gt } from 'drizzle-orm'
import { drizzle as drizzleSqlite } from 'drizzle-orm/better-sqlite3'
import { getTableConfig as mysqlConfig } from 'drizzle-orm/mysql-core'
import { getTableConfig as pgConfig } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePg } from 'drizzle-orm/pglite'
import { getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { openPglite } from '../../test/embedded.ts'
import {
  type SqlDriver,
  betterSqlite3,
  migrate,
  migrations,
  pglite,
  sqlStore,
  sqlTicketStore,
} from '../index.ts'
import { mysqlTables, pgTables, sqliteTables } from './index.ts'

const ticket = { id: 'a', codeHash: 'c', attemptsLeft: 2, expiresAt: 5, data: { n: 1 } }

/** Stores a user with a session. */
async function withSession(driver: SqlDriver) {
  await migrate(driver)
  const store = sqlStore<CaseUser, CaseSession>(driver)
  await store.createUser({ id: 'ada', attributes: { name: 'Ada', note: null } })
  const session = (await recordsFor(store))('a')
  await store.insert(session)
  return { store, session }
}

describe('the tables for Drizzle', () => {
  it('read and write Limen’s tables in SQLite', async () => {
    const client = new Database(':memory:')
    const { store, session } = await withSession(betterSqlite3(client))
    const db = drizzleSqlite({ client })
    const { limenUser, limenSession, limenTicket } = sqliteTables<CaseUser, CaseSession>()

    const found = await db
      .select({ session: limenSession, user: limenUser })
      .from(limenSession)
      .innerJoin(limenUser, eq(limenUser.id, limenSession.userId))
      .where(
        and(
          eq(limenSession.userId, 'ada'),
          gt(limenSession.idlePeriodExpiresAt, session.createdAt),
        ),
      )
    expect(found).toEqual([
      { session, user: { id: 'ada', attributes: { name: 'Ada', note: null } } },
    ])
    expectTypeOf(found[0]!.user.attributes).toEqualTypeOf<CaseUser>()
    expectTypeOf(found[0]!.session.createdAt).toEqualTypeOf<number>()

    await db.insert(limenUser).values({ id: 'bob', attributes: { name: 'Bob' } })
    expect(await store.readUser('bob')).toEqual({ id: 'bob', attributes: { name: 'Bob' } })

    await sqlTicketStore(betterSqlite3(client)).put(ticket)
    expect(await db.select().from(limenTicket)).toEqual([{ ...ticket, data: '{"n":1}' }])
    client.close()
  })

  it('read and write Limen’s tables in PostgreSQL', async () => {
    const client = await openPglite()
    const { store, session } = await withSession(pglite(client))
    const db = drizzlePg({ client })
    const { limenUser, limenSession, limenTicket } = pgTables<CaseUser, CaseSession>()

    const found = await db
      .select({ session: limenSession, user: limenUser })
      .from(limenSession)
      .innerJoin(limenUser, eq(limenUser.id, limenSession.userId))
      .where(gt(limenSession.idlePeriodExpiresAt, session.createdAt))
    expect(found).toEqual([
      { session, user: { id: 'ada', attributes: { name: 'Ada', note: null } } },
    ])
    expectTypeOf(found[0]!.session.attributes).toEqualTypeOf<CaseSession>()

    await db.insert(limenUser).values({ id: 'bob', attributes: { name: 'Bob' } })
    expect(await store.readUser('bob')).toEqual({ id: 'bob', attributes: { name: 'Bob' } })

    await sqlTicketStore(pglite(client)).put(ticket)
    expect(await db.select().from(limenTicket)).toEqual([{ ...ticket, data: '{"n":1}' }])
  })

  it.each(['sqlite', 'postgres', 'mysql', 'mariadb'] as const)(
    'equal the migrations of %s',
    (dialect) => {
      const made = migrations(dialect).join('\n').replaceAll(/[`"]/g, '')
      const tables =
        dialect === 'sqlite'
          ? Object.values(sqliteTables()).map(sqliteConfig)
          : dialect === 'postgres'
            ? Object.values(pgTables()).map(pgConfig)
            : Object.values(mysqlTables(dialect)).map(mysqlConfig)
      for (const { name, columns, indexes, foreignKeys } of tables) {
        const [, body] =
          new RegExp(`table if not exists ${name} \\(\\n([^;]*?)\\n\\)`).exec(made) ?? []
        const lines = (body ?? '').split('\n').map((line) => line.trim())
        const theirs = columns.map((column) => `${column.name} ${column.getSQLType()}`)
        const ours = lines.filter((line) => !/^(index|foreign key)/.test(line))
        expect(ours).toHaveLength(theirs.length)
        ours.forEach((line, index) => expect(line.startsWith(theirs[index]!), line).toBe(true))
        expect(columns.every(({ notNull }) => notNull)).toBe(true)
        for (const { config } of indexes) {
          const on = config.columns.map((column) => (column as { name: string }).name).join(', ')
          expect(made).toMatch(new RegExp(`index (if not exists )?${config.name} .*\\(${on}\\)`))
        }
        expect(foreignKeys.map(({ onDelete }) => onDelete)).toEqual(
          name === 'limen_session' ? ['cascade'] : [],
        )
      }
    },
  )
})
