import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from 'node:sqlite'
import { createConnection, createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import { describe, expect, inject, it } from 'vitest'
import { type SqlDriver, migrate, mysql2, nodeSqlite, pg, sqlTicketStore } from './index.ts'

const TICKETS = 300

const ticketOf = (n: number) => ({
  id: String(n).padStart(43, 't'),
  codeHash: 'c'.repeat(43),
  attemptsLeft: 9,
  expiresAt: Date.now() + 3_600_000,
  data: { n },
})

/** How a process opens the engine, as text, and how this one does. */
interface Engine {
  readonly driver: SqlDriver
  readonly program: string
  readonly argument: string
  close(): Promise<void>
}

const engines: [name: string, isThere: boolean, open: () => Promise<Engine>][] = [
  [
    'a file of SQLite',
    true,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'limen-sql-'))
      const path = join(folder, 'app.db')
      const db = new DatabaseSync(path, { timeout: 20_000 })
      db.exec('pragma journal_mode = wal')
      return {
        driver: nodeSqlite(db),
        program: `
          import { DatabaseSync } from 'node:sqlite'
          const driver = limen.nodeSqlite(new DatabaseSync(process.argv[2], { timeout: 20_000 }))`,
        argument: path,
        async close() {
          db.close()
          await rm(folder, { recursive: true })
        },
      }
    },
  ],
  [
    'PostgreSQL',
    inject('postgres') !== null,
    async () => {
      const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
      const admin = new Client({ connectionString: inject('postgres')!.url })
      await admin.connect()
      await admin.query(`create schema ${schema}`)
      await admin.end()
      const url = `${inject('postgres')!.url}?options=-c%20search_path%3D${schema}`
      const pool = new Pool({ connectionString: url, max: 4 })
      return {
        driver: pg(pool),
        program: `
          import { Pool } from 'pg'
          const driver = limen.pg(new Pool({ connectionString: process.argv[2], max: 4 }))`,
        argument: url,
        close: () => pool.end(),
      }
    },
  ],
  ...(['mariadb', 'mysql'] as const).map((dialect): (typeof engines)[number] => [
    `MariaDB in the dialect ${dialect}`,
    inject('mariadb') !== null,
    async () => {
      const database = `t${crypto.randomUUID().replaceAll('-', '')}`
      const admin = await createConnection(inject('mariadb')!.url)
      await admin.query(`create database ${database}`)
      await admin.end()
      const uri = `${inject('mariadb')!.url}/${database}`
      const pool = createPool({ uri, connectionLimit: 4 })
      await migrate(mysql2(pool, 'mariadb'))
      return {
        driver: mysql2(pool, dialect),
        program: `
          import { createPool } from 'mysql2/promise'
          const pool = createPool({ uri: process.argv[2], connectionLimit: 4 })
          const driver = limen.mysql2(pool, '${dialect}')`,
        argument: uri,
        close: () => pool.end(),
      }
    },
  ]),
]

/** Takes all tickets in a process of its own, four at a time, and reports each one that it received. */
const taking = `
  const store = limen.sqlTicketStore(driver)
  process.send('ready')
  await new Promise((resolve) => process.once('message', resolve))
  let next = 0
  const take = async () => {
    while (next < ${TICKETS}) {
      const id = String(next++).padStart(43, 't')
      await store.attempt(id)
      const ticket = await store.take(id)
      if (ticket) process.send(ticket.data.n)
    }
  }
  await Promise.all([take(), take(), take(), take()])
  process.send('end', () => process.exit())`

function start({ program, argument }: Engine) {
  const index = JSON.stringify(fileURLToPath(new URL('./index.ts', import.meta.url)))
  const source = `const limen = await import(${index})\n${program}\n${taking}`
  const child = fork('-', [argument], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    execArgv: ['--input-type=module-typescript', '--eval', source],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const received: number[] = []
  child.on('message', (message) => {
    if (typeof message === 'number') received.push(message)
  })
  // The last messages can arrive after the exit.
  const exited = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  return { child, received, ready: once(child, 'message'), exited }
}

describe.each(engines)('tickets of %s in two processes', (_, isThere, open) => {
  async function started() {
    const engine = await open()
    if (engine.driver.dialect !== 'mysql') await migrate(engine.driver)
    const store = sqlTicketStore(engine.driver)
    for (let n = 0; n < TICKETS; n++) await store.put(ticketOf(n))
    const processes = [start(engine), start(engine)] as const
    for (const { ready } of processes) await ready
    for (const { child } of processes) child.send('go')
    return { engine, store, processes }
  }

  it.skipIf(!isThere)('are each received by one of them', async () => {
    const { engine, store, processes } = await started()
    for (const { exited } of processes) await exited
    const all = processes.flatMap(({ received }) => received).toSorted((a, b) => a - b)
    expect(all).toEqual(Array.from({ length: TICKETS }, (_, n) => n))
    expect(await store.deleteExpired!({ now: Number.MAX_SAFE_INTEGER, limit: TICKETS })).toBe(0)
    await engine.close()
  })

  it.skipIf(!isThere)('are received at most once when one of them is killed', async () => {
    const { engine, store, processes } = await started()
    const [killed, other] = processes
    while (killed.received.length < 20 && killed.child.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    killed.child.kill('SIGKILL')
    await Promise.all([killed.exited, other.exited])

    const received = [...killed.received, ...other.received]
    expect(new Set(received).size).toBe(received.length)
    const last: number[] = []
    for (let n = 0; n < TICKETS; n++) {
      // A call that was cut has taken its ticket or not: no lock and no half of it remains.
      const ticket = await store.take(ticketOf(n).id)
      if (ticket) last.push(n)
    }
    expect(last.filter((n) => received.includes(n))).toEqual([])
    // Only the four calls that were under way can have taken tickets that no process received.
    expect(received.length + last.length).toBeGreaterThanOrEqual(TICKETS - 8)
    await engine.close()
  })
})
