import { type CaseSession, type CaseUser, recordsFor, storeCases } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { ownLayout, ownTable } from '../test/own-tables.ts'
import { dialectNames, dialects } from './dialects/index.ts'
import { type SqlDialect, migrate, migrations, sqlStore, sqlTicketStore } from './index.ts'

const engines = await everywhere()

/** The files of a migration tool. A file that was released never changes. */
const files = [
  ['0001_limen.sql', 'Users and sessions', (statement: string) => !/limen_ticket/.test(statement)],
  ['0002_limen_ticket.sql', 'Tickets', (statement: string) => /limen_ticket/.test(statement)],
] as const

const textOf = (dialect: SqlDialect, [, title, isIncluded]: (typeof files)[number]) =>
  [
    `-- ${title} of Limen. Times are milliseconds since the epoch.\n`,
    migrations(dialect)
      .filter(isIncluded)
      .map((statement) => `${statement};\n`)
      .join('\n'),
  ].join('')

describe('migrations()', () => {
  // To write the files again: vitest run --config vitest.workspace.ts --project sql migrations -u
  it.each(dialectNames)('returns the statements that the package ships for %s', async (dialect) => {
    for (const file of files) {
      const path = `../migrations/${dialect}/${file[0]}`
      await expect(textOf(dialect, file)).toMatchFileSnapshot(path)
    }
  })

  it('returns for SQLite the statements that @limen/workers ships for D1', async () => {
    for (const file of files) {
      const path = `../../workers/migrations/${file[0]}`
      await expect(textOf('sqlite', file)).toMatchFileSnapshot(path)
    }
  })

  it.each(dialectNames)('does not create your own user table in %s', (dialect) => {
    const statements = migrations(dialect, ownLayout).join('\n')
    expect(statements).not.toMatch(/table if not exists (\S*\.)?[`"]order[`"]/)
    expect(statements).toMatch(/references [`"]order[`"] \([`"]key[`"]\) on delete cascade/)
  })

  it('uses the type of your own ids in the session table', () => {
    const layout = { user: { table: 'app_user', idType: 'uuid', columns: {} } }
    expect(migrations('postgres', layout)[0]).toMatch(/user_id uuid not null/)
  })

  it('separates a schema from the name of a table', () => {
    const statements = migrations('postgres', {
      user: { table: 'auth.user' },
      session: { table: 'auth.session' },
      ticket: { table: 'auth.ticket' },
    })
    expect(statements[0]).toMatch(/^create table if not exists "auth"\."user" \(/)
    expect(statements[2]).toMatch(/index if not exists "session_user" on "auth"\."session" /)
    expect(statements[4]).toMatch(/^create table if not exists "auth"\."ticket" \(/)
    expect(statements[5]).toMatch(/index if not exists "ticket_expiry" on "auth"\."ticket" /)
  })
})

describe.each(engines)('migrate() in %s', (_, open) => {
  it('runs again without an effect, over JSON and over columns', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    await migrate(maker)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await migrate(maker)
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { name: 'Ada' } })

    await maker.batch([ownTable(maker.dialect)])
    await migrate(maker, ownLayout)
    await migrate(maker, ownLayout)
    await storeCases[0]!.run(sqlStore(driver, ownLayout))
    await close()
  })

  it('adds tickets to a database of the first migration, whose sessions can be limited before', async () => {
    const { driver, maker, close } = await open()
    const first = migrations(maker.dialect).filter(files[0][2])
    await maker.batch(first)
    const store = sqlStore<CaseUser, CaseSession>(driver)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    const record = await recordsFor(store)
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    for (const letter of 'abc') await store.insert(record(letter), { limit })
    const ticket = { id: 't', codeHash: '', attemptsLeft: 0, expiresAt: 1, data: {} }
    const tickets = sqlTicketStore(driver)
    await expect(tickets.put(ticket)).rejects.toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    await migrate(maker)
    await tickets.put(ticket)
    expect(await tickets.take('t')).toEqual(ticket)
    const sessions = (await store.listByUser('ada')).map(({ session }) => session.id)
    expect(sessions).toEqual([record('c').id])
    await close()
  })

  it('can run several times at once', async () => {
    const { driver, maker, close } = await open()
    const crowd = driver.dialect === maker.dialect ? driver : maker
    for (let round = 0; round < 5; round++) {
      const layout = { user: { table: `u${round}` }, session: { table: `s${round}` } }
      await Promise.all([1, 2, 3, 4].map(() => migrate(crowd, layout)))
    }
    await close()
  })

  it('creates all tables or none, where the engine has transactions for tables', async () => {
    const { maker, close } = await open()
    if (maker.dialect !== 'mariadb') {
      await expect(maker.batch(['create table once (id text)', 'no SQL'])).rejects.toThrow()
      await maker.batch(['create table once (id text)'])
    }
    await close()
  })

  it('creates tables in a schema, where the engine has schemas', async () => {
    const { driver, maker, close } = await open()
    const schema = `auth_${crypto.randomUUID().replaceAll('-', '')}`
    const layout = {
      user: { table: `${schema}.user` },
      session: { table: `${schema}.session` },
    }
    if (dialects[maker.dialect].names.hasSchemas) {
      await maker.batch([`create schema ${schema}`])
      await migrate(maker, layout)
      await storeCases[0]!.run(sqlStore(driver, layout))
    }
    await close()
  })
})
