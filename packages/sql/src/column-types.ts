/** What the dialects call the types of columns. */
import type { SqlDialect } from './driver.ts'
import type { ColumnType } from './layout.ts'

/** What a dialect calls the types of columns, and how it keeps ids. */
interface ColumnTypes extends Readonly<Record<ColumnType, string>> {
  /** An id: compared byte by byte, at most 255 characters where the engine wants a limit. */
  readonly id: string
  /** The hash of a secret: 43 characters. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly time: string
  /** What stands behind a table's columns. */
  readonly table: string
}

const mysql: ColumnTypes = {
  id: 'varchar(255) character set utf8mb4 collate utf8mb4_0900_bin',
  hash: 'varchar(64) character set ascii collate ascii_bin',
  time: 'bigint',
  text: 'longtext character set utf8mb4',
  integer: 'bigint',
  real: 'double',
  boolean: 'boolean',
  json: 'json',
  table: ' engine = innodb',
}

/** The types of columns, by dialect. */
export const columnTypes: Readonly<Record<SqlDialect, ColumnTypes>> = {
  sqlite: {
    id: 'text',
    hash: 'text',
    time: 'integer',
    text: 'text',
    integer: 'integer',
    real: 'real',
    boolean: 'integer',
    json: 'text',
    table: ' strict, without rowid',
  },
  postgres: {
    id: 'text',
    hash: 'text',
    time: 'bigint',
    text: 'text',
    integer: 'bigint',
    real: 'double precision',
    boolean: 'boolean',
    json: 'jsonb',
    table: '',
  },
  mysql,
  // What MySQL calls 0900_bin: bytewise, and trailing spaces count.
  mariadb: { ...mysql, id: 'varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin' },
}
