import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from 'node:sqlite'
import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { ownLayout, ownTable } from '../test/own-tables.ts'
import { type SqlLayout, migrate, mysql2, nodeSqlite, pg, sqlStore } from './index.ts'

const rejected = { code: 'AUTH_STORE_REJECTED' }
const newName = () => `t${crypto.randomUUID().replaceAll('-', '')}`

const postgresServer = inject('postgres')
describe.skipIf(!postgresServer)('migrate() by a role of PostgreSQL without CREATE', () => {
  it.each([undefined, ownLayout])(
    'E3: succeeds where the tables exist, and only there',
    async (layout) => {
      const [schema, role] = [newName(), newName()]
      const admin = new Client({ connectionString: postgresServer!.url })
      await admin.connect()
      await admin.query(
        `create schema ${schema}; create role ${role} login; grant usage on schema ${schema} to ${role}; set search_path = ${schema}; alter role ${role} set search_path = ${schema}`,
      )
      await admin.query(ownTable('postgres'))
      await admin.query(`grant select on all tables in schema ${schema} to ${role}`)
      const address = new URL(postgresServer!.url)
      address.username = role
      const client = new Client({ connectionString: address.href })
      await client.connect()

      await expect(migrate(pg(client), layout)).rejects.toMatchObject(rejected)
      await migrate(pg(admin), layout)
      await admin.query(`grant select on all tables in schema ${schema} to ${role}`)
      await migrate(pg(client), layout)
      expect(await sqlStore(pg(client), layout).readUser('ada')).toBeNull()
      await Promise.all([client.end(), admin.end()])
    },
  )
})

const mariadbServer = inject('mariadb')
describe.skipIf(!mariadbServer)('migrate() by a user of MariaDB without CREATE', () => {
  it.each([undefined, ownLayout])(
    'E3: succeeds where the tables exist, and only there',
    async (layout) => {
      const [database, user] = [newName(), newName().slice(0, 20)]
      const admin = await createConnection({ uri: mariadbServer!.url, multipleStatements: true })
      await admin.query(
        `create database ${database}; use ${database}; create user ${user}@'127.0.0.1'; grant select, insert, update, delete on ${database}.* to ${user}@'127.0.0.1'`,
      )
      await admin.query(ownTable('mariadb'))
      const address = new URL(`${mariadbServer!.url}/${database}`)
      address.username = user
      const client = await createConnection(address.href)
      const driver = mysql2(client, 'mariadb')

      await expect(migrate(driver, layout)).rejects.toMatchObject(rejected)
      await migrate(mysql2(admin, 'mariadb'), layout)
      await migrate(driver, layout)
      expect(await sqlStore(driver, layout).readUser('ada')).toBeNull()
      await Promise.all([client.end(), admin.end()])
    },
  )
})

describe('migrate() on SQLite', () => {
  it('E3: only reads where the tables exist', async () => {
    const db = new DatabaseSync(':memory:')
    const driver = nodeSqlite(db)
    await migrate(driver)
    await migrate({
      ...driver,
      batch: () => expect.unreachable('it creates something'),
    })
    db.exec('drop index limen_session_user')
    await migrate(driver)
    expect(
      db.prepare(`select count(*) as n from sqlite_master where name = 'limen_session_user'`).get(),
    ).toEqual({ n: 1 })
    db.close()
  })
})

describe.each(await everywhere())('migrate() over your own user table in %s', (_, open) => {
  it('E2: rejects when that table or one of its columns is missing', async () => {
    const { maker, close } = await open()
    await expect(migrate(maker, ownLayout)).rejects.toMatchObject({
      ...rejected,
      message:
        'Cannot migrate: the table "order" of layout.user does not exist. With columns it is your own: create it first',
    })
    await maker.batch([ownTable(maker.dialect)])
    const columns = { name: 'text', nick: 'text' } as const
    const layout: SqlLayout<{ name: string; nick: string }> = {
      user: { ...ownLayout.user, columns },
    }
    await expect(migrate(maker, layout)).rejects.toMatchObject({
      ...rejected,
      message: expect.stringMatching(/^Cannot migrate: .*/),
    })
    await migrate(maker, ownLayout)
    await close()
  })
})

describe.skipIf(!postgresServer)('a Pool of pg whose idle connection is closed', () => {
  const program = (listener: string) => `
    import { Client, Pool } from 'pg'
    import { pg, sqlStore, migrate } from './src/index.ts'
    const connectionString = process.argv[1]
    const pool = new Pool({ connectionString, max: 1, application_name: 'idle' })
    ${listener}
    await pool.query('select 1')
    const admin = new Client({ connectionString })
    await admin.connect()
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle'")
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await migrate(pg(pool), { user: { table: 'idle_user' }, session: { table: 'idle_session' } })
    console.log('lives')
    await pool.end()
    await admin.end()`
  const run = (listener: string) =>
    new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module-typescript', '--eval', program(listener), postgresServer!.url],
        { cwd: fileURLToPath(new URL('..', import.meta.url)) },
        (error, stdout, stderr) => resolve(error ? `ends: ${stderr}` : stdout.trim()),
      )
    })

  it('E4: makes the process exit without a listener, and not with that of the README', async () => {
    expect(await run('')).toMatch(/^ends: [^]*(terminating connection|Connection terminated)/)
    expect(await run(`pool.on('error', (error) => console.error(error.message))`)).toBe('lives')
  })
})
