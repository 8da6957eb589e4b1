/** Where sessions and users are kept: the names of tables and columns, and how attributes are kept. */
import { AuthError } from '@limen/core'
import { described } from './client.ts'
import type { SqlDialect } from './driver.ts'

/** How one attribute is kept, where each has a column of its own. */
export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json'

/** The column types that can keep an attribute. */
export type ColumnTypeOf<Value> = [NonNullable<Value>] extends [never]
  ? ColumnType
  : [NonNullable<Value>] extends [string]
    ? 'text' | 'json'
    : [NonNullable<Value>] extends [number]
      ? 'integer' | 'real' | 'json'
      : [NonNullable<Value>] extends [boolean]
        ? 'boolean' | 'json'
        : 'json'

/** The column of one attribute, said at length. */
export interface AttributeColumn<Type extends ColumnType = ColumnType> {
  /** How it is kept. A `boolean` is 0 or 1 where the engine has none; `json` is text in SQLite. */
  readonly type: Type
  /** The column's name. Default: the attribute's. */
  readonly name?: string | undefined
  /**
   * What SQL's `NULL` means: that the attribute was left out (`true`), or the value `null`
   * (`false`, the default). A column has but one `NULL`: of an attribute that may be either, only a
   * `json` column keeps the difference, as JSON has a `null` of its own.
   */
  readonly optional?: boolean | undefined
}

/** {@link AttributeColumn}, for an attribute whose type does not know `null`: it must say `optional: true`. */
export type OptionalColumn<Type extends ColumnType> = AttributeColumn<Type> & {
  readonly optional: true
}

/** {@link AttributeColumn}, for an attribute that is always there. */
export type RequiredColumn<Type extends ColumnType> =
  | Type
  | (AttributeColumn<Type> & { readonly optional?: false | undefined })

/** A column for each attribute, of a type that can keep it. */
export type AttributeColumns<Attributes> = {
  readonly [Name in keyof Attributes]-?: undefined extends Attributes[Name]
    ? null extends Attributes[Name]
      ? ColumnTypeOf<Attributes[Name]> | AttributeColumn<ColumnTypeOf<Attributes[Name]>>
      : OptionalColumn<ColumnTypeOf<Attributes[Name]>>
    : RequiredColumn<ColumnTypeOf<Attributes[Name]>>
}

/** Where users are kept. A dot in the table's name parts a schema from it. */
export interface UserLayout<UserAttributes = object> {
  /** The table. Default: `limen_user`. */
  readonly table?: string | undefined
  /** The column of the id, which must be unique. Default: `id`. */
  readonly id?: string | undefined
  /**
   * The SQL type of the id, as a `create table` takes it: the session table's column for it gets the
   * same. Default: `text`, in MySQL and MariaDB 255 characters that compare bytewise. With a type
   * such as `uuid`, give `createUser` a `userId`, as the engine writes it. An id in any other form
   * (`'01'` for `'1'`) matches no user, and `createUser` rejects it with `AUTH_CONFIG` where the type
   * is an integer or `uuid`.
   */
  readonly idType?: string | undefined
  /** The column that keeps all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string | undefined
  /** A column for each attribute instead. The table is then your own: no migration makes it. */
  readonly columns?: AttributeColumns<UserAttributes> | undefined
}

/** Where sessions are kept. A dot in the table's name parts a schema from it. */
export interface SessionLayout<SessionAttributes = object> {
  /** The table. Default: `limen_session`. */
  readonly table?: string | undefined
  /** The column of the public id. Default: `id`. */
  readonly id?: string | undefined
  /** The column of the user's id. Default: `user_id`. */
  readonly userId?: string | undefined
  /** The column of the secret's hash. Default: `secret_hash`. */
  readonly secretHash?: string | undefined
  /** The column of the time of creation. Default: `created_at`. */
  readonly createdAt?: string | undefined
  /** The column of the end of the active period. Default: `active_expires_at`. */
  readonly activePeriodExpiresAt?: string | undefined
  /** The column of the end of the idle period. Default: `idle_expires_at`. */
  readonly idlePeriodExpiresAt?: string | undefined
  /** The column that keeps all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string | undefined
  /** A column for each attribute instead. */
  readonly columns?: AttributeColumns<SessionAttributes> | undefined
}

/** Names and columns that differ from the defaults. */
export interface SqlLayout<UserAttributes = object, SessionAttributes = object> {
  /** Where users are kept. */
  readonly user?: UserLayout<UserAttributes> | undefined
  /** Where sessions are kept. */
  readonly session?: SessionLayout<SessionAttributes> | undefined
}

/** The column of an attribute, settled. */
export interface SettledColumn {
  readonly attribute: string
  readonly name: string
  readonly type: ColumnType
  readonly optional: boolean
}

/** Where attributes are kept, settled: in one JSON column, or in a column for each. */
export type SettledAttributes =
  | { readonly json: string; readonly columns?: undefined }
  | { readonly columns: readonly SettledColumn[] }

/** {@link SqlLayout}, settled: all names as the app gave them, unquoted. */
export interface SettledLayout {
  readonly user: {
    readonly table: string
    readonly id: string
    readonly idType: string | undefined
    readonly attributes: SettledAttributes
  }
  readonly session: {
    readonly table: string
    readonly id: string
    readonly userId: string
    readonly secretHash: string
    readonly createdAt: string
    readonly activePeriodExpiresAt: string
    readonly idlePeriodExpiresAt: string
    readonly attributes: SettledAttributes
  }
}

