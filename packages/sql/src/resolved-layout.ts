/** A layout with its defaults filled in, and the checks that it can work. */
import { AuthError } from '@limen/core'
import {
  BOOLEAN,
  type OptionRule,
  checkOption,
  checkOptions,
  isObject,
  kindOf,
  shown,
} from '@limen/core/store-kit'
import { type SqlDialect, dialects } from './dialects/index.ts'
import type { AttributeColumn, ColumnType, SqlLayout } from './layout.ts'

/** The column of an attribute. */
export interface ResolvedColumn {
  readonly attribute: string
  readonly name: string
  readonly type: ColumnType
  readonly optional: boolean
}

/** How attributes are stored: in one JSON column, or in a column for each. */
export type ResolvedAttributes =
  | { readonly json: string; readonly columns?: undefined }
  | { readonly columns: readonly ResolvedColumn[] }

/** {@link SqlLayout} with all names, as the app wrote them: without quotes. */
export interface ResolvedLayout {
  readonly user: {
    readonly table: string
    readonly id: string
    readonly idType: string | undefined
    readonly attributes: ResolvedAttributes
  }
  readonly session: {
    readonly table: string
    readonly id: string
    readonly userId: string
    readonly secretHash: string
    readonly createdAt: string
    readonly activePeriodExpiresAt: string
    readonly idlePeriodExpiresAt: string
    readonly attributes: ResolvedAttributes
  }
  readonly ticket: { readonly table: string }
}

const USER_DEFAULTS = { table: 'limen_user', id: 'id' }
const SESSION_DEFAULTS = {
  table: 'limen_session',
  id: 'id',
  userId: 'user_id',
  secretHash: 'secret_hash',
  createdAt: 'created_at',
  activePeriodExpiresAt: 'active_expires_at',
  idlePeriodExpiresAt: 'idle_expires_at',
}
const TICKET_DEFAULTS = { table: 'limen_ticket' }
const ATTRIBUTES = 'attributes'

const TYPES: readonly ColumnType[] = ['text', 'integer', 'real', 'boolean', 'json']
const A_TYPE = `one of ${TYPES.join(', ')}`

const NAME: OptionRule = [
  (value) => typeof value === 'string' && value !== '',
  'a text that is not empty',
]
const COLUMNS: OptionRule = [isObject, 'an object with a column for each attribute']
const TYPE: OptionRule = [(value) => TYPES.includes(value as ColumnType), A_TYPE]
const namesOf = (options: readonly string[]) =>
  Object.fromEntries(options.map((option) => [option, NAME]))
const USER_RULES = {
  ...namesOf([...Object.keys(USER_DEFAULTS), 'idType', 'attributes']),
  columns: COLUMNS,
}
const SESSION_RULES = {
  ...namesOf([...Object.keys(SESSION_DEFAULTS), 'attributes']),
  columns: COLUMNS,
}
const TICKET_RULES = namesOf(Object.keys(TICKET_DEFAULTS))
const TABLE: OptionRule = [isObject, 'an object']

/**
 * Whether a table and its column of user ids are those of the default layout, which compare ids byte
 * by byte. The app can have created any other table, with any type and collation.
 */
export function comparesBytes(
  { user, session }: ResolvedLayout,
  column: 'user' | 'session',
): boolean {
  const isDefaultUser =
    user.table === USER_DEFAULTS.table &&
    user.id === USER_DEFAULTS.id &&
    user.idType === undefined &&
    !user.attributes.columns
  if (column === 'user') return isDefaultUser
  return (
    isDefaultUser &&
    session.table === SESSION_DEFAULTS.table &&
    session.userId === SESSION_DEFAULTS.userId
  )
}

/** All names of the default layout. */
export const DEFAULT_NAMES: ReadonlySet<string> = new Set([
  ...Object.values(USER_DEFAULTS),
  ...Object.values(SESSION_DEFAULTS),
  ...Object.values(TICKET_DEFAULTS),
  ATTRIBUTES,
  nameOfIndex(TICKET_DEFAULTS.table, 'expiry'),
  nameOfIndex(SESSION_DEFAULTS.table, 'user'),
  nameOfIndex(SESSION_DEFAULTS.table, 'expiry'),
])

/** The name of an index of a table, without a schema: an index is in that of its table. */
export function nameOfIndex(table: string, index: 'user' | 'expiry'): string {
  return `${table.split('.').at(-1)}_${index}`
}

/**
 * Fills in the defaults.
 *
 * @throws {AuthError} `AUTH_CONFIG` when the layout can never work in that dialect.
 */
