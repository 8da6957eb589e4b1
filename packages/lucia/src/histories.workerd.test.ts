/** Random histories of the app on D1, in workerd, over sessions of Lucia 3. */
import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { limen } from '@limen/core'
import { d1, migrate } from '@limen/sql'
import { Lucia } from 'lucia3'
import { D1Adapter } from 'lucia3-sqlite'
import { beforeEach, expect, inject, it } from 'vitest'
import { runRandomHistories } from '../test/random-histories.ts'
import { luciaLayout, luciaV3 } from './index.ts'
import { movedId } from './lucia-token.ts'

const DAY = 86_400_000
const user = { columns: { name: 'text' } } as const

beforeEach(() => reset())

it('P1, P2 across both tables in D1: nothing comes back, and everyone else stays signed in (random histories)', async () => {
  for (const statement of [
    'create table user (id text primary key, name text not null)',
    'create table session (id text primary key, expires_at integer not null, user_id text not null references user (id))',
  ]) {
    await env.DB.prepare(statement).run()
  }
  await migrate(d1(env.DB), luciaLayout({ user }))
  const adapter = new D1Adapter(env.DB as never, { user: 'user', session: 'session' })
  const lucia = new Lucia(adapter) as Lucia
  const rows = async (from: string) =>
    (await env.DB.prepare(`select id from ${from}`).all()).results.length
  let users = 0
  const choice = { histories: 20, ...inject('soak') }
  await runRandomHistories(
    {
      connect: (wrap, now) =>
        limen({ ...luciaV3<{ name: string }>(wrap(d1(env.DB)), { user, upgrade: true }), now }),
      async createUser() {
        const id = `user${users++}`
        await env.DB.prepare(`insert into user values ('${id}', '${id}')`).run()
        return id
      },
      signIn: async (userId) => (await lucia.createSession(userId as never, {})).id,
      movedId,
      count: async (token) =>
        (await rows(`session where id = '${token}'`)) +
        (await rows(`limen_session where id = '${await movedId(token)}'`)),
      activePeriod: 15 * DAY,
    },
    choice,
  )
  expect(users).toBeGreaterThanOrEqual(2 * choice.histories)
})
