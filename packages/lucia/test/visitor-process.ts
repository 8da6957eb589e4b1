/**
 * A process that sends 25 requests at once with each old cookie that it reads, and writes the users and
 * tokens that it got.
 */
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { limen } from '@limen/core'
import { type SqlDriver, mysql2, nodeSqlite, pg } from '@limen/sql'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { luciaV3 } from '../src/index.ts'
import { visit } from './visit.ts'

const [address = ''] = process.argv.slice(2)
const auth = limen(luciaV3(driverOf(address), { upgrade: true }))
// Connects.
await auth.getUser('unknown')
console.log('ready')
for await (const old of createInterface(process.stdin)) {
  const visits = await Promise.all(
    Array.from({ length: 25 }, () => visit(auth, `auth_session=${old}`)),
  )
  console.log(JSON.stringify(visits.map(({ userId, token }) => [userId, token])))
}
process.exit()

function driverOf(url: string): SqlDriver {
  if (url.startsWith('postgres')) return pg(new Pool({ connectionString: url, max: 4 }))
  if (url.startsWith('mysql')) {
    return mysql2(createPool({ uri: url, connectionLimit: 4, timezone: 'Z' }), 'mariadb')
  }
  return nodeSqlite(new DatabaseSync(url, { timeout: 10_000 }))
}
