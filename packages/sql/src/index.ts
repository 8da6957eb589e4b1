/**
 * Sessions and users in SQLite, PostgreSQL, MySQL and MariaDB.
 *
 * @module
 */
export { sqlStore } from './sql-store.ts'
export { sqlTicketStore } from './sql-ticket-store.ts'
export { migrate } from './migrate.ts'
export { migrations } from './migrations.ts'
export type {
  AttributeColumn,
  AttributeColumns,
  ColumnType,
  ColumnTypeOf,
  OptionalColumn,
  RequiredColumn,
  SessionLayout,
  SqlLayout,
  TicketLayout,
  UserLayout,
} from './layout.ts'
export type { MysqlDialect, SqlDialect } from './dialects/index.ts'
export type { SqlDriver, SqlResult, SqlRow, SqlStatement, SqlValue } from './driver.ts'
export { betterSqlite3 } from './better-sqlite3.ts'
export { d1 } from './d1.ts'
export type { D1, D1Answer, D1Connection, D1Statement, D1WithBatch } from './d1-binding.ts'
export { durableObjectSql } from './durable-object-sql.ts'
export type { DurableObjectSql } from './durable-object-sql.ts'
export { libsql } from './libsql.ts'
export type { Libsql, LibsqlAnswer, LibsqlStatement } from './libsql.ts'
export { mysql2 } from './mysql2.ts'
export type { Mysql2, Mysql2Connection } from './mysql2.ts'
export { neon } from './neon.ts'
export type { Neon } from './neon.ts'
export { nodeSqlite } from './node-sqlite.ts'
export type { SyncSqlite, SyncSqliteStatement } from './node-sqlite.ts'
export { pg } from './pg.ts'
export type { Pg, PgAnswer, PgOptions, PgStatement } from './pg.ts'
export { pglite } from './pglite.ts'
export type { Pglite, PgliteAnswer } from './pglite.ts'
export { postgresJs } from './postgres-js.ts'
export type { PostgresJs } from './postgres-js.ts'
