import { DatabaseSync } from 'node:sqlite'
import type { InsertOptions, SessionLimit } from '@limen/core'
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { type SqlDriver, migrations, nodeSqlite, sqlStore, sqlTicketStore } from '../../index.ts'
import { resolvedLayout } from '../../resolved-layout.ts'
import type { Statement } from '../../sql.ts'
import { statementsOver } from '../../statements.ts'
import { ticketStatementsOver } from '../../ticket-statements.ts'
import * as sqliteText from '../../sqlite.ts'
import { sqlite } from './index.ts'

/** Values that show in the file what each placeholder is for. */
const session = {
  id: 'sessionId',
  userId: 'userId',
  secretHash: 'secretHash',
  createdAt: 'createdAt' as never,
  activePeriodExpiresAt: 'activePeriodExpiresAt' as never,
  idlePeriodExpiresAt: 'idlePeriodExpiresAt' as never,
  attributes: {},
}

const isOfTickets = (statement: string) => statement.includes('limen_ticket')

/** The module with the tables and the indexes. */
function schemaModule(): string {
  const listOf = (created: string) =>
    migrations('sqlite')
      .filter((statement) => statement.startsWith(`create ${created}`) && !isOfTickets(statement))
      .map((statement) => `  \`${statement}\`,\n`)
      .join('')
  const [ticketTable, ticketIndex] = migrations('sqlite').filter(isOfTickets)
  return `/** The tables of the default layout in SQLite. Generated: the test beside this file writes it with \`-u\`. */

/** Create the tables. Times are milliseconds since the epoch. */
export const tables: readonly string[] = [
${listOf('table')}]

/** Create the indexes. */
export const indexes: readonly string[] = [
${listOf('index')}]

/** Creates the table of tickets. */
export const ticketTable: string = \`${ticketTable}\`

/** Creates its index. */
export const ticketIndex: string = \`${ticketIndex}\`
`
}

const ticket = {
  id: 'id',
  codeHash: 'codeHash',
  attemptsLeft: 'attemptsLeft' as never,
  expiresAt: 'expiresAt' as never,
  data: 'data',
}

/** The module with the statement of each call. */
function statementsModule(): string {
  const build = statementsOver(resolvedLayout('sqlite'), sqlite)
  const tickets = ticketStatementsOver('limen_ticket', sqlite)
  const limit = { most: 'most', now: 'now' } as never as SessionLimit
  const refuse = { ...limit, onLimit: 'refuse' } as const
  const built: Record<string, Statement> = {
    READ: build.read('sessionId'),
    INSERT: build.insert(session),
    INSERT_REPLACEMENT: build.insert(session, { replaces: 'replaces' }),
    INSERT_BELOW_LIMIT: build.insert(session, { limit: refuse }),
    INSERT_REPLACEMENT_BELOW_LIMIT: build.insert(session, { replaces: 'replaces', limit: refuse }),
    READ_USER_TO_REPLACE: build.findUser('userId', 'replaces'),
    DELETE_REPLACED: build.deleteReplaced('replaces', 'sessionId'),
    DELETE_OLDEST: build.deleteOldest(session, limit),
    RENEW: build.renew('sessionId', session),
    UPDATE: build.update('sessionId', { name: 1 }),
    DELETE: build.delete('sessionId'),
    DELETE_BY_USER: build.deleteByUser('userId', 'except'),
    LIST_BY_USER: build.listByUser('userId'),
    DELETE_EXPIRED: build.deleteExpired('now' as never, 'limit' as never),
    CREATE_USER: build.createUser('userId', {}),
    READ_USER: build.readUser('userId'),
    UPDATE_USER: build.updateUser('userId', { name: 1 }),
    DELETE_USER: build.deleteUser('userId'),
    PUT_TICKET: tickets.put(ticket),
    TAKE_TICKET: tickets.take('id'),
    ATTEMPT_TICKET: tickets.attempt('id'),
    DELETE_EXPIRED_TICKETS: tickets.deleteExpired('now' as never, 'limit' as never),
  }
  const named: Readonly<Record<string, string>> = {
    '{}': 'attributes',
    '{"name":null}': 'removal',
    '{"name":1}': 'attributes',
    NaN: 'most - 1',
    '"data"': 'data',
  }
  const exported = Object.entries(built).map(
    ([call, { text, values }]) =>
      `/** Values: ${values.map((value) => named[`${value}`] ?? value).join(', ')}. */\nexport const ${call}: string = \`${text}\`\n`,
  )
  return `/** The statements of the default layout in SQLite. Generated: the test beside this file writes it with \`-u\`. */

${exported.join('\n')}`
}

const { foundIn, indexes, insertSteps, insertValues, insertedIn, mergeValues, tables, userIn } =
  sqliteText
