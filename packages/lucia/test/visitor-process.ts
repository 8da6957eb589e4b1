/** A process that sends 25 requests with one old cookie to an app, and prints the tokens that it got. */
import { DatabaseSync } from 'node:sqlite'
import { limen } from '@limen/core'
import { nodeSqlite } from '@limen/sql'
import { luciaV3 } from '../src/index.ts'
import { visit } from './visit.ts'

const [file, old, startsAt] = process.argv.slice(2) as [string, string, string]
const db = new DatabaseSync(file, { timeout: 10_000 })
const auth = limen(luciaV3(nodeSqlite(db), { upgrade: true }))
while (Date.now() < Number(startsAt));
const visits = await Promise.all(
  Array.from({ length: 25 }, () => visit(auth, `auth_session=${old}`)),
)
console.log(JSON.stringify(visits.map(({ userId, token }) => [userId, token])))
