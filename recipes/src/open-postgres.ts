/** Opens the database of the app: PostgreSQL. */
import { type SqlDriver, pg, pglite } from '@limen/sql'
import { Pool } from 'pg'

/**
 * Opens it.
 *
 * @param url `postgres://…`. For local work, `pglite:` and a folder: PostgreSQL inside this process.
 */
export async function openDatabase(url: string | undefined): Promise<SqlDriver> {
  if (!url) throw new Error('DATABASE_URL must be a URL, such as postgres://user@localhost/app')
  if (!url.startsWith('pglite:')) {
    const pool = new Pool({ connectionString: url })
    // Without a listener, the process exits when the server closes an idle connection.
    pool.on('error', (error) => console.error(error.message))
    return pg(pool)
  }
  const { PGlite } = await import('@electric-sql/pglite')
  return pglite(await PGlite.create(url.slice('pglite:'.length)))
}