const refuse = { most: 9, onLimit: 'refuse', now: 5 } as const
const revoke = { most: 9, onLimit: 'revoke-oldest', now: 5 } as const
/** Each replaces the session that the one before inserted. */
const optionsOfInsert: InsertOptions[] = [
  { limit: revoke },
  { replaces: '0' },
  { replaces: '1', limit: revoke },
  { limit: refuse },
  { replaces: '3', limit: refuse },
]

const { ticketIn, ticketIndex, ticketTable, ticketValues } = sqliteText

describe('the default layout in SQLite', () => {
  // To write the file again: vitest run --config vitest.workspace.ts --project sql default-layout -u
  it('is the same text for sqlStore(), for d1Store() and in Durable Objects', async () => {
    await expect(schemaModule()).toMatchFileSnapshot('./default-schema.ts')
    await expect(statementsModule()).toMatchFileSnapshot('./default-statements.ts')
    expect([...tables, ...indexes, ticketTable, ticketIndex]).toEqual(migrations('sqlite'))
  })

  it('has the statements that sqlStore() sends, with the same values', async () => {
    const db = new DatabaseSync(':memory:')
    const driver = nodeSqlite(db)
    await driver.batch(migrations('sqlite'))
    const sent: unknown[] = []
    const watched: SqlDriver = {
      ...driver,
      query(text, values, consistency, once) {
        sent.push([text, values])
        return driver.query(text, values, consistency, once)
      },
      change(text, values, once) {
        sent.push([text, values])
        return driver.change(text, values, once)
      },
      transaction(statements) {
        sent.push(statements.map(({ text, values }) => [text, values]))
        return driver.transaction(statements)
      },
    }
    const store = sqlStore<CaseUser, CaseSession>(watched)
    const record = (await recordsFor(store))('a')
    const { id, userId, attributes } = record
    sent.length = 0

    await store.createUser({ id: userId, attributes: { name: 'Ada' } })
    await store.insert(record)
    for (const [n, options] of optionsOfInsert.entries()) {
      await store.insert({ ...record, id: `${n}` }, options)
    }
    await store.read(id, { consistency: 'strong' })
    await store.renew(id, record)
    await store.update(id, { device: 'phone', seen: undefined } as never)
    await store.listByUser(userId)
    await store.readUser(userId)
    await store.updateUser(userId, { note: null })
    await store.deleteByUser(userId, { except: id })
    await store.deleteExpired!({ now: 5, limit: 9 })
    await store.delete(id)
    await store.deleteUser(userId)
    const tickets = sqlTicketStore(watched)
    const ticket = { id: 't', codeHash: 'c', attemptsLeft: 1, expiresAt: 5, data: { n: 1 } }
    await tickets.put(ticket)
    await tickets.attempt('t')
    await tickets.take('t')
    await tickets.deleteExpired!({ now: 5, limit: 9 })

    const { activePeriodExpiresAt, idlePeriodExpiresAt } = record
    expect(sent).toEqual([
      [sqliteText.CREATE_USER, [userId, '{"name":"Ada"}']],
      [sqliteText.INSERT, insertValues(record, JSON.stringify(attributes))],
      ...optionsOfInsert.map((options, n) =>
        insertSteps({ ...record, id: `${n}` }, JSON.stringify(attributes), options),
      ),
      [sqliteText.READ, [id]],
      [sqliteText.RENEW, [activePeriodExpiresAt, idlePeriodExpiresAt, id]],
      [sqliteText.UPDATE, [...mergeValues({ device: 'phone', seen: undefined }), id]],
      [sqliteText.LIST_BY_USER, [userId]],
      [sqliteText.READ_USER, [userId]],
      [sqliteText.UPDATE_USER, [...mergeValues({ note: null }), userId]],
      [sqliteText.DELETE_BY_USER, [userId, id]],
      [sqliteText.DELETE_EXPIRED, [5, 9]],
      [sqliteText.DELETE, [id]],
      [sqliteText.DELETE_USER, [userId]],
      [sqliteText.PUT_TICKET, ticketValues(ticket)],
      [sqliteText.ATTEMPT_TICKET, ['t']],
      [sqliteText.TAKE_TICKET, ['t']],
      [sqliteText.DELETE_EXPIRED_TICKETS, [5, 9]],
    ])
    db.close()
  })

  it.each<[string, InsertOptions, number]>([
    ['nothing', {}, 1],
    ['replaces', { replaces: 'a' }, 2],
    ['revokes', { limit: { most: 2, onLimit: 'revoke-oldest', now: 5 } }, 2],
    ['refuses', { limit: { most: 4, onLimit: 'refuse', now: 5 } }, 2],
    [
      'replaces, revokes',
      { replaces: 'a', limit: { most: 2, onLimit: 'revoke-oldest', now: 5 } },
      3,
    ],
    ['replaces, refuses', { replaces: 'a', limit: { most: 3, onLimit: 'refuse', now: 5 } }, 3],
  ])('has the steps of an insert with options: %s', (_, options, count) => {
    const db = new DatabaseSync(':memory:')
    for (const statement of tables) db.exec(statement)
    const record = (id: string, userId = 'ada') => ({
      id,
      userId,
      secretHash: 'h',
      createdAt: id.codePointAt(0)!,
      activePeriodExpiresAt: 9,
      idlePeriodExpiresAt: 9,
      attributes: {},
    })
    const all = (text: string, values: readonly (string | number)[]) =>
      db.prepare(text).all(...values) as never[]
    const insert = (id: string, userId = 'ada', given = options) => {
      const steps = insertSteps(record(id, userId), '{}', given)
      const results = steps.map(([text, values]) => all(text, values))
      return { user: () => insertedIn(userId, results, given.limit), steps }
    }
    const ids = () =>
      db
        .prepare('select id from limen_session order by id')
        .all()
        .map(({ id }) => id)
    all(sqliteText.CREATE_USER, ['ada', '{}'])
    for (const id of 'abc') insert(id, 'ada', {})

    const { user, steps } = insert('d')
    expect(steps).toHaveLength(count)
    expect(user()).toEqual({ id: 'ada', attributes: {} })
    const expected = options.replaces ? ['b', 'c', 'd'] : ['a', 'b', 'c', 'd']
    const { limit } = options
    const kept = limit?.onLimit === 'revoke-oldest' ? expected.slice(-limit.most) : expected
    expect(ids()).toEqual(kept)

    expect(insert('e', 'bob').user()).toBeNull()
    expect(ids()).toEqual(kept)
    if (limit?.onLimit === 'refuse') {
      const replaces = options.replaces && 'b'
      const full = { replaces, limit: { ...limit, most: kept.length - (replaces ? 1 : 0) } }
      expect(insert('e', 'ada', full).user).toThrow(
        expect.objectContaining({ code: 'AUTH_SESSION_LIMIT' }),
      )
    }
    if (options.replaces) expect(insert('e').user()).toBeNull()
    expect(ids()).toEqual(kept)
    db.close()
  })

  it('has the statements of tickets', () => {
    const db = new DatabaseSync(':memory:')
    for (const statement of [ticketTable, ticketIndex]) db.exec(statement)
    const all = (text: string, ...values: readonly (string | number)[]) =>
      db.prepare(text).all(...values) as never
    const record = { id: 'a', codeHash: 'c', attemptsLeft: 1, expiresAt: 5, data: { n: [0.1] } }
    all(sqliteText.PUT_TICKET, ...ticketValues(record))
    const tried = { ...record, attemptsLeft: 0 }
    expect(ticketIn(all(sqliteText.ATTEMPT_TICKET, 'a'))).toEqual(tried)
    expect(ticketIn(all(sqliteText.ATTEMPT_TICKET, 'a'))).toBeNull()
    expect(ticketIn(all(sqliteText.TAKE_TICKET, 'a'))).toEqual(tried)
    expect(ticketIn(all(sqliteText.TAKE_TICKET, 'a'))).toBeNull()
    all(sqliteText.PUT_TICKET, ...ticketValues(record))
    all(sqliteText.DELETE_EXPIRED_TICKETS, 5, 9)
    expect(ticketIn(all(sqliteText.TAKE_TICKET, 'a'))).toBeNull()
    db.close()
  })

  it('has rows that become records', async () => {
    const db = new DatabaseSync(':memory:')
    for (const statement of tables) db.exec(statement)
    const all = (text: string, values: readonly (string | number | null)[]) =>
      db.prepare(text).all(...values) as never
    const user = { id: 'ada', attributes: { name: 'Ada' } }
    all(sqliteText.CREATE_USER, [user.id, JSON.stringify(user.attributes)])
    const record = {
      id: 'a',
      userId: 'ada',
      secretHash: 'h',
      createdAt: 1,
      activePeriodExpiresAt: 2,
      idlePeriodExpiresAt: 3,
      attributes: { device: 'phone' },
    }
    const values = insertValues(record, JSON.stringify(record.attributes))
    expect(userIn('ada', all(sqliteText.INSERT, values))).toEqual(user)
    expect(userIn('eve', all(sqliteText.READ_USER, ['eve']))).toBeNull()
    const [row] = all(sqliteText.READ, ['a']) as never[]
    expect(foundIn(row!)).toEqual({ session: record, user })
    db.close()
  })
})
