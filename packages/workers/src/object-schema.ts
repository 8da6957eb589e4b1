/** The tables of a Durable Object: those of the default layout in SQLite. */
import { tables } from '@limen/sql/sqlite'

/** The part of an object's storage that is used here. The type is structural: `ctx.storage` has it. */
interface ObjectStorage {
  readonly sql: { exec(statement: string): { toArray(): object[] } }
}

/**
 * Creates the tables, and no index: one object has the sessions of one user, and an index would be
 * one more written row at each sign-in and renewal.
 */
export function createTables({ sql }: ObjectStorage): void {
  for (const table of tables) sql.exec(table)
}

/** The id of the user in this object; `null` where there is none, and so no table. */
export function readUserId({ sql }: ObjectStorage): string | null {
  const found = sql.exec(`select 1 from sqlite_schema where name = 'limen_user' limit 1`).toArray()
  if (found.length === 0) return null
  const [user] = sql.exec('select id from limen_user').toArray() as { id: string }[]
  return user?.id ?? null
}
