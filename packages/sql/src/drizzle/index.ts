/**
 * The tables for Drizzle: to query sessions and users beside your own tables, and for `drizzle-kit`.
 *
 * @module
 */
export { mysqlSessionTable, mysqlTables } from './mysql.ts'
export type {
  MysqlOwnSessionColumns,
  MysqlSessionColumns,
  MysqlSessionTable,
  MysqlTables,
  MysqlUserColumns,
} from './mysql.ts'
export { pgSessionTable, pgTables } from './pg.ts'
export type {
  PgOwnSessionColumns,
  PgSessionColumns,
  PgSessionTable,
  PgTables,
  PgUserColumns,
} from './pg.ts'
export { sqliteSessionTable, sqliteTables } from './sqlite.ts'
export type {
  SqliteOwnSessionColumns,
  SqliteSessionColumns,
  SqliteSessionTable,
  SqliteTables,
  SqliteUserColumns,
} from './sqlite.ts'
