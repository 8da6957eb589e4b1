import { type CaseSession, recordsFor } from '@limen/conformance'
import { describe, expect, it } from 'vitest'
import { everywhere } from '../test/everywhere.ts'
import { dialects } from './dialects/index.ts'
import { isExact, parsedJson } from './exact.ts'
import { type ColumnType, type SqlDialect, type SqlLayout, migrate, sqlStore } from './index.ts'

const BIG = '1153423434234234234'

/** A column of the app's own: its type in SQL, a value as SQL, and what each layout type reads. */
type Case = [sqlType: string, value: string, reads: Partial<Record<ColumnType, unknown>>]
const refused = Symbol('refused')
const shared: Case[] = [
  ['bigint', BIG, { text: BIG, integer: refused, real: refused }],
  ['bigint', `-${BIG}`, { text: `-${BIG}`, integer: refused, real: refused }],
  ['bigint', '9007199254740993', { text: '9007199254740993', integer: refused, real: refused }],
  [
    'bigint',
    '9007199254740991',
    { text: '9007199254740991', integer: 9007199254740991, real: 9007199254740991 },
  ],
  ['bigint', '0', { text: '0', integer: 0, real: 0 }],
  ['bigint', '-1200', { text: '-1200', integer: -1200, real: -1200 }],
]
const decimals: Case[] = [
  ['numeric(30, 2)', `${BIG}.25`, { text: `${BIG}.25`, integer: refused, real: refused }],
  ['numeric(30, 2)', '0.25', { text: '0.25', integer: refused, real: 0.25 }],
  ['numeric(30, 2)', '500.00', { text: '500.00', integer: 500, real: 500 }],
  ['numeric(30, 2)', '9007199254740990.30', { integer: refused }],
]
const doubles = (double: string): Case[] =>
  [0.1, 0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 2 ** 60, 1e15, 123456789.123].map(
    (number) => [double, `${number}`, { real: number }],
  )
const cases: Partial<Record<SqlDialect, readonly Case[]>> = {
  sqlite: [...shared, ...doubles('real')],
  postgres: [
    ...shared,
    ...decimals,
    ...doubles('double precision'),
    ['real', '0.1', { real: 0.1 }],
    ['real', '1234567', { real: 1234567, integer: 1234567 }],
    ['double precision', `'NaN'`, { real: refused }],
    ['jsonb', `'{"n":${BIG}}'`, { json: refused, text: `{"n": ${BIG}}` }],
    ['jsonb', `'{"n":"${BIG}"}'`, { json: { n: BIG } }],
  ],
  mariadb: [
    ...shared,
    ...decimals,
    ...doubles('double'),
    ['float', '1234567', { real: 1234567 }],
    ['float', '0.5', { real: 0.5 }],
    ['json', `'{"n":${BIG}}'`, { json: refused }],
    ['json', `'{"n":"${BIG}"}'`, { json: { n: BIG } }],
  ],
}

