/** MariaDB, which differs from MySQL in three points. */
import type { Dialect } from './dialect.ts'
import { type MysqlClients, mysql } from './mysql/index.ts'

export const mariadb: Dialect = {
  ...mysql,
  title: 'MariaDB',
  statements: { ...mysql.statements, returning: true, deleteReturning: true },
  schema: {
    ...mysql.schema,
    types: {
      ...mysql.schema.types,
      // What MySQL calls 0900_bin: bytewise, and spaces at the end count.
      id: 'varchar(255) character set utf8mb4 collate utf8mb4_nopad_bin',
    },
  },
}

/** What clients return by default. */
export type MariadbClients = MysqlClients
