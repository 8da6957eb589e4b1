import { Pool } from 'pg'
import { afterAll, beforeAll, it } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/sql/test/postgres.ts'
import { createTables, nodeSite } from '../src/site-node.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { createWorld } from './world.ts'

let postgres: Postgres
let pool: Pool

beforeAll(async () => {
  const started = await startPostgres({ isDurable: false })
  if (typeof started === 'string') throw new Error(started)
  postgres = started
  pool = new Pool({ connectionString: postgres.url })
  await createTables(pool)
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

for (const { name, run } of passphraseCases) {
  it(`Node and PostgreSQL: ${name}`, () =>
    run(
      createWorld(
        (options) => nodeSite(pool, options),
        (app, request, client) =>
          app.fetch(request, { incoming: { socket: { remoteAddress: client } } }),
      ),
    ))
}