describe.each(await everywhere())('a column of your own table in %s', (_, open) => {
  it('A8: is read exactly, or the read is rejected', async () => {
    const { driver, maker, close } = await open()
    const { id } = dialects[maker.dialect].schema.types
    const own = cases[maker.dialect] ?? []
    expect(own).not.toEqual([])
    const columns = own.map(([type], index) => `c${index} ${type}`).join(', ')
    await maker.batch([
      `create table app_user (id ${id} primary key, ${columns})`,
      `insert into app_user values ('ada', ${own.map(([, value]) => value).join(', ')})`,
    ])
    await migrate(maker, { user: { table: 'app_user', columns: {} } })
    for (const [index, [sqlType, value, reads]] of own.entries()) {
      for (const [type, expected] of Object.entries(reads) as [ColumnType, unknown][]) {
        const layout: SqlLayout<{ wanted: unknown }> = {
          user: { table: 'app_user', columns: { wanted: { type, name: `c${index}` } as never } },
        }
        const store = sqlStore<{ wanted: unknown }, CaseSession>(driver, layout as never)
        const session = (await recordsFor(store as never))('a', { id: `${index} ${type}` })
        const why = `${value} in ${sqlType}, as ${type}`
        if (expected === refused) {
          const rejected = { code: 'AUTH_STORE_REJECTED', message: expect.stringMatching(/wanted/) }
          await expect(store.readUser('ada'), why).rejects.toMatchObject(rejected)
          await expect(store.insert(session), why).rejects.toMatchObject(rejected)
          // In MySQL, the user is read before the session is stored.
          if (driver.dialect === 'mysql') continue
          await expect(store.listByUser('ada'), why).rejects.toMatchObject(rejected)
        } else {
          const user = { id: 'ada', attributes: { wanted: expected } }
          expect(await store.readUser('ada'), why).toEqual(user)
          expect(await store.insert(session), why).toEqual(user)
          expect(await store.listByUser('ada'), why).toEqual([{ session, user }])
        }
        await store.deleteByUser('ada', {})
      }
    }
    await close()
  })

  it('A8: returns large integer ids exactly', async () => {
    const { driver, maker, close } = await open()
    const layout: SqlLayout<{ name: string }, CaseSession> = {
      user: {
        table: 'app_user',
        idType: maker.dialect === 'sqlite' ? 'integer' : 'bigint',
        columns: { name: 'text' },
      },
    }
    const ids = [BIG, '1153423434234234235', '-9223372036854775808', '9223372036854775807']
    await maker.batch([`create table app_user (id bigint primary key, name varchar(30))`])
    await migrate(maker, layout)
    const store = sqlStore(driver, layout)
    for (const id of ids) await store.createUser({ id, attributes: { name: id } })
    for (const id of ids) {
      const user = { id, attributes: { name: id } }
      const session = (await recordsFor(store as never, id))('a', { id: `of ${id}`, userId: id })
      expect(await store.insert(session)).toEqual(user)
      expect(await store.listByUser(id)).toEqual([{ session, user }])
      expect(await store.read(session.id, { consistency: 'strong' })).toEqual({ session, user })
    }
    await close()
  })

  it('rejects a number of more than 1,100 characters', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<Record<string, unknown>>(driver)
    await store.createUser({ id: 'ada', attributes: {} })
    const { quoted: name } = dialects[maker.dialect].names
    const rejected = {
      code: 'AUTH_STORE_REJECTED',
      message: expect.stringContaining('a number of more than 1100 characters'),
    }
    for (const end of ['', '1']) {
      const number = `1.${'0'.repeat(16_000)}${end}`
      await maker.batch([`update limen_user set ${name('attributes')} = '{"n": ${number}}'`])
      await expect(store.readUser('ada')).rejects.toMatchObject(rejected)
    }
    const short = `1.${'0'.repeat(1098)}`
    await maker.batch([`update limen_user set ${name('attributes')} = '{"n": ${short}}'`])
    expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: { n: 1 } })
    await close()
  })

  it('A8: rejects a number in the JSON of attributes that would be rounded', async () => {
    const { driver, maker, close } = await open()
    await migrate(maker)
    const store = sqlStore<Record<string, unknown>>(driver)
    const attributes = { big: 2 ** 60, small: 5e-324, third: 1 / 3, text: `"${BIG}`, at: 1.7e12 }
    await store.createUser({ id: 'ada', attributes })
    await store.updateUser('ada', { max: Number.MAX_VALUE })
    expect((await store.readUser('ada'))?.attributes).toEqual({
      ...attributes,
      max: Number.MAX_VALUE,
    })
    const { quoted: name } = dialects[maker.dialect].names
    await maker.batch([`update limen_user set ${name('attributes')} = '{"n": ${BIG}}'`])
    await expect(store.readUser('ada')).rejects.toMatchObject({ code: 'AUTH_STORE_REJECTED' })
    await close()
  })
})

it.each([
  ['0.1', true],
  ['0.10000000000000001', true],
  ['0.1234567890123456789', false],
  ['1e21', true],
  ['1e400', false],
  ['1152921504606846976', true],
  ['1152921504606847000', true],
  ['1152921504606846975', false],
  ['12.500', true],
  [`1.${'0'.repeat(1098)}`, true],
  [`1.${'0'.repeat(1099)}`, false],
  [`${'0'.repeat(1100)}1`, false],
])('A8: isExact(%j) is %j', (text, exact) => {
  expect(isExact(text)).toBe(exact)
})

it('rejects broken JSON before it searches numbers', () => {
  const broken = `{"n": ${BIG}, "${'\\"'.repeat(200_000)}`
  expect(() => parsedJson(broken, 'It')).toThrow('It cannot be read: it is not JSON')
})

it('skips the digits in a long text of JSON', () => {
  const text = `${BIG} \\" `.repeat(200_000)
  expect(parsedJson(JSON.stringify({ text, n: 1 }), 'It')).toEqual({ text, n: 1 })
})
