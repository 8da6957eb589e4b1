import { describe, expect, expectTypeOf, it } from 'vitest'
import { dialectNames } from './dialects/index.ts'
import {
  type ColumnTypeOf,
  type SqlDialect,
  type SqlLayout,
  migrations,
  sqlStore,
} from './index.ts'

/** A layout, and the dialects that reject or accept it. */
type Case = [
  layout: SqlLayout,
  rejecting: readonly SqlDialect[],
  accepting: readonly SqlDialect[],
  because: string,
]
const all = dialectNames
const mysqls: readonly SqlDialect[] = ['mysql', 'mariadb']
const columns = (given: object) => given as NonNullable<SqlLayout['user']>['columns'] & object

const broken: Case[] = [
  [{ user: { table: '' } }, all, [], 'a table needs a name'],
  [{ user: { table: 'app.' } }, all, [], 'a schema needs a table'],
  [{ user: { table: 'auth.user' } }, ['sqlite'], ['postgres', ...mysqls], 'SQLite has no schemas'],
  [{ user: { id: '' } }, all, [], 'a column needs a name'],
  [{ session: { createdAt: 'a\0b' } }, all, [], 'no engine takes NUL in a name'],
  [{ user: { table: 'limen_session' } }, all, [], 'users and sessions need a table each'],
  [{ session: { idlePeriodExpiresAt: 'id' } }, all, [], 'two columns cannot share a name'],
  [
    { session: { attributes: 'user_id' } },
    all,
    [],
    'the column of attributes cannot share a name either',
  ],
  [
    { user: { columns: columns({ id: 'text' }) } },
    all,
    [],
    'an attribute cannot share a name with the id',
  ],
  [
    { user: { columns: columns({ a: { type: 'text', name: 'x' }, x: 'text' }) } },
    all,
    [],
    'two attributes cannot share a name',
  ],
  [{ user: { columns: columns({ a: 'date' }) } }, all, [], 'the type does not exist'],
  [
    { user: { attributes: 'data', columns: columns({ a: 'text' }) } },
    all,
    [],
    'attributes are in one column or in many',
  ],
  [
    { user: { columns: columns({ a: { type: 'text', name: 'ID' } }) } },
    ['sqlite', ...mysqls],
    ['postgres'],
    'names are case-insensitive there',
  ],
  [
    { user: { table: 'u'.repeat(64) } },
    ['postgres'],
    ['sqlite', ...mysqls],
    'PostgreSQL truncates names after 63 bytes',
  ],
  [
    { user: { id: 'i'.repeat(65) } },
    ['postgres', ...mysqls],
    ['sqlite'],
    'MySQL refuses more than 64',
  ],
  [
    { session: { table: 's'.repeat(58) } },
    ['postgres', ...mysqls],
    ['sqlite'],
    'the name of its index is seven characters longer',
  ],
  [
    { user: { table: 'ü'.repeat(32) } },
    ['postgres'],
    ['sqlite', ...mysqls],
    'PostgreSQL counts bytes',
  ],
]

describe('sqlStore()', () => {
  const unused = () => Promise.reject(new Error('A layout is checked before a statement runs'))
  const driver = { query: unused, change: unused, transaction: unused, batch: unused }

  it.each(broken)('rejects %j in %j and not in %j, because %s', (layout, rejecting, accepting) => {
    const outcomes = (dialect: SqlDialect) => [
      codeOf(() => sqlStore({ ...driver, dialect }, layout)),
      codeOf(() => migrations(dialect, layout)),
    ]
    for (const dialect of rejecting) {
      expect(outcomes(dialect), dialect).toEqual(['AUTH_CONFIG', 'AUTH_CONFIG'])
    }
    for (const dialect of accepting) {
      expect(outcomes(dialect), dialect).toEqual([undefined, undefined])
    }
  })
})

describe('a column', () => {
  it('has a type that can store the attribute', () => {
    expectTypeOf<ColumnTypeOf<string>>().toEqualTypeOf<'text' | 'json'>()
    expectTypeOf<ColumnTypeOf<'a' | 'b' | null>>().toEqualTypeOf<'text' | 'json'>()
    expectTypeOf<ColumnTypeOf<number | undefined>>().toEqualTypeOf<'integer' | 'real' | 'json'>()
    expectTypeOf<ColumnTypeOf<boolean>>().toEqualTypeOf<'boolean' | 'json'>()
    expectTypeOf<ColumnTypeOf<{ theme: string }>>().toEqualTypeOf<'json'>()
    expectTypeOf<ColumnTypeOf<string | number>>().toEqualTypeOf<'json'>()
  })

  it('is required for each attribute, with the meaning of NULL where the type does not fix it', () => {
    interface Attributes {
      name: string
      nick?: string
      note: string | null
      age?: number | null
    }
    type Columns = NonNullable<NonNullable<SqlLayout<Attributes>['user']>['columns']>
    const nick = { type: 'text', optional: true } as const
    const good: Columns = { name: 'text', nick, note: 'text', age: 'integer' }
    expect(migrations('sqlite', { user: { columns: good } })).toHaveLength(5)

    expectTypeOf<{ name: 'text' }>().not.toExtend<Columns>()
    expectTypeOf<{ name: 'integer' }>().not.toExtend<Pick<Columns, 'name'>>()
    expectTypeOf<{ name: typeof nick }>().not.toExtend<Pick<Columns, 'name'>>()
    expectTypeOf<{ nick: 'text' }>().not.toExtend<Pick<Columns, 'nick'>>()
    expectTypeOf<{ note: typeof nick }>().not.toExtend<Pick<Columns, 'note'>>()
    expectTypeOf<{ age: { type: 'real'; optional: true } }>().toExtend<Pick<Columns, 'age'>>()
  })
})

function codeOf(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}
