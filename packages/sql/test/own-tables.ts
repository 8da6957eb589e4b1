/** An app's own user table, and a layout with a column for each attribute. */
import type { CaseSession, CaseUser } from '@limen/conformance'
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

/** Makes the app's table, which has columns that Limen knows nothing of. */
export const ownTable: Readonly<Record<SqlDialect, string>> = {
  sqlite: `create table "order" (
    number integer primary key,
    "key" text not null unique,
    "full ""name""" text not null,
    note text,
    settings text,
    role text not null default 'reader'
  )`,
  postgres: `create table "order" (
    number bigint generated always as identity primary key,
    "key" text not null unique,
    "full ""name""" text not null,
    note json,
    settings jsonb,
    role text not null default 'reader'
  )`,
  mysql: mysqlTable('utf8mb4_0900_bin'),
  mariadb: mysqlTable('utf8mb4_nopad_bin'),
}

/** What a typed column cannot do, by the names of the conformance cases. */
export const knownExceptionsOfColumns = {
  'keeps attributes whatever their names are': 'each attribute has a column',
  'merges forty attributes at once': 'each attribute has a column',
}

function mysqlTable(collation: string): string {
  return `create table \`order\` (
    number bigint auto_increment primary key,
    \`key\` varchar(255) character set utf8mb4 collate ${collation} not null unique,
    \`full "name"\` varchar(255) character set utf8mb4 collate ${collation} not null,
    note json,
    settings json,
    role varchar(20) not null default 'reader'
  ) character set utf8mb4`
}
