import { type CaseSession, recordsFor } from '@limen/conformance'
import { limen } from '@limen/core'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { dialects } from './dialects/index.ts'
import { isCanonicalId } from './id-type.ts'
import {
  type SqlDialect,
  type SqlDriver,
  type SqlLayout,
  migrate,
  migrations,
  nodeSqlite,
  sqlStore,
} from './index.ts'

const engines = await everywhere()

const uuid = '0199f1e0-abcd-7000-8000-00000000000a'
const integers = ['1', '-7', '9007199254740993', '175928847299117063', '175928847299117065']
const noIntegers =
  '1abc|1 or 1=1|01| 1|1 |1\n|+1|1e0|1.0|1.|0x1|-07|١|9007199254740993.0|9007199254740993abc|99999999999999999999'.split(
    '|',
  )
const neighbours = ['0', '9007199254740992', '9007199254740994', '175928847299117064']
const noUuids = [
  '',
  uuid.toUpperCase(),
  uuid.replaceAll('-', ''),
  uuid.slice(0, -1),
  `{${uuid}}`,
  ` ${uuid}`,
  `${uuid} `,
  `urn:uuid:${uuid}`,
]
const otherTexts = ['ADA', 'Ada', 'ada ', 'ADA ']

/** Ids of users, ids that no column of that type writes, and ids without a user. */
const cases: [
  SqlDialect,
  idType: string,
  existing: string[],
  never: string[],
  missing: string[],
][] = [
  ['sqlite', 'integer', integers, noIntegers, neighbours],
  ['sqlite', 'text collate nocase', ['ada'], [], ['ADA', 'Ada']],
  ['postgres', 'bigint', integers, noIntegers, neighbours],
  ['postgres', 'uuid', [uuid], noUuids, []],
  ['postgres', 'char(36)', [uuid], [], [uuid.toUpperCase(), `${uuid} `]],
  ['postgres', 'citext', ['ada'], [], otherTexts],
  ['mariadb', 'bigint', integers, noIntegers, neighbours],
  ['mariadb', 'bigint unsigned', ['1', '18446744073709551615'], ['-1', '01'], ['2']],
  ['mariadb', 'char(36) character set ascii', [uuid], [], [uuid.toUpperCase(), `${uuid} `]],
  ['mariadb', 'varchar(99) character set latin1', ['ada', 'ä'], [], [...otherTexts, 'a', 'Ä']],
  ['mariadb', 'varchar(99)', ['ada'], [], otherTexts],
  ['mysql', 'bigint', integers, noIntegers, neighbours],
  ['mysql', 'varchar(99)', ['ada'], [], otherTexts],
]

describe.each(engines)('an id in %s', (_, open) => {
  it('matches no user unless it is in the engine’s canonical form', async () => {
    const { driver, close } = await open()
    await close()
    const ofDialect = cases.filter(([dialect]) => dialect === driver.dialect)
    expect(ofDialect).not.toHaveLength(0)
    for (const [, idType, existing, never, missing] of ofDialect) {
      const user = { table: 'app_user', columns: { name: 'text' } } as const
      await expectNoMatch(open, idType, { user: { ...user, idType } }, existing, never, missing)
    }
  })

  it('matches no user of a table with JSON in another form, without idType in the layout', async () => {
    const { driver, close } = await open()
    await close()
    for (const [dialect, idType, existing, never, missing] of cases) {
      if (dialect !== driver.dialect) continue
      const layout = { user: { table: 'app_user', attributes: 'meta' } }
      await expectNoMatch(open, idType, layout, existing, [], [...never, ...missing])
    }
  })
})

interface User {
  readonly name: string
}

