/**
 * The tables for Drizzle: to query sessions and users beside your own tables, and for `drizzle-kit`.
 *
 * @module
 */
export { mysqlSessionTable, mysqlTables, mysqlTicketTable } from './mysql.ts'
export type {
  MysqlOwnSessionColumns,
  MysqlSessionColumns,
  MysqlSessionTable,
  MysqlTables,
  MysqlTicketColumns,
  MysqlTicketTable,
  MysqlUserColumns,
} from './mysql.ts'
export { pgSessionTable, pgTables, pgTicketTable } from './pg.ts'
export type {
  PgOwnSessionColumns,
  PgSessionColumns,
  PgSessionTable,
  PgTables,
  PgTicketColumns,
  PgTicketTable,
  PgUserColumns,
} from './pg.ts'
export { sqliteSessionTable, sqliteTables, sqliteTicketTable } from './sqlite.ts'
export type {
  SqliteOwnSessionColumns,
  SqliteSessionColumns,
  SqliteSessionTable,
  SqliteTables,
  SqliteTicketColumns,
  SqliteTicketTable,
  SqliteUserColumns,
} from './sqlite.ts'
