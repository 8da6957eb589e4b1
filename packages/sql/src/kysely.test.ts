import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import Database from 'better-sqlite3'
import { Kysely, PGliteDialect, SqliteDialect } from 'kysely'
import { expect, expectTypeOf, it } from 'vitest'
import { openPglite } from '../test/embedded.ts'
import {
  type SqlDriver,
  betterSqlite3,
  migrate,
  pglite,
  sqlStore,
  sqlTicketStore,
} from './index.ts'
import type { LimenDatabase } from './kysely.ts'

/** An app's own database beside Limen's tables. */
interface AppDatabase extends LimenDatabase<'sqlite', CaseUser, CaseSession> {
  post: { id: number; author: string }
}

const ticket = { id: 'a', codeHash: 'c', attemptsLeft: 2, expiresAt: 5, data: { n: 1 } }

async function withSession(driver: SqlDriver) {
  await migrate(driver)
  const store = sqlStore<CaseUser, CaseSession>(driver)
  await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
  const session = (await recordsFor(store))('a')
  await store.insert(session)
  return { store, session }
}

it('Kysely reads and writes Limen’s tables in SQLite, beside tables of the app', async () => {
  const client = new Database(':memory:')
  const { store, session } = await withSession(betterSqlite3(client))
  client.exec(`create table post (id integer, author text); insert into post values (1, 'ada')`)
  const db = new Kysely<AppDatabase>({ dialect: new SqliteDialect({ database: client }) })

  const found = await db
    .selectFrom('limen_session')
    .innerJoin('post', 'post.author', 'limen_session.user_id')
    .innerJoin('limen_user', 'limen_user.id', 'limen_session.user_id')
    .select(['limen_session.id', 'limen_session.created_at', 'post.id as post'])
    .select('limen_user.attributes')
    .executeTakeFirstOrThrow()
  expect(found).toEqual({
    id: session.id,
    created_at: session.createdAt,
    post: 1,
    attributes: '{"name":"Ada"}',
  })
  expectTypeOf(found.created_at).toEqualTypeOf<number>()

  await sqlTicketStore(betterSqlite3(client)).put(ticket)
  const stored = await db.selectFrom('limen_ticket').selectAll().executeTakeFirstOrThrow()
  expect(stored).toEqual({
    id: ticket.id,
    code_hash: ticket.codeHash,
    attempts_left: 2,
    expires_at: 5,
    data: '{"n":1}',
  })
  expectTypeOf(stored.expires_at).toEqualTypeOf<number>()

  await db.deleteFrom('limen_session').where('user_id', '=', 'ada').execute()
  expect(await store.listByUser('ada')).toEqual([])
  await db.destroy()
})

it('Kysely reads and writes Limen’s tables in PostgreSQL', async () => {
  const client = await openPglite()
  const { store, session } = await withSession(pglite(client))
  const db = new Kysely<LimenDatabase<'postgres', CaseUser, CaseSession>>({
    dialect: new PGliteDialect({ pglite: client }),
  })

  const found = await db
    .selectFrom('limen_session')
    .where('limen_session.id', '=', session.id)
    .innerJoin('limen_user', 'limen_user.id', 'limen_session.user_id')
    .select(['limen_session.created_at', 'limen_user.attributes'])
    .executeTakeFirstOrThrow()
  expect(found).toEqual({ created_at: session.createdAt, attributes: { name: 'Ada' } })
  expectTypeOf(found.attributes).toEqualTypeOf<CaseUser>()

  await db
    .insertInto('limen_user')
    .values({ id: 'bob', attributes: JSON.stringify({ name: 'Bob' }) })
    .execute()
  expect(await store.readUser('bob')).toEqual({ id: 'bob', attributes: { name: 'Bob' } })
})
