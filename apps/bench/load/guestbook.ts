/** The guestbook under `wrangler dev`, with Limen or without, over any number of sessions. */
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { run, serve } from '@limen/test-servers'
import { bundle } from '../src/bundle.ts'
import type { LoadedApp } from './load.ts'
import { PER_USER, plainIdOf } from '../../../packages/sql/test/load-compare.ts'
import { DAY } from '../src/subject.ts'
import { SECRET_HASH, cookieOf, samplesOf } from './sessions.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const wrangler = at('../node_modules/wrangler/bin/wrangler.js')
const cwd = at('../../guestbook')

export const guestbook: LoadedApp = {
  name: 'guestbook',
  async fill(folder, from, sessions) {
    if (from === 0) {
      const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', folder]
      await run(process.execPath, [wrangler, ...args], { cwd })
    }
    const d1 = join(folder, 'v3/d1/miniflare-D1DatabaseObject')
    const file = readdirSync(d1).find((name) => /^[\da-f]{64}\.sqlite$/.test(name))!
    const database = new DatabaseSync(join(d1, file))
    if (from === 0) {
      database.exec(`
        insert into limen_user (id, attributes) values ('writer', '{"name":"Ada"}');
        insert into account values ('ada', 'writer', '');
        ${numbers(0, 20)}
        insert into entry (user_id, signed_as, text, written_at)
        select 'writer', 'Ada', 'A line in the book, as long as lines in such books are.', n
        from n`)
    }
    const now = Date.now()
    database.exec(`
      begin;
      ${numbers(from / PER_USER, sessions / PER_USER)}
      insert into limen_user (id, attributes)
      select 'user-' || n, json_object('name', 'User ' || n)
      from n;
      ${numbers(from, sessions)}
      insert into limen_session
      select printf('%022d', n), 'user-' || (n / ${PER_USER}), '${SECRET_HASH}', ${now},
        ${now + DAY}, ${now + 15 * DAY}, '{"device":"phone"}'
      from n;
      commit`)
    database.close()
    return samplesOf(sessions).map((n) => cookieOf('guestbook', plainIdOf(n)))
  },
  async start(folder, isBare) {
    // Bundled here: `wrangler dev` ignores its option `--alias`.
    const alias = isBare ? BARE : {}
    const entry = `export { default } from '${at('../../guestbook/src/index.ts')}'`
    const { code } = await bundle(entry, true, { alias, leftOut: ['cloudflare:*'] })
    const script = join(folder, isBare ? 'bare.mjs' : 'limen.mjs')
    await writeFile(script, code)
    const quiet = ['--inspector-port', '0', '--show-interactive-dev-session=false']
    const args = [script, '--config', join(cwd, 'wrangler.jsonc'), '--persist-to', folder]
    return serve(
      process.execPath,
      (port) => [wrangler, 'dev', ...args, ...quiet, '--port', `${port}`],
      { cwd },
    )
  },
}

/** What replaces Limen's packages. */
const BARE = Object.fromEntries(
  ['core', 'hono', 'workers'].map((name) => [`@limen/${name}`, at(`../bare/${name}.ts`)]),
)

/** SQL for a table `n` of the numbers from one to before another. */
const numbers = (from: number, to: number) =>
  `with recursive n (n) as (select ${from} union all select n + 1 from n where n + 1 < ${to})`
