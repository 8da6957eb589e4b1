import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { migrations } from '@limen/sql'
import { serve } from '@limen/test-servers'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/sql/test/postgres.ts'
import { layout } from '../src/accounts-sql.ts'
import { pgSql } from '../src/database.ts'
import { deleteOldAttempts, sqlLimit } from '../src/limit-sql.ts'
import { createTables, nodeSite } from '../src/site-node.ts'
import { counterCases, limitCases } from './limit-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { signUpAt } from './sign-up-at.ts'
import { createWorld } from './world.ts'

let postgres: Postgres
let pool: Pool

beforeAll(async () => {
  const started = await startPostgres({ isDurable: false })
  if (typeof started === 'string') throw new Error(started)
  postgres = started
  pool = new Pool({ connectionString: postgres.url })
  // end() resolves before the connections are closed, and the server then stops.
  pool.on('error', () => {})
  await createTables(pool)
})
afterAll(async () => {
  await pool.end()
  await postgres.stop()
})

for (const { name, run } of [...passphraseCases, ...limitCases, ...counterCases]) {
  it(`Node and PostgreSQL: ${name}`, () =>
    run(
      createWorld(
        (options) => nodeSite(pool, options),
        (app, request, client) =>
          app.fetch(request, { incoming: { socket: { remoteAddress: client } } }),
      ),
    ))
}

it('the program for Node signs a visitor up', async () => {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const argsOf = (port: number) => [`PORT=${port}`, process.execPath, 'test/dev-node.ts']
  await using server = await serve('env', argsOf, { cwd, env: { DATABASE_URL: postgres.url } })
  expect(await signUpAt(server)).toContain('You are signed in as <bdi>ada@example.com</bdi>')
})

it('attempts of earlier minutes are deleted', async () => {
  let now = Date.now()
  const sql = pgSql(pool)
  const limit = sqlLimit(sql, () => now)
  const key = crypto.randomUUID()
  const isStored = async () => (await sql`select key from attempts where key = ${key}`).length === 1
  await limit(key)
  await deleteOldAttempts(sql, () => now)
  expect(await isStored()).toBe(true)
  now += 60_000
  await deleteOldAttempts(sql, () => now)
  expect(await isStored()).toBe(false)
})

it('migrations/workers/0002_limen.sql has the statements of migrations()', async () => {
  const file = new URL('../migrations/workers/0002_limen.sql', import.meta.url)
  const statements = migrations('sqlite', layout).map((statement) => `${statement};\n`)
  expect(await readFile(file, 'utf8')).toBe(statements.join('\n'))
})
