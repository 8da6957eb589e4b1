import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { PGlite } from '@electric-sql/pglite'
import { type CaseSession, type CaseUser, recordsFor, storeSuite } from '@limen/conformance'
import { createClient } from '@libsql/client'
import type { neon as neonClient } from '@neondatabase/serverless'
import Database from 'better-sqlite3'
import type mysql from 'mysql2/promise'
import type { Client, Pool } from 'pg'
import type postgres from 'postgres'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Libsql,
  type Mysql2,
  type Neon,
  type Pg,
  type Pglite,
  type PostgresJs,
  type SyncSqlite,
  betterSqlite3,
  libsql,
  migrate,
  nodeSqlite,
  sqlStore,
} from './index.ts'

it('the drivers accept the types of the client libraries', () => {
  expectTypeOf<DatabaseSync>().toExtend<SyncSqlite>()
  expectTypeOf<Database.Database>().toExtend<SyncSqlite>()
  expectTypeOf<ReturnType<typeof createClient>>().toExtend<Libsql>()
  expectTypeOf<PGlite>().toExtend<Pglite>()
  expectTypeOf<ReturnType<typeof postgres>>().toExtend<PostgresJs>()
  expectTypeOf<
    ReturnType<typeof postgres<{ bigint: postgres.PostgresType<bigint> }>>
  >().toExtend<PostgresJs>()
  expectTypeOf<Pool>().toExtend<Pg>()
  expectTypeOf<Client>().toExtend<Pg>()
  expectTypeOf<ReturnType<typeof neonClient<false, false>>>().toExtend<Neon>()
  expectTypeOf<ReturnType<typeof neonClient<true, true>>>().toExtend<Neon>()
  expectTypeOf<mysql.Pool>().toExtend<Mysql2>()
  expectTypeOf<mysql.Connection>().toExtend<Mysql2>()
})

/** A database file, and one client of each library on it. */
async function sharedFile() {
  const folder = await mkdtemp(join(tmpdir(), 'limen-sql-'))
  const path = join(folder, 'shared.db')
  const node = new DatabaseSync(path, { timeout: 5000 })
  node.exec('pragma journal_mode = wal')
  const better = new Database(path, { timeout: 5000 })
  const client = createClient({ url: `file:${path}`, timeout: 5000 })
  const drivers = [nodeSqlite(node), betterSqlite3(better), libsql(client)] as const
  await migrate(drivers[0])
  return {
    drivers,
    close: async () => {
      node.close()
      better.close()
      client.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe('three client libraries on one file of SQLite', () => {
  const open = async () => {
    const { drivers, close } = await sharedFile()
    let next = 0
    return {
      connect: (pace: <Client extends object>(client: Client) => Client) =>
        sqlStore<CaseUser, CaseSession>(pace(drivers[next++ % 3]!)),
      close,
    }
  }
  it.each(storeSuite({ open }, { histories: 100 }))('$name', ({ run }) => run())

  it('P1: read each other’s revocations at once', async () => {
    const { drivers, close } = await sharedFile()
    const stores = drivers.map((driver) => sqlStore<CaseUser, CaseSession>(driver))
    await stores[0]!.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(stores[0]!)
    for (const [index, store] of stores.entries()) {
      const session = { ...record('a'), id: `a${index}` }
      await store.insert(session)
      await stores[(index + 1) % 3]!.delete(session.id)
      expect(await store.read(session.id, { consistency: 'eventual' })).toBeNull()
      expect(await store.renew(session.id, session)).toBe(false)
    }
    await close()
  })
})

describe('a connection that does not enforce foreign keys', () => {
  it('enforces them for the store: deleting a user deletes its sessions', async () => {
    const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false })
    const driver = nodeSqlite(db)
    await migrate(driver)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(store)
    await store.insert(record('a'))
    await store.deleteUser('ada')
    expect(db.prepare('select count(*) as n from limen_session').get()).toEqual({ n: 0 })
    db.close()
  })
})
