import { test } from 'node:test'
import { runMigrations } from '../src/migrate.ts'
import { openDatabase } from '../src/open-sqlite.ts'
import { nodeSite } from '../src/site-node.ts'
import { mainCases } from './main-cases.ts'
import { createWorld } from './world.ts'

const driver = await openDatabase(':memory:')
// #if recipes
await runMigrations(driver, new URL('../migrations/workers/', import.meta.url))
// #end
await runMigrations(driver, new URL('../migrations/node-sqlite/', import.meta.url))

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
