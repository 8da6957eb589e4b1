/** The list of all dialects: the only one. */
import type { Dialect, ReturnedTypes } from './dialect.ts'
import { type MariadbClients, mariadb } from './mariadb.ts'
import { type MysqlClients, mysql } from './mysql/index.ts'
import { type PostgresClients, postgres } from './postgres/index.ts'
import { type SqliteClients, sqlite } from './sqlite/index.ts'

/** The dialects that the store supports. */
export type SqlDialect = 'sqlite' | 'postgres' | 'mysql' | 'mariadb'

/** The dialects, by name. */
export const dialects: Readonly<Record<SqlDialect, Dialect>> = {
  sqlite,
  postgres,
  mysql,
  mariadb,
}

/** What the clients of each dialect return, for the types of other libraries. */
export interface ClientTypes extends Record<SqlDialect, ReturnedTypes> {
  readonly sqlite: SqliteClients
  readonly postgres: PostgresClients
  readonly mysql: MysqlClients
  readonly mariadb: MariadbClients
}

/** The names of all dialects. */
export const dialectNames: readonly SqlDialect[] = Object.keys(dialects) as SqlDialect[]

/** The dialects that mysql2 connects to. */
export type MysqlDialect = 'mysql' | 'mariadb'

/** The names of those dialects. */
export const MYSQL_DIALECTS: readonly MysqlDialect[] = ['mysql', 'mariadb']
