/** Where sessions and users are kept: the names of tables and columns, and how attributes are kept. */
import { AuthError } from '@limen/core'
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
  readonly name?: string
  /**
   * What SQL's `NULL` means: that the attribute was left out (`true`), or the value `null`
   * (`false`, the default). A column has but one `NULL`: of an attribute that may be either, only a
   * `json` column keeps the difference, as JSON has a `null` of its own.
   */
  readonly optional?: boolean
}

/** {@link AttributeColumn}, for an attribute whose type does not know `null`: it must say `optional: true`. */
export type OptionalColumn<Type extends ColumnType> = AttributeColumn<Type> & {
  readonly optional: true
}

/** {@link AttributeColumn}, for an attribute that is always there. */
export type RequiredColumn<Type extends ColumnType> =
  | Type
  | (AttributeColumn<Type> & { readonly optional?: false })

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
  readonly table?: string
  /** The column of the id, which must be unique. Default: `id`. */
  readonly id?: string
  /**
   * The SQL type of the id, as a `create table` takes it: the session table's column for it gets the
   * same. Default: `text`, in MySQL and MariaDB 255 characters that compare bytewise. With a type
   * such as `uuid`, give `createUser` a `userId`, as the engine writes it. An id in any other
   * writing (`'01'` for `'1'`) is nobody's: a call finds no user or rejects, and `createUser` rejects
   * with `AUTH_CONFIG` where the type is an integer or `uuid`.
   */
  readonly idType?: string
  /** The column that keeps all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string
  /** A column for each attribute instead. The table is then your own: no migration makes it. */
  readonly columns?: AttributeColumns<UserAttributes>
}

/** Where sessions are kept. A dot in the table's name parts a schema from it. */
export interface SessionLayout<SessionAttributes = object> {
  /** The table. Default: `limen_session`. */
  readonly table?: string
  /** The column of the public id. Default: `id`. */
  readonly id?: string
  /** The column of the user's id. Default: `user_id`. */
  readonly userId?: string
  /** The column of the secret's hash. Default: `secret_hash`. */
  readonly secretHash?: string
  /** The column of the time of creation. Default: `created_at`. */
  readonly createdAt?: string
  /** The column of the end of the active period. Default: `active_expires_at`. */
  readonly activePeriodExpiresAt?: string
  /** The column of the end of the idle period. Default: `idle_expires_at`. */
  readonly idlePeriodExpiresAt?: string
  /** The column that keeps all attributes as one JSON object. Default: `attributes`. */
  readonly attributes?: string
  /** A column for each attribute instead. */
  readonly columns?: AttributeColumns<SessionAttributes>
}

/** Names and columns that differ from the defaults. */
export interface SqlLayout<UserAttributes = object, SessionAttributes = object> {
  /** Where users are kept. */
  readonly user?: UserLayout<UserAttributes>
  /** Where sessions are kept. */
  readonly session?: SessionLayout<SessionAttributes>
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

/**
 * Fills in the defaults.
 *
 * @throws {AuthError} `AUTH_CONFIG` when the layout could never work in that dialect.
 */
export function settle<UserAttributes, SessionAttributes>(
  dialect: SqlDialect,
  { user = {}, session = {} }: SqlLayout<UserAttributes, SessionAttributes> = {},
): SettledLayout {
  const settled: SettledLayout = {
    user: {
      table: user.table ?? 'limen_user',
      id: user.id ?? 'id',
      idType: user.idType,
      attributes: attributesOf(user.attributes, user.columns),
    },
    session: {
      table: session.table ?? 'limen_session',
      id: session.id ?? 'id',
      userId: session.userId ?? 'user_id',
      secretHash: session.secretHash ?? 'secret_hash',
      createdAt: session.createdAt ?? 'created_at',
      activePeriodExpiresAt: session.activePeriodExpiresAt ?? 'active_expires_at',
      idlePeriodExpiresAt: session.idlePeriodExpiresAt ?? 'idle_expires_at',
      attributes: attributesOf(session.attributes, session.columns),
    },
  }
  if (settled.user.table === settled.session.table) {
    refuse(`users and sessions cannot share the table "${settled.user.table}"`)
  }
  checkName(dialect, nameOfIndex(settled.session.table, 'expiry'), settled.session.table)
  for (const { table, idType: _, attributes, ...own } of [
    settled.user,
    { idType: undefined, ...settled.session },
  ]) {
    if (dialect === 'sqlite' && table.includes('.')) refuse(`SQLite has no schema for "${table}"`)
    for (const part of table.split('.')) checkName(dialect, part, table)
    const columns = attributes.columns
      ? attributes.columns.map(({ name }) => name)
      : [attributes.json]
    const taken = new Set<string>()
    for (const name of [...Object.values(own), ...columns]) {
      checkName(dialect, name, table)
      // PostgreSQL alone tells quoted names apart by case.
      const folded = dialect === 'postgres' ? name : name.toLowerCase()
      if (taken.has(folded)) refuse(`"${table}" cannot have two columns "${name}"`)
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
  json: string | undefined,
  columns: Readonly<Record<string, ColumnType | AttributeColumn>> | undefined,
): SettledAttributes {
  if (!columns) return { json: json ?? 'attributes' }
  if (json !== undefined) refuse(`attributes cannot have "${json}" and columns of their own`)
  return {
    columns: Object.entries(columns).map(([attribute, given]) => {
      const {
        type,
        name = attribute,
        optional = false,
      } = typeof given === 'string' ? { type: given } : given
      if (!TYPES.includes(type)) refuse(`the column "${name}" cannot have the type "${type}"`)
      return { attribute, name, type, optional }
    }),
  }
}

function checkName(dialect: SqlDialect, name: string, table: string): void {
  const length = dialect === 'postgres' ? new TextEncoder().encode(name).length : name.length
  const works = name !== '' && !name.includes('\0') && length <= LONGEST[dialect]
  if (!works) refuse(`"${name}" in the layout of "${table}" cannot be a name in ${dialect}`)
}

/** Refuses a layout, or attributes that do not fit it. */
export function refuse(why: string): never {
  throw new AuthError('AUTH_CONFIG', why)
}
