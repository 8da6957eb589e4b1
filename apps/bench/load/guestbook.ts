/** The guestbook under `wrangler dev`, with Limen or without, over any number of sessions. */
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type Server, freePort, run, serve } from './process.ts'
import { NAME, PER_USER, bareIdOf, commonFields, cookieOf } from './sessions.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const wrangler = at('../node_modules/wrangler/bin/wrangler.js')
const app = at('../../guestbook')
const SAMPLES = 1000

export async function prepareGuestbook(folder: string): Promise<void> {
  const where = ['--local', '--persist-to', folder]
  await run(process.execPath, [wrangler, 'd1', 'migrations', 'apply', 'DB', ...where], app)
}

/** Adds sessions until there are as many, and writes the cookies of some into a file. */
export async function fillGuestbook(folder: string, sessions: number): Promise<string> {
  const d1 = join(folder, 'v3/d1/miniflare-D1DatabaseObject')
  const file = readdirSync(d1).find((name) => /^[\da-f]{64}\.sqlite$/.test(name))!
  const database = new DatabaseSync(join(d1, file))
  const { secretHash, createdAt, activePeriodExpiresAt, idlePeriodExpiresAt } = commonFields()
  const { kept } = database.prepare('select count(*) kept from limen_session').get() as {
    kept: number
  }
  const numbers = (from: number, to: number) =>
    `with recursive n (n) as (select ${from} union all select n + 1 from n where n + 1 < ${to})`
  if (kept === 0) {
    database.exec(`insert into limen_user (id, attributes) values ('writer', '{"name":"Ada"}');
      insert into account values ('ada', 'writer', '');
      ${numbers(0, 20)} insert into entry (user_id, signed_as, text, written_at)
      select 'writer', 'Ada', 'A line in the book, as long as lines in such books are.', n from n`)
  }
  const users = (count: number) => Math.ceil(count / PER_USER)
  database.exec(`begin;
    ${numbers(users(kept), users(sessions))} insert into limen_user (id, attributes)
    select 'user-' || n, '{"name":"${NAME}"}' from n;
    ${numbers(kept, sessions)} insert into limen_session
    select printf('%022d', n), 'user-' || (n / ${PER_USER}), '${secretHash}', ${createdAt},
      ${activePeriodExpiresAt}, ${idlePeriodExpiresAt}, '{"device":"laptop"}' from n;
    commit`)
  database.close()
  const cookies: string[] = []
  const step = Math.max(1, Math.floor(sessions / SAMPLES))
  for (let n = 0; n < sessions; n += step) cookies.push(cookieOf(bareIdOf(n)))
  const path = join(folder, 'cookies.json')
  await writeFile(path, JSON.stringify(cookies))
  return path
}

/** It knows itself as localhost; as 127.0.0.1 it is somebody else. */
export async function startGuestbook(folder: string, isBare: boolean): Promise<Server> {
  const port = await freePort()
  const stands = ['core', 'hono', 'workers'].flatMap((name) => [
    '--alias',
    `@limen/${name}:${at(`../bare/${name}.ts`)}`,
  ])
  const args = ['dev', '--port', String(port), '--inspector-port', String(await freePort())]
  const quiet = ['--persist-to', folder, '--show-interactive-dev-session=false']
  return serve(
    process.execPath,
    [wrangler, ...args, ...quiet, ...(isBare ? stands : [])],
    app,
    `http://localhost:${port}/`,
  )
}
