/** The contract of a SQL dialect. */
import type { SqlValue } from '../driver.ts'
import type { ColumnType } from '../layout.ts'
import type { Sql } from '../sql.ts'

/** The SQL types of columns. */
export interface ColumnTypes extends Readonly<Record<ColumnType, string>> {
  /** An id: compared byte by byte, at most 255 characters where the engine needs a limit. */
  readonly id: string
  /** The hash of a secret: 43 characters. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly time: string
}

/** Names of tables and columns. */
interface Names {
  /** Quotes one name. */
  readonly quoted: (name: string) => string
  /** Whether the engine takes a name of that length. */
  readonly fits: (name: string) => boolean
  /** A column's name, equal for those that the engine takes for one. */
  readonly folded: (name: string) => string
  /** Whether a table can be in a schema. */
  readonly hasSchemas: boolean
}

/** How columns are read and written. They are given columns whose names are quoted. */
export interface Columns {
  /** An id as text. `isLimens`: the type of the column is Limen's own; otherwise it can be any. */
  readonly id: (column: string, isLimens: boolean) => string
  /** A time as a number or as text: the same in every run of a statement. */
  readonly time: (column: string) => string
  /** The text of a JSON expression, which no client parses by itself. */
  readonly json: (expression: string) => string
  /** A column of each type as text: the client could round a number. */
  readonly read: Readonly<Record<ColumnType, (column: string) => string>>
  /** A bound value for a column of each type, whatever type the client sends. */
  readonly write: Readonly<Record<ColumnType, (given: string | number) => Sql>>
  /** Whether the id in a column is exactly that text: a column can take `01` for 1, or `ADA` for `ada`. */
  readonly isText: (column: Sql, id: Sql) => Sql
  /** The function that makes a JSON array of its arguments. */
  readonly array: string
  /** How many levels of nested JSON the engine's functions take. */
  readonly deepest: number
  /** A JSON object without the keys named, and with those of `added`, which is JSON. */
  readonly merged: (column: string, names: readonly string[], added: string) => Sql
  /** The size of every integer type, in bits; absent where the type's name determines it. */
  readonly integerBits?: number | undefined
}

/** Statements, and parts of them, that the engines write differently. */
export interface Statements {
  /** The function that returns the larger of two numbers. */
  readonly larger: string
  /** Ends the condition of a query, so that no cache between the app and the engine answers it. */
  readonly uncached: string
  /** Prevents that a row which was read is deleted before the statement ends. */
  readonly lock: string
  /** Whether an insert can return what it found. */
  readonly returning: boolean
  /** Whether a delete can return what it deleted. */
  readonly deleteReturning: boolean
  /** Whether an update can return what it changed. */
  readonly updateReturning: boolean
  /** Locks what a `select` of the user `u` returns, and the session `s` if it has one; undefined where one writer is at a time. */
  readonly lockFirst?: { readonly user: string; readonly withSession: string } | undefined
  /** Deletes the session with the key `replaced`, if there is one with the key `stored`. */
  readonly deleteReplaced: (table: Sql, key: Sql, replaced: Sql, stored: Sql) => Sql
  /**
   * Deletes the sessions that `newestFirst` selects, except the first of them, if there is one with
   * the key `stored`. `newestFirst` selects only keys.
   */
  readonly deleteOldest: (table: Sql, key: Sql, newestFirst: Sql, kept: number, stored: Sql) => Sql
  /** Makes an insert do nothing where the id is taken, and only there; empty where it must fail. */
  readonly unlessTaken: (id: string) => string
  /** The condition for at most `limit` rows whose deadline has passed. */
  readonly expired: (table: string, id: string, deadline: string, now: number, limit: number) => Sql
  /** Whether the limit is part of that condition's text, so that there are many texts. */
  readonly limitIsText: boolean
}

/** How tables and indexes are created. */
export interface Schema {
  /** The SQL types of columns. */
  readonly types: ColumnTypes
  /** What follows a table's columns. */
  readonly tableOptions: string
  /** The check of a column with JSON, where its type does not check it. */
  readonly jsonCheck: (column: string) => string
  /** Whether indexes and references are declared after the columns of `create table`. */
  readonly keysInTable: boolean
  /** Begins a migration's transaction where two at once would fail: they take turns. */
  readonly takeTurns?: string | undefined
  /** A query for whether a table and an index on it exist, as columns of one row. */
  readonly exists: (table: string, index?: string) => Sql
}

/** What a client rejected with, as far as the dialects read it. */
export interface EngineError {
  readonly message: string
  readonly code?: unknown
  readonly errno?: unknown
  readonly errcode?: unknown
  readonly sqlState?: unknown
}

/** What the engine's errors mean. */
export interface Failures {
  /** Whether the engine will fail the same call again. */
  readonly isRejection: (error: EngineError) => boolean
  /** Whether a table is missing. */
  readonly isMissingTable: (error: EngineError) => boolean
  /** Whether the engine rolled a transaction back to resolve a deadlock: it can run again. */
  readonly isDeadlock?: ((error: EngineError) => boolean) | undefined
  /** Whether a unique column has the value already. Needed only where `unlessTaken` is empty. */
  readonly isDuplicate?: ((error: EngineError) => boolean) | undefined
  /** What to do about an error, as a sentence without its full stop. */
  readonly advice?: ((error: EngineError) => string | undefined) | undefined
}

/** One SQL dialect. */
export interface Dialect {
  /** Its name in messages. */
  readonly title: string
  readonly names: Names
  readonly columns: Columns
  readonly statements: Statements
  readonly schema: Schema
  readonly failures: Failures
  /** The placeholder of a value, counted from 1. */
  readonly placeholder: (position: number) => string
  /**
   * Packs the values of a statement that has more than the engine takes; undefined where none has.
   *
   * @param texts The texts around the values: one more than there are values.
   */
  readonly packed?:
    | ((
        texts: readonly string[],
        values: readonly SqlValue[],
      ) => { readonly text: string; readonly values: readonly SqlValue[] } | undefined)
    | undefined
}

/** What the clients of a dialect return by default. */
export interface ReturnedTypes {
  /** For a time: a number, or the digits of a 64-bit integer as text. */
  readonly time: 'number' | 'text'
  /** For attributes: JSON text, or the parsed value. */
  readonly json: 'text' | 'parsed'
}
