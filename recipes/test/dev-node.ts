/** `pnpm dev:node`: the app with the PostgreSQL of `DATABASE_URL`, or with a new one that is deleted at the end. */
import { startPostgres } from '../../packages/sql/test/postgres.ts'

if (!process.env['DATABASE_URL']) {
  const postgres = await startPostgres({ isDurable: false })
  if (typeof postgres === 'string') throw new Error(`Set DATABASE_URL: ${postgres}`)
  process.env['DATABASE_URL'] = postgres.url
}
// Not a key for a database that others can read.
process.env['TOTP_KEY'] ??= Buffer.from('development-key-of-32-bytes.....').toString('base64')
await import('../src/node.ts')
