import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { type Pool, createConnection, createPool } from 'mysql2/promise'
import { describe, expect, inject, it } from 'vitest'
import { type SqlDriver, migrate, mysql2, sqlStore } from './index.ts'

const server = inject('mariadb')

/** An empty database, and pools on it. */
async function newDatabase(url: string) {
  const name = `t${crypto.randomUUID().replaceAll('-', '')}`
  const connection = await createConnection(url)
  await connection.query(`create database ${name}`)
  const uri = `${url}/${name}`
  return {
    connection: await createConnection(uri),
    pool: (flags: string[] = []) => createPool({ uri, connectionLimit: 1, flags }),
    /** Resolves when the one connection of a pool waits for a lock. */
    waiting: async (thread: number) => {
      const isWaiting = async () => {
        const [rows] = await connection.query(
          `select count(*) as n from information_schema.innodb_trx
          where trx_state = 'LOCK WAIT' and trx_mysql_thread_id = ${thread}`,
        )
        return (rows as { n: number }[])[0]!.n > 0
      }
      // The server repeats an answer that is less than 100 ms old.
      while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 150))
    },
    end: () => connection.end(),
  }
}

async function threadOf(client: Pool): Promise<number> {
  const [rows] = await client.query('select connection_id() as thread')
  return (rows as { thread: number }[])[0]!.thread
}

describe.skipIf(!server)('mysql2()', () => {
  it.each([[[]], [['-FOUND_ROWS']]])(
    'P7: finds a session whose renewal changes nothing, with the flags %j',
    async (flags) => {
      const { connection, pool, end } = await newDatabase(server!.url)
      const client = pool(flags)
      const driver = mysql2(client, 'mariadb')
      await migrate(driver)
      const store = sqlStore<CaseUser, CaseSession>(driver)
      await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
      const session = (await recordsFor(store))('a')
      await store.insert(session)
      expect(await store.renew(session.id, session)).toBe(true)
      expect(await store.update(session.id, session.attributes)).toBe(true)
      expect(await store.update(session.id, {})).toBe(true)
      expect(await store.renew('missing', session)).toBe(false)
      expect(await store.deleteExpired!({ now: 1e15, limit: 5 })).toBe(1)
      await Promise.all([connection.end(), client.end(), end()])
    },
  )

  it('P2: creates no session for a user that is being deleted, also where reads take no lock', async () => {
    const { connection, pool, waiting, end } = await newDatabase(server!.url)
    const client = pool()
    client.pool.on('connection', (made) => {
      made.query('set session transaction isolation level read committed')
    })
    const driver = mysql2(client, 'mariadb')
    await migrate(driver)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const session = (await recordsFor(store))('a')

    const thread = await threadOf(client)
    await connection.beginTransaction()
    await connection.query(`delete from limen_user where id = 'ada'`)
    const signedIn = store.insert(session)
    await waiting(thread)
    await connection.commit()

    expect(await signedIn).toBeNull()
    await Promise.all([connection.end(), client.end(), end()])
  })

  it.each<[what: string, (driver: SqlDriver) => Promise<unknown>]>([
    [
      'a statement',
      (driver) => driver.change('delete from limen_session where user_id = ?', ['ada']),
    ],
    ['a transaction', (driver) => sqlStore(driver).deleteByUser('ada', {})],
  ])('runs %s again that was rolled back to resolve a deadlock', async (_, revoke) => {
    const { connection, pool, waiting, end } = await newDatabase(server!.url)
    const client = pool()
    const driver = mysql2(client, 'mariadb')
    await migrate(driver)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(store)
    for (const letter of ['a', 'b']) await store.insert(record(letter))

    // One transaction that changed much, so that InnoDB undoes the other one.
    const thread = await threadOf(client)
    await connection.beginTransaction()
    const many = Array.from({ length: 200 }, (_, n) => `('u${n}', '{}')`).join(', ')
    await connection.query(`insert into limen_user values ${many}`)
    await connection.query('update limen_session set created_at = 1 where id = ?', [record('b').id])
    const revoked = revoke(driver)
    await waiting(thread)
    await connection.query('update limen_session set created_at = 1 where id = ?', [record('a').id])
    await connection.commit()

    await revoked
    expect(await store.listByUser('ada')).toEqual([])
    await Promise.all([connection.end(), client.end(), end()])
  })
})
