/** The entry point on Node, with SQLite. */
import { runMigrations } from './migrate.ts'
import { openDatabase } from './open-sqlite.ts'
import { serveSite } from './serve-node.ts'

const driver = await openDatabase(process.env['DATABASE_PATH'])
// #if recipes
await runMigrations(driver, new URL('../migrations/workers/', import.meta.url))
// #end
await runMigrations(driver, new URL('../migrations/node-sqlite/', import.meta.url))
serveSite(driver)
