/** How times and hashes are stored in the tables of Lucia, and how each is read and written. */
import type { SqlDialect } from '@limen/sql'
import { type Sql, raw, sql, value } from '@limen/sql/sql-kit'

/**
 * How a time is stored: as a number of `seconds` or `milliseconds`, or in a type of the engine.
 * `timestamptz` and `timestamp` (read as UTC) are PostgreSQL's, `datetime` (read as UTC) is MySQL's, and
 * `iso8601` is text in SQLite.
 */
export type TimeType =
  | 'seconds'
  | 'milliseconds'
  | 'timestamptz'
  | 'timestamp'
  | 'datetime'
  | 'iso8601'

/** A type in one dialect. Times outside of the database are milliseconds since the epoch. */
export interface StoredTime {
  /** The time in a column, as a number. */
  readonly read: (column: string) => string
  /** A time, as the column stores it. */
  readonly write: (ms: number) => Sql
}

const MILLISECONDS: StoredTime = { read: (column) => column, write: (ms) => sql`${value(ms)}` }

const SECONDS: StoredTime = {
  read: (column) => `${column} * 1000`,
  write: (ms) => sql`${value(Math.floor(ms / 1000))}`,
}

/** PostgreSQL multiplies an `integer` within 32 bits. */
const POSTGRES_SECONDS: StoredTime = { ...SECONDS, read: (column) => `${column}::bigint * 1000` }

/** Without a time zone, `extract` takes the time as UTC. */
const epochOf = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`
const timestamptz = (ms: number): Sql => sql`to_timestamp(${value(ms)}::double precision / 1000)`

const TIMES: Readonly<
  Record<'sqlite' | 'postgres' | 'mysql', Partial<Record<TimeType, StoredTime>>>
> = {
  sqlite: {
    seconds: SECONDS,
    milliseconds: MILLISECONDS,
    iso8601: {
      read: (column) => `cast(round((julianday(${column}) - 2440587.5) * 86400000) as integer)`,
      write: (ms) => sql`${value(new Date(ms).toISOString().replace('Z', '+00:00'))}`,
    },
  },
  postgres: {
    seconds: POSTGRES_SECONDS,
    milliseconds: MILLISECONDS,
    timestamptz: { read: epochOf, write: timestamptz },
    timestamp: { read: epochOf, write: (ms) => sql`${timestamptz(ms)} at time zone 'UTC'` },
  },
  mysql: {
    seconds: SECONDS,
    milliseconds: MILLISECONDS,
    datetime: {
      // Unlike unix_timestamp(), it does not depend on the time zone of the connection.
      read: (column) => `timestampdiff(microsecond, '1970-01-01', ${column}) div 1000`,
      write: (ms) => sql`${value(new Date(ms).toISOString().slice(0, -1).replace('T', ' '))}`,
    },
  },
}

/** What version 3 wrote by default. */
export const V3_TIMES: Readonly<Record<SqlDialect, TimeType>> = {
  sqlite: 'seconds',
  postgres: 'timestamptz',
  mysql: 'datetime',
  mariadb: 'datetime',
}

/** What version 2 wrote. */
export const V2_TIMES: Readonly<Record<SqlDialect, TimeType>> = {
  sqlite: 'milliseconds',
  postgres: 'milliseconds',
  mysql: 'milliseconds',
  mariadb: 'milliseconds',
}

/** The types of a dialect. */
export function timesIn(dialect: SqlDialect): Readonly<Partial<Record<TimeType, StoredTime>>> {
  return TIMES[dialect === 'mariadb' ? 'mysql' : dialect]
}

/** The later of the time in a column and another. */
export function laterTime(column: string, ms: number, { read, write }: StoredTime): Sql {
  return sql`case when ${raw(read(column))} < ${value(ms)} then ${write(ms)} else ${raw(column)} end`
}

/** A time that is later than the one in its column. It is read only. */
export function laterBy(time: StoredTime, ms: number): StoredTime {
  return { ...time, read: (column) => `(${time.read(column)} + ${Math.trunc(ms)})` }
}

/** Bytes in a column, as hexadecimal digits in lower case. */
export function hexIn(dialect: SqlDialect): (column: string) => string {
  return (column) => (dialect === 'postgres' ? `encode(${column}, 'hex')` : `lower(hex(${column}))`)
}