async function expectNoMatch(
  open: (typeof engines)[number][1],
  idType: string,
  layout: SqlLayout<User, CaseSession>,
  existing: readonly string[],
  never: readonly string[],
  missing: readonly string[],
): Promise<void> {
  const { driver, maker, close } = await open()
  if (idType === 'citext' && !(await createdCitext(maker))) return void (await close())
  await maker.batch(
    layout.user?.columns
      ? [`create table app_user (id ${idType} primary key, name varchar(40))`]
      : [],
  )
  // Without idType in the layout of the store: another program can have created the tables.
  await migrate(maker, { ...layout, user: { ...layout.user, idType } } as typeof layout)
  const store = sqlStore(driver, layout)
  const record = await recordsFor(store as never, ...existing, ...never, ...missing)
  const session = (userId: string) => record('a', { userId, id: `of ${userId}` })
  const users = existing.map((id) => ({ id, attributes: { name: id } }))
  for (const user of users) {
    expect(await store.createUser(user)).toBe(true)
    expect(await store.insert(session(user.id))).toEqual(user)
  }

  const auth = limen({ store })
  for (const id of [...never, ...missing]) {
    const why = `${JSON.stringify(id)} in ${idType}`
    expect(await answer(store.readUser(id)), why).toBeOneOf([null, rejected])
    expect(await answer(store.insert(session(id))), why).toBeOneOf([null, rejected])
    expect(await answer(store.updateUser(id, { name: 'x' })), why).toBeOneOf([false, rejected])
    expect(await answer(store.listByUser(id)), why).toBeOneOf([rejected, expect.toSatisfy(isEmpty)])
    await answer(store.deleteByUser(id, {}))
    await answer(store.deleteUser(id))
    const signIn = auth.createSession({ userId: id, attributes: { device: 'x' } })
    expect(await answer(signIn), why).toBe(rejected)
  }
  for (const id of never) {
    const made = store.createUser({ id, attributes: { name: 'x' } })
    expect(await answer(made), `${JSON.stringify(id)} in ${idType}`).toBe(rejected)
  }
  for (const user of users) {
    expect(await store.readUser(user.id)).toEqual(user)
    expect(await store.listByUser(user.id)).toEqual([{ session: session(user.id), user }])
    expect(await store.updateUser(user.id, { name: user.id })).toBe(true)
    await store.deleteByUser(user.id, {})
    expect(await store.listByUser(user.id)).toEqual([])
    await store.deleteUser(user.id)
    expect(await store.readUser(user.id)).toBeNull()
  }
  await close()
}

/** Creates the type `citext`, if the server has its extension. */
async function createdCitext(maker: SqlDriver): Promise<boolean> {
  const available = `select 1 from pg_available_extensions where name = 'citext'`
  if ((await maker.query(available, [])).length === 0) return false
  // A server has one copy of it, in the schema of the test before.
  await maker.batch(['drop extension if exists citext cascade', 'create extension citext'])
  return true
}

describe('an own session table with a case-insensitive user_id', () => {
  it('matches no session of another form of the id', async () => {
    const driver = nodeSqlite(new DatabaseSync(':memory:'))
    const layout = { session: { table: 'app_session' } }
    const nocase = migrations('sqlite', layout).map((statement) =>
      statement.replace('user_id text', 'user_id text collate nocase'),
    )
    expect(nocase).not.toEqual(migrations('sqlite', layout))
    await driver.batch(nocase)
    const auth = limen({ store: sqlStore(driver, layout) })
    await auth.createUser({ userId: 'ada' })
    await auth.createSession({ userId: 'ada' })
    await auth.invalidateAllUserSessions('ADA')
    expect(await auth.getAllUserSessions('ADA')).toEqual([])
    expect(await auth.getAllUserSessions('ada')).toHaveLength(1)
  })
})

const rejected = 'rejected'
const answer = (call: Promise<unknown>): Promise<unknown> => call.catch(() => rejected)
const isEmpty = (sessions: unknown): boolean => Array.isArray(sessions) && sessions.length === 0

describe('isCanonicalId()', () => {
  it.each<[SqlDialect, idType: string | undefined, yes: string[], no: string[]]>([
    ['postgres', undefined, ['', ' 1', uuid.toUpperCase()], []],
    ['postgres', 'varchar(9)', ['01', 'Ada'], []],
    [
      'mariadb',
      'BIGINT(20) UNSIGNED',
      ['0', '18446744073709551615'],
      ['-1', '18446744073709551616', '00'],
    ],
    ['mariadb', 'mediumint', ['8388607', '-8388608'], ['8388608', '-8388609']],
    [
      'postgres',
      'int8',
      ['-9223372036854775808', '0'],
      ['9223372036854775808', '-0', '', '-', '1\n'],
    ],
    ['sqlite', 'INTEGER', ['9223372036854775807'], ['-9223372036854775809', '1_000', '1n']],
    ['postgres', 'integer', ['2147483647', '-2147483648'], ['2147483648', '-2147483649']],
    ['postgres', 'int2', ['32767'], ['32768']],
    ['postgres', 'Uuid', [uuid], noUuids],
  ])('in %s, %j takes %j and never %j', (dialect, idType, yes, no) => {
    expect(yes.filter((id) => !isCanonicalId(dialects[dialect], idType, id))).toEqual([])
    expect(no.filter((id) => isCanonicalId(dialects[dialect], idType, id))).toEqual([])
  })
})
