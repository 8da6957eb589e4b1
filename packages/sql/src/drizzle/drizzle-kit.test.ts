import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type CaseSession, recordsFor } from '@limen/conformance'
import Database from 'better-sqlite3'
import { Client } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import {
  type SqlDriver,
  type SqlLayout,
  betterSqlite3,
  pg,
  sqlStore,
  sqlTicketStore,
} from '../index.ts'

const here = fileURLToPath(new URL('../..', import.meta.url))
const kit = join(here, 'node_modules/drizzle-kit/bin.cjs')

/** A folder with a schema, beside the packages that it imports. */
async function project(dialect: string, url: string) {
  const folder = await mkdtemp(join(here, 'node_modules', '.drizzle-'))
  return {
    /** Changes the database to match the schema, as `drizzle-kit push` does without questions. */
    push: async (schema: string, more: object = {}) => {
      await writeFile(join(folder, 'schema.ts'), schema)
      const config = {
        dialect,
        schema: join(folder, 'schema.ts'),
        dbCredentials: { url },
        ...more,
      }
      const file = join(folder, 'drizzle.config.json')
      await writeFile(file, JSON.stringify(config))
      const command = [kit, 'push', '--force', `--config=${file}`]
      return promisify(execFile)(process.execPath, command, { cwd: here })
    },
    remove: () => rm(folder, { recursive: true }),
  }
}

const ticket = { id: 'a', codeHash: 'c', attemptsLeft: 2, expiresAt: 5, data: { n: 1 } }

interface User {
  readonly name: string
}

/** Signs in, and returns whether the session is still there after a push. */
async function signIn(driver: SqlDriver, idType: string | undefined, userId: string) {
  const layout: SqlLayout<User, CaseSession> = {
    user: { table: 'users', ...(idType !== undefined && { idType }), columns: { name: 'text' } },
  }
  const store = sqlStore(driver, layout)
  const session = (await recordsFor(store as never, userId))('a', { userId })
  await store.createUser({ id: userId, attributes: { name: 'Ada' } })
  expect(await store.insert(session)).toEqual({ id: userId, attributes: { name: 'Ada' } })
  const find = () => store.read(session.id, { consistency: 'strong' })
  return { store, find }
}

const index = JSON.stringify(join(here, 'src/drizzle/index.ts'))

const sqliteUsers = `import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
  export const users = sqliteTable('users', { id: text('id').primaryKey(), name: text('name') })`

describe('drizzle-kit push beside your own user table', () => {
  it('E9: does not drop the sessions in SQLite', async () => {
    const folder = await mkdtemp(join(here, 'node_modules', '.drizzle-'))
    const path = join(folder, 'app.db')
    const { push, remove } = await project('sqlite', path)
    const helped = `${sqliteUsers}
      import { sqliteSessionTable, sqliteTicketTable } from ${index}
      export const limenSession = sqliteSessionTable(users.id)
      export const limenTicket = sqliteTicketTable()`
    await push(helped)
    const db = new Database(path)
    const { store, find } = await signIn(betterSqlite3(db), undefined, 'ada')
    const tickets = sqlTicketStore(betterSqlite3(db))
    await tickets.put(ticket)
    await push(helped)
    expect(await tickets.attempt('a')).toEqual({ ...ticket, attemptsLeft: 1 })
    expect((await find())?.user.attributes).toEqual({ name: 'Ada' })
    await push(sqliteUsers, { tablesFilter: ['!limen_session', '!limen_ticket'] })
    expect(await find()).not.toBeNull()
    expect(await tickets.attempt('a')).toEqual({ ...ticket, attemptsLeft: 0 })
    await store.deleteUser('ada')
    expect(await find()).toBeNull()
    await push(sqliteUsers)
    await expect(find()).rejects.toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    db.close()
    await remove()
    await rm(folder, { recursive: true })
  })

  const postgres = inject('postgres')
  it.skipIf(!postgres)(
    'E9: does not drop the sessions in PostgreSQL, whose ids have another type',
    async () => {
      const database = `t${crypto.randomUUID().replaceAll('-', '')}`
      const admin = new Client({ connectionString: postgres!.url })
      await admin.connect()
      await admin.query(`create database ${database}`)
      await admin.end()
      const url = new URL(postgres!.url)
      url.pathname = `/${database}`
      const { push, remove } = await project('postgresql', url.href)
      const users = `import { bigserial, pgTable, text } from 'drizzle-orm/pg-core'
      export const users = pgTable('users', { id: bigserial('id', { mode: 'bigint' }).primaryKey(), name: text('name') })`
      const helped = `${users}
      import { pgSessionTable, pgTicketTable } from ${index}
      export const limenSession = pgSessionTable(users.id)
      export const limenTicket = pgTicketTable()`
      await push(helped)
      const client = new Client({ connectionString: url.href })
      await client.connect()
      const { store, find } = await signIn(pg(client), 'bigint', '1153423434234234234')
      const tickets = sqlTicketStore(pg(client))
      await tickets.put(ticket)
      await push(helped)
      expect(await tickets.attempt('a')).toEqual({ ...ticket, attemptsLeft: 1 })
      expect((await find())?.user.attributes).toEqual({ name: 'Ada' })
      await push(users, { tablesFilter: ['!limen_session', '!limen_ticket'] })
      expect(await find()).not.toBeNull()
      expect(await tickets.attempt('a')).toEqual({ ...ticket, attemptsLeft: 0 })
      await store.deleteUser('1153423434234234234')
      expect(await find()).toBeNull()
      await client.end()
      await remove()
    },
  )
})
