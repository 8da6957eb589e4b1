/** The tables of each whole app, created before it is measured. */
import { DatabaseSync } from 'node:sqlite'
import { getMigrations } from 'better-auth/db/migration'
import { migrate, migrations, pg } from '@limen/sql'
import type { Pool } from 'pg'
import { optionsOf } from './better-auth/app.ts'
import { schema as byHand } from './by-hand/app.ts'
import { layout, schema as users } from './limen/app.ts'

/** The statements for D1. */
export async function d1Statements(folder: string): Promise<readonly string[]> {
  if (folder === 'limen') return [users, ...migrations('sqlite', layout)]
  if (folder === 'by-hand') return [byHand.users, byHand.sessions('blob')]
  const { compileMigrations } = await getMigrations(optionsOf(new DatabaseSync(':memory:')))
  return (await compileMigrations()).split(';').filter((sql) => sql.trim())
}

/** Creates the tables in PostgreSQL. */
export async function createTables(folder: string, pool: Pool): Promise<void> {
  if (folder === 'limen') {
    await pool.query(users)
    await migrate(pg(pool), layout)
  } else if (folder === 'by-hand') {
    await pool.query(`${byHand.users}; ${byHand.sessions('bytea')}`)
  } else await (await getMigrations(optionsOf(pool))).runMigrations()
}