/** How long a name may be. PostgreSQL counts bytes, and cuts longer ones off without a word. */
const LONGEST: Readonly<Record<SqlDialect, number>> = {
  sqlite: Infinity,
  postgres: 63,
  mysql: 64,
  mariadb: 64,
}
const TYPES: readonly string[] = [
  'text',
  'integer',
  'real',
  'boolean',
  'json',
] satisfies ColumnType[]

const USER_OPTIONS = ['table', 'id', 'idType', 'attributes', 'columns']
const SESSION_OPTIONS = [
  'table',
  'id',
  'userId',
  'secretHash',
  'createdAt',
  'activePeriodExpiresAt',
  'idlePeriodExpiresAt',
  'attributes',
  'columns',
]

/**
 * Fills in the defaults.
 *
 * @throws {AuthError} `AUTH_CONFIG` when the layout could never work in that dialect.
 */
export function settle<UserAttributes, SessionAttributes>(
  dialect: SqlDialect,
  layout: SqlLayout<UserAttributes, SessionAttributes> = {},
): SettledLayout {
  checkOptions('layout', layout, ['user', 'session'])
  const { user = {}, session = {} } = layout
  checkTable('layout.user', user, USER_OPTIONS)
  checkTable('layout.session', session, SESSION_OPTIONS)
  const settled: SettledLayout = {
    user: {
      table: user.table ?? 'limen_user',
      id: user.id ?? 'id',
      idType: user.idType,
      attributes: attributesOf('layout.user', user.attributes, user.columns),
    },
    session: {
      table: session.table ?? 'limen_session',
      id: session.id ?? 'id',
      userId: session.userId ?? 'user_id',
      secretHash: session.secretHash ?? 'secret_hash',
      createdAt: session.createdAt ?? 'created_at',
      activePeriodExpiresAt: session.activePeriodExpiresAt ?? 'active_expires_at',
      idlePeriodExpiresAt: session.idlePeriodExpiresAt ?? 'idle_expires_at',
      attributes: attributesOf('layout.session', session.attributes, session.columns),
    },
  }
  if (settled.user.table === settled.session.table) {
    refuse(`layout: users and sessions cannot share the table "${settled.user.table}"`)
  }
  checkName(dialect, nameOfIndex(settled.session.table, 'expiry'), settled.session.table)
  for (const { table, idType: _, attributes, ...own } of [
    settled.user,
    { idType: undefined, ...settled.session },
  ]) {
    if (dialect === 'sqlite' && table.includes('.')) {
      refuse(`layout: SQLite has no schema for the table "${table}"`)
    }
    for (const part of table.split('.')) checkName(dialect, part, table)
    const columns = attributes.columns
      ? attributes.columns.map(({ name }) => name)
      : [attributes.json]
    const taken = new Set<string>()
    for (const name of [...Object.values(own), ...columns]) {
      checkName(dialect, name, table)
      // PostgreSQL alone distinguishes quoted names by case.
      const folded = dialect === 'postgres' ? name : name.toLowerCase()
      if (taken.has(folded))
        refuse(`layout: the table "${table}" cannot have two columns "${name}"`)
      taken.add(folded)
    }
  }
  return settled
}

/** The name of an index of a table, without a schema: an index is in that of its table. */
export function nameOfIndex(table: string, index: 'user' | 'expiry'): string {
  return `${table.split('.').at(-1)}_${index}`
}

function attributesOf(
  option: string,
  json: string | undefined,
  columns: Readonly<Record<string, ColumnType | AttributeColumn>> | undefined,
): SettledAttributes {
  if (columns === undefined) return { json: json ?? 'attributes' }
  if (json !== undefined) {
    refuse(`${option} takes attributes (one JSON column) or columns (one for each), not both`)
  }
  checkOptions(`${option}.columns`, columns)
  return {
    columns: Object.entries(columns).map(([attribute, given]) => {
      const path = `${option}.columns[${JSON.stringify(attribute)}]`
      const column = typeof given === 'string' ? { type: given } : given
      checkOptions(path, column, ['type', 'name', 'optional'])
      const { type, name = attribute, optional = false }: AttributeColumn = column
      if (!TYPES.includes(type)) {
        refuse(`${path} must have one of the types ${TYPES.join(', ')} (got ${described(type)})`)
      }
      checkText(`${path}.name`, name)
      if (typeof optional !== 'boolean') {
        refuse(`${path}.optional must be true or false (got ${described(optional)})`)
      }
      return { attribute, name, type, optional }
    }),
  }
}

/** Checks that an option is an object, and that it has no option of another name. */
function checkOptions(option: string, given: unknown, names?: readonly string[]): void {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    refuse(`${option} must be an object (got ${described(given)})`)
  }
  const unknown = Object.keys(given).find((name) => names && !names.includes(name))
  if (unknown !== undefined) {
    refuse(`${option} has no option ${JSON.stringify(unknown)}: there are ${names!.join(', ')}`)
  }
}

/** Checks that all options of a table but `columns` are names. */
function checkTable(option: string, given: object, names: readonly string[]): void {
  checkOptions(option, given, names)
  for (const [name, value] of Object.entries(given)) {
    if (name !== 'columns' && value !== undefined) checkText(`${option}.${name}`, value)
  }
}

function checkText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') {
    refuse(`${option} must be a text that is not empty (got ${described(value)})`)
  }
}

function checkName(dialect: SqlDialect, name: string, table: string): void {
  const length = dialect === 'postgres' ? new TextEncoder().encode(name).length : name.length
  const works = name !== '' && !name.includes('\0') && length <= LONGEST[dialect]
  if (!works) refuse(`layout: "${name}" cannot be a name in ${dialect}, for the table "${table}"`)
}

function refuse(why: string): never {
  throw new AuthError('AUTH_CONFIG', why)
}
