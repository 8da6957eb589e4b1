/** Opens the database of the app: SQLite. */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type SqlDriver, nodeSqlite } from '@limen/sql'

/** Opens a file, or `:memory:`. */
export async function openDatabase(path = 'data/app.db'): Promise<SqlDriver> {
  await mkdir(dirname(path), { recursive: true })
  const db = new DatabaseSync(path, { timeout: 5000 })
  db.exec('pragma journal_mode = wal')
  return nodeSqlite(db)
}
