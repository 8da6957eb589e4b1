/**
 * The tables of the default layout for Drizzle: to query sessions and users beside your own tables.
 *
 * @module
 */
export { mysqlTables } from './mysql.ts'
export type { MysqlSessionColumns, MysqlTables, MysqlUserColumns } from './mysql.ts'
export { pgTables } from './pg.ts'
export type { PgSessionColumns, PgTables, PgUserColumns } from './pg.ts'
export { sqliteTables } from './sqlite.ts'
export type { SqliteSessionColumns, SqliteTables, SqliteUserColumns } from './sqlite.ts'
