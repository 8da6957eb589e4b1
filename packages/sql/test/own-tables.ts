/** An app's own user table, and a layout with a column for each attribute. */
import type { CaseSession, CaseUser } from '@limen/conformance'
import { dialects } from '../src/dialects/index.ts'
import type { SqlDialect, SqlLayout } from '../src/index.ts'

/** The layout over the app's own table, whose names need quotes. */
export const ownLayout: SqlLayout<CaseUser, CaseSession> = {
  user: {
    table: 'order',
    id: 'key',
    columns: {
      name: { type: 'text', name: 'full "name"' },
      note: { type: 'json', optional: true },
      settings: { type: 'json', optional: true },
    },
  },
  session: {
    table: 'app_session',
    userId: 'group',
    columns: { device: 'text', seen: { type: 'json', optional: true } },
  },
}

/** The layout over a table whose ids can have any collation, with all attributes in a JSON column. */
export const jsonLayout: SqlLayout<CaseUser, CaseSession> = {
  user: { table: 'json_user', attributes: 'meta' },
  session: { table: 'json_session' },
}

/** Creates the app's table, which has a column that the layout does not name. */
export function ownTable(dialect: SqlDialect): string {
  const { names, schema } = dialects[dialect]
  const [key, name] = [names.quoted('key'), names.quoted('full "name"')]
  const { id, json } = schema.types
  return `create table ${names.quoted('order')} (
    ${key} ${id} not null unique,
    ${name} ${id} not null,
    note json,
    settings ${json},
    role varchar(20) not null default 'reader'
  )`
}

/** Known exceptions of typed columns, by the names of the conformance cases. */
export const knownExceptionsOfColumns = {
  'stores attributes of any name': 'each attribute has a column',
  'merges forty attributes at once': 'each attribute has a column',
}
