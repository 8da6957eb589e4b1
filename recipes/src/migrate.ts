/** Runs the migrations that the database does not have yet. */
import { readFile, readdir } from 'node:fs/promises'
import { type SqlDriver, migrate } from '@limen/sql'
import { layout } from './accounts-sql.ts'

/**
 * Runs the files of a folder, each once and in the order of their names, then creates the tables of Limen.
 * A file and the note that it ran are one transaction.
 */
export async function runMigrations(driver: SqlDriver, folder: URL): Promise<void> {
  await driver.batch(['create table if not exists migrations (name text primary key)'])
  const applied = await driver.query('select name from migrations', [])
  const names = new Set(applied.map(({ name }) => name))
  for (const name of (await readdir(folder)).toSorted()) {
    if (!/^[\w-]+\.sql$/.test(name) || names.has(name)) continue
    const text = await readFile(new URL(name, folder), 'utf8')
    await driver.batch([text, `insert into migrations (name) values ('${name}')`])
  }
  await migrate(driver, layout)
}
