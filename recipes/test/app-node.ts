import { test } from 'node:test'
import { runMigrations } from '../src/migrate.ts'
import { openDatabase } from '../src/open-postgres.ts'
import { nodeSite } from '../src/site-node.ts'
import { mainCases } from './main-cases.ts'
import { createWorld } from './world.ts'

// PostgreSQL inside this process, unless TEST_DATABASE_URL names another one.
const { TEST_DATABASE_URL = 'pglite:memory://' } = process.env
const driver = await openDatabase(TEST_DATABASE_URL)
await runMigrations(driver, new URL('../migrations/node/', import.meta.url))

for (const { name, run } of mainCases) {
  void test(name, () =>
    run(
      createWorld(
        (options) => nodeSite(driver, options),
        (app, request, client) =>
          app.fetch(request, { incoming: { socket: { remoteAddress: client } } }),
      ),
    ),
  )
}
