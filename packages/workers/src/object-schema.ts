/** The tables of a Durable Object: those of the default layout in SQLite. */
import { tables } from '@limen/sql/sqlite'

/** The part of an object's storage that is used here. The type is structural: `ctx.storage` has it. */
interface ObjectStorage {
  readonly sql: { exec(statement: string): { toArray(): object[] } }
  transactionSync(work: () => void): void
}

/**
 * Creates the tables, and no index: one object has the sessions of one user, and an index would be
 * one more written row at each sign-in and renewal.
 */
export function createTables({ sql }: ObjectStorage): void {
  for (const table of tables) sql.exec(table)
}

/** The id of the user in this object; `null` where there is none, and so no table. */
export function readUserId(storage: ObjectStorage): string | null {
  const [table] = storage.sql
    .exec(`select sql from sqlite_schema where name = 'limen_session' limit 1`)
    .toArray() as { sql: string }[]
  if (!table) return null
  if (!/\buser_id\b/.test(table.sql)) storage.transactionSync(() => addUserId(storage))
  const [user] = storage.sql.exec('select id from limen_user').toArray() as { id: string }[]
  return user?.id ?? null
}

/** Before 0.1, sessions had no column for their user: the object had only one. */
function addUserId(storage: ObjectStorage): void {
  storage.sql.exec('alter table limen_session rename to limen_session_without_user')
  createTables(storage)
  storage.sql.exec(`
    insert into limen_session (
      id, user_id, secret_hash, created_at, active_expires_at, idle_expires_at, attributes
    )
    select
      s.id, u.id, s.secret_hash, s.created_at, s.active_expires_at, s.idle_expires_at, s.attributes
    from limen_session_without_user as s, limen_user as u
  `)
  storage.sql.exec('drop table limen_session_without_user')
}
