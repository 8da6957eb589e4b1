/** How a server would run each statement of the store, over thousands of rows. */
import type { CaseSession, CaseUser } from '@limen/conformance'
import { type SqlDriver, type SqlValue, migrate, sqlStore, sqlTicketStore } from '../src/index.ts'
import type { EmptyDatabase } from './engines.ts'
import { everyCall } from './every-call.ts'
import { jsonLayout, ownLayout, ownTable } from './own-tables.ts'

/** A statement, and how the server would run it. */
export interface Plan {
  readonly sql: string
  /** The rows of the server's answer, as JSON. */
  readonly steps: readonly string[]
}

/** A statement that returns the plan of another one. */
export interface Explainer {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/**
 * Fills a database with 2,000 users of five sessions each, in each layout, and explains each
 * statement just before it runs.
 *
 * @param explainers The statements that return the plan of a statement.
 */
export async function plansOf(
  database: EmptyDatabase,
  explainers: (sql: string, values: readonly SqlValue[]) => readonly Explainer[],
): Promise<readonly Plan[]> {
  const { maker } = database
  const server = maker.dialect as keyof typeof fill
  await maker.batch([ownTable(server)])
  await migrate(maker)
  await migrate(maker, ownLayout)
  await migrate(maker, jsonLayout)
  await maker.batch(fill[server])

  const plans: Plan[] = []
  const keep = (sql: string, steps: readonly object[]) =>
    plans.push({ sql, steps: steps.map((step) => JSON.stringify(step)) })
  const record = async (sql: string, values: readonly SqlValue[]) => {
    const steps: object[] = []
    for (const explainer of explainers(sql, values)) {
      steps.push(...(await maker.query(explainer.text, explainer.values)))
    }
    keep(sql, steps)
  }
  const driver = database.connect()
  const explaining: SqlDriver = {
    ...driver,
    async query(sql, values) {
      await record(sql, values)
      return driver.query(sql, values)
    },
    async change(sql, values) {
      await record(sql, values)
      return driver.change(sql, values)
    },
    async transaction(statements) {
      // Inside the transaction: what a statement finds depends on those before it.
      const groups = statements.map((statement) => [
        ...explainers(statement.text, statement.values).map((explainer) => ({
          ...explainer,
          returnsRows: true,
        })),
        statement,
      ])
      const results = [...(await driver.transaction(groups.flat()))]
      return groups.map((group, index) => {
        const explained = results.splice(0, group.length)
        keep(
          statements[index]!.text,
          explained.slice(0, -1).flatMap(({ rows }) => rows),
        )
        return explained.at(-1)!
      })
    },
  }
  await everyCall(sqlStore<CaseUser, CaseSession>(explaining), [])
  await everyCall(sqlStore(explaining, ownLayout), [])
  await everyCall(sqlStore(explaining, jsonLayout), [])
  const ticket = { id: 'a', codeHash: '', attemptsLeft: 1, expiresAt: 1, data: {} }
  await sqlTicketStore(driver).put(ticket)
  const tickets = sqlTicketStore(explaining)
  await tickets.attempt('a')
  await tickets.take('a')
  await tickets.deleteExpired!({ now: 5, limit: 9 })
  return plans
}

/** The rows, given a table of the numbers `n` from 1, and how the server quotes a name. */
const rows = (numbers: (count: number) => string, quoted: (name: string) => string) => [
  `insert into limen_user select concat('u', n), '{}' from ${numbers(2000)}`,
  `insert into limen_session select concat('s', n), concat('u', n % 2000 + 1), 'h', n, n, 1000000000000 + n, '{}' from ${numbers(10_000)}`,
  `insert into ${quoted('order')} (${quoted('key')}, ${quoted('full "name"')}) select concat('u', n), concat('n', n) from ${numbers(2000)}`,
  `insert into app_session select concat('s', n), concat('u', n % 2000 + 1), 'h', n, n, 1000000000000 + n, 'd', null from ${numbers(10_000)}`,
  'insert into json_user select * from limen_user',
  'insert into json_session select * from limen_session',
  `insert into limen_ticket select concat('t', n), '', 0, 1000000000000 + n, '{}' from ${numbers(10_000)}`,
]

const fill = {
  postgres: [
    ...rows(
      (count) => `generate_series(1, ${count}) n`,
      (name) => `"${name.replaceAll('"', '""')}"`,
    ),
    'analyze',
  ],
  mariadb: [
    ...rows(
      (count) => `(select seq as n from seq_1_to_${count}) as numbers`,
      (name) => `\`${name}\``,
    ),
    'analyze table limen_user, limen_session, limen_ticket, `order`, app_session, json_user, json_session',
  ],
}
