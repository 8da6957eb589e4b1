/** The entry point on Node, with PostgreSQL. */
import { runMigrations } from './migrate.ts'
import { openDatabase } from './open-postgres.ts'
import { serveSite } from './serve-node.ts'

const driver = await openDatabase(process.env['DATABASE_URL'])
await runMigrations(driver, new URL('../migrations/node/', import.meta.url))
serveSite(driver)
