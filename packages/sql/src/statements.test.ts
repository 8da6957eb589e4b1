import type { CaseSession, CaseUser } from '@limen/conformance'
import { limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { embedded } from '../test/embedded.ts'
import { everyCall } from '../test/every-call.ts'
import { type Opened, everywhere } from '../test/everywhere.ts'
import { jsonLayout, ownLayout, ownTable } from '../test/own-tables.ts'
import { type Ran, recorded } from '../test/recorded.ts'
import { dialects } from './dialects/index.ts'
import { type SqlDriver, migrate, sqlStore } from './index.ts'

const DAY = 86_400_000

const engines = await everywhere()

async function layouts(open: () => Promise<Opened>) {
  const { driver, maker, close } = await open()
  await maker.batch([ownTable(maker.dialect)])
  await migrate(maker)
  await migrate(maker, ownLayout)
  await migrate(maker, jsonLayout)
  const { driver: counted, ran } = recorded(driver)
  const stores = {
    JSON: sqlStore<CaseUser, CaseSession>(counted),
    columns: sqlStore(counted, ownLayout),
    ownJSON: sqlStore(counted, jsonLayout),
  }
  return { driver, close, ran, stores }
}

describe.each(engines)('a store in %s', (_, open) => {
  it('runs one statement for each call, except for some sign-ins, a taken id and deleteByUser()', async () => {
    const { driver, close, ran, stores } = await layouts(open)
    const { lockFirst, returning, unlessTaken } = dialects[driver.dialect].statements
    const lock = lockFirst ? 1 : 0
    const more: Record<string, number> = {
      insert: returning ? 1 : 2,
      'insert, replacing': 2 + lock,
      'insert, revoking': 2 + lock,
      'insert, refusing': 2,
      'insert, replacing and revoking': 3 + lock,
      'insert, replacing and refusing': 3,
      deleteByUser: 1 + lock,
      'createUser, taken': unlessTaken('id') ? 1 : 2,
    }
    for (const store of Object.values(stores)) {
      const cost = await everyCall(store, ran)
      const expected = Object.keys(cost).map((call) => [call, more[call] ?? 1])
      expect(cost).toEqual(Object.fromEntries(expected))
    }
    await close()
  })

  it('runs one statement to validate, one more to renew, and few to sign in and to revoke', async () => {
    const { driver, close, ran, stores } = await layouts(open)
    let now = 0
    const auth = limen({ store: stores.JSON, now: () => now })
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    const cost = async (call: () => Promise<unknown>) => {
      const before = ran.length
      await call()
      return ran.length - before
    }
    let token = ''
    const signIn = async () => {
      const session = await auth.createSession({ userId, attributes: { device: 'phone' } })
      token = auth.createBearerToken(session)
    }
    const { lockFirst, returning } = dialects[driver.dialect].statements
    expect(await cost(signIn)).toBe(returning ? 1 : 2)
    expect(await cost(() => auth.validateSession(token))).toBe(1)
    now = 2 * DAY
    expect(await cost(() => auth.validateSession(token))).toBe(2)
    expect(await cost(() => auth.invalidateAllUserSessions(userId))).toBe(lockFirst ? 2 : 1)
    await close()
  })

  it('P1: sends no query that a cache between the app and the engine can answer', async () => {
    const { driver, close, ran, stores } = await layouts(open)
    for (const store of Object.values(stores)) await everyCall(store, ran)
    const queries = ran.filter(({ sql }) => sql.startsWith('select'))
    expect(queries.length).toBeGreaterThanOrEqual(6)
    const timely = queries.filter(({ sql }) => / and now\(\) /.test(sql))
    expect(timely).toHaveLength(dialects[driver.dialect].statements.uncached ? queries.length : 0)
    await close()
  })
})

describe.each(engines.filter(([name]) => name in embedded))('a store in %s', (_, open) => {
  it('uses an index for every statement', async () => {
    const { driver, close, ran, stores } = await layouts(open)
    await driver.batch(driver.dialect === 'postgres' ? manyRows : [])
    for (const store of Object.values(stores)) await everyCall(store, ran)
    const plans: string[] = []
    for (const { sql, values } of ran) plans.push(await planOf(driver, sql, values))
    const notByKey = plans.filter((plan) => !/insert into/.test(plan) && !/SEARCH|Index/.test(plan))
    expect(notByKey).toEqual([])
    // The merging of JSON "scans" its one row; PostgreSQL may sort the few sessions of one user.
    const scanning = /SCAN (?!CONSTANT ROW|\(subquery)|TEMP B-TREE|Seq Scan on/
    expect(plans.filter((plan) => scanning.test(plan))).toEqual([])
    await close()
  })
})

/** Enough for PostgreSQL to prefer an index, in each layout. */
const manyRows = [
  `insert into limen_user select 'u' || n, '{}' from generate_series(1, 2000) n`,
  `insert into limen_session select 's' || n, 'u' || n % 2000 + 1, 'h', n, n, 1e12 + n, '{}' from generate_series(1, 10000) n`,
  `insert into "order" ("key", "full ""name""") select 'u' || n, 'n' || n from generate_series(1, 2000) n`,
  `insert into app_session select 's' || n, 'u' || n % 2000 + 1, 'h', n, n, 1e12 + n, 'd' from generate_series(1, 10000) n`,
  'insert into json_user select * from limen_user',
  'insert into json_session select * from limen_session',
  'analyze',
]

async function planOf(driver: SqlDriver, sql: string, values: Ran['values']): Promise<string> {
  const explain = driver.dialect === 'sqlite' ? 'explain query plan' : 'explain'
  const rows = await driver.query(`${explain} ${sql}`, values)
  const lines = (rows as readonly Record<string, unknown>[]).map(
    (row) => row['detail'] ?? row['QUERY PLAN'],
  )
  return `${sql}\n${lines.join('\n')}`
}