export function resolvedLayout<UserAttributes, SessionAttributes>(
  dialect: SqlDialect,
  layout: SqlLayout<UserAttributes, SessionAttributes> = {},
): ResolvedLayout {
  checkOption(isObject(layout), 'layout', 'an object', kindOf(layout))
  const tables = checkOptions('layout.', layout, { user: TABLE, session: TABLE, ticket: TABLE })
  const user = checkOptions('layout.user.', tables.user ?? {}, USER_RULES)
  const session = checkOptions('layout.session.', tables.session ?? {}, SESSION_RULES)
  const ticket = checkOptions('layout.ticket.', tables.ticket ?? {}, TICKET_RULES)
  const resolved: ResolvedLayout = {
    user: {
      ...withDefaults(USER_DEFAULTS, user),
      idType: user.idType,
      attributes: resolvedAttributes('layout.user', user.attributes, user.columns),
    },
    session: {
      ...withDefaults(SESSION_DEFAULTS, session),
      attributes: resolvedAttributes('layout.session', session.attributes, session.columns),
    },
    ticket: withDefaults(TICKET_DEFAULTS, ticket),
  }
  checkNames(dialect, resolved)
  return resolved
}

function withDefaults<Defaults extends Readonly<Record<string, string>>>(
  defaults: Defaults,
  given: { readonly [Name in keyof Defaults]?: string | undefined },
): Defaults {
  const names = Object.entries(defaults).map(([option, name]) => [option, given[option] ?? name])
  return Object.fromEntries(names) as Defaults
}

/** How the attributes of a table are stored. */
export function resolvedAttributes(
  option: string,
  json: string | undefined,
  columns: Readonly<Record<string, ColumnType | AttributeColumn>> | undefined,
): ResolvedAttributes {
  if (columns === undefined) return { json: json ?? ATTRIBUTES }
  if (json !== undefined) {
    refuse(`${option} takes attributes (one JSON column) or columns (one for each), not both`)
  }
  return {
    columns: Object.entries(columns).map(([attribute, given]) =>
      resolvedColumn(`${option}.columns[${JSON.stringify(attribute)}]`, attribute, given),
    ),
  }
}

function resolvedColumn(
  path: string,
  attribute: string,
  given: ColumnType | AttributeColumn,
): ResolvedColumn {
  const written: AttributeColumn = typeof given === 'string' ? { type: given } : given
  checkOption(isObject(written), path, `${A_TYPE}, or an object`, shown(written))
  const rules = { type: TYPE, name: NAME, optional: BOOLEAN }
  const { type, name = attribute, optional = false } = checkOptions(`${path}.`, written, rules)
  checkOption(type !== undefined, `${path}.type`, A_TYPE, 'undefined')
  return { attribute, name, type, optional }
}

/** Checks that the engine takes each name, and that no two tables or columns share one. */
function checkNames(dialect: SqlDialect, { user, session, ticket }: ResolvedLayout): void {
  const { title, names } = dialects[dialect]
  for (const [one, other, kinds] of [
    [user, session, 'users and sessions'],
    [user, ticket, 'users and tickets'],
    [session, ticket, 'sessions and tickets'],
  ] as const) {
    if (one.table === other.table) refuse(`layout: ${kinds} cannot share the table "${one.table}"`)
  }
  const checkName = (name: string, table: string) => {
    if (name === '' || name.includes('\0') || !names.fits(name)) {
      refuse(`layout: "${name}" cannot be a name in ${title}, for the table "${table}"`)
    }
  }
  for (const { table } of [session, ticket]) checkName(nameOfIndex(table, 'expiry'), table)
  for (const { table } of [user, session, ticket]) {
    if (table.includes('.') && !names.hasSchemas) {
      refuse(`layout: ${title} has no schema for the table "${table}"`)
    }
    for (const part of table.split('.')) checkName(part, table)
  }
  const { idType: _, ...userNames } = user
  for (const { table, attributes, ...own } of [userNames, session]) {
    const columns = attributes.columns
      ? attributes.columns.map(({ name }) => name)
      : [attributes.json]
    const taken = new Set<string>()
    for (const name of [...Object.values(own), ...columns]) {
      checkName(name, table)
      const folded = names.folded(name)
      if (taken.has(folded)) {
        refuse(`layout: the table "${table}" cannot have two columns "${name}"`)
      }
      taken.add(folded)
    }
  }
}

function refuse(why: string): never {
  throw new AuthError('AUTH_CONFIG', why)
}
