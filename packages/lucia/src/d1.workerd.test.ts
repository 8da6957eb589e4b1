/** Lucia 2 and 3 and the app on one D1 database, in workerd. */
import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type AuthEvent, limen } from '@limen/core'
import { d1, migrate } from '@limen/sql'
import { type Configuration, lucia as lucia2 } from 'lucia2'
import { d1 as lucia2D1 } from 'lucia2-sqlite'
import { Lucia as Lucia3 } from 'lucia3'
import { D1Adapter } from 'lucia3-sqlite'
import { beforeEach, describe, expect, it } from 'vitest'
import { visit } from '../test/visit.ts'
import { luciaLayout, luciaV2, luciaV3 } from './index.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      readonly DB: D1Database
    }
  }
}

interface AppUser {
  readonly name: string
}

const MINUTE = 60_000
const user = { columns: { name: 'text' } } as const
const versions = {
  2: {
    tables: [
      'create table user (id text primary key, name text not null)',
      'create table user_key (id text primary key, user_id text not null references user (id), hashed_password text)',
      'create table user_session (id text primary key, user_id text not null references user (id), active_expires integer not null, idle_expires integer not null)',
    ],
    table: 'user_session',
    create: () => {
      const tables = { user: 'user', key: 'user_key', session: 'user_session' }
      const configuration = { adapter: lucia2D1(env.DB as never, tables), env: 'PROD' }
      const lucia = lucia2(configuration as unknown as Configuration)
      return {
        signIn: async (userId: string) =>
          (await lucia.createSession({ userId, attributes: {} as never })).sessionId,
        isValid: (id: string) =>
          lucia.validateSession(id).then(
            () => true,
            () => false,
          ),
        signOut: (id: string) => lucia.invalidateSession(id),
      }
    },
    before: () => luciaV2<AppUser>(d1(env.DB), { user, upgrade: false }),
    after: () => luciaV2<AppUser>(d1(env.DB), { user, upgrade: true }),
  },
  3: {
    tables: [
      'create table user (id text primary key, name text not null)',
      'create table session (id text primary key, expires_at integer not null, user_id text not null references user (id))',
    ],
    table: 'session',
    create: () => {
      const lucia = new Lucia3(
        new D1Adapter(env.DB as never, { user: 'user', session: 'session' }),
      ) as Lucia3
      return {
        signIn: async (userId: string) => (await lucia.createSession(userId as never, {})).id,
        isValid: async (id: string) => (await lucia.validateSession(id)).session !== null,
        signOut: (id: string) => lucia.invalidateSession(id),
      }
    },
    before: () => luciaV3<AppUser>(d1(env.DB), { user, upgrade: false }),
    after: () => luciaV3<AppUser>(d1(env.DB), { user, upgrade: true }),
  },
}

const chosen = { getUserAttributes: ({ name }: AppUser) => ({ name }) }

beforeEach(() => reset())

describe.each([3, 2] as const)('Lucia %i and the app on one D1 database', (version) => {
  const { tables, table, create, before, after } = versions[version]

  async function opened() {
    await env.DB.batch(tables.map((statement) => env.DB.prepare(statement)))
    await env.DB.prepare("insert into user values ('ada', 'Ada')").run()
    const rows = async (name: string) =>
      (await env.DB.prepare(`select * from ${name}`).all()).results
    return { lucia: create(), rows }
  }

  it('before the upgrade, each takes the sessions of the other', async () => {
    const { lucia, rows } = await opened()
    const auth = limen({ ...before(), ...chosen })
    const theirs = await lucia.signIn('ada')
    expect((await visit(auth, `auth_session=${theirs}`)).userId).toBe('ada')
    const session = await auth.createSession({ userId: 'ada' })
    expect(await lucia.isValid(session.sessionId)).toBe(true)
    await lucia.signOut(session.sessionId)
    expect((await visit(auth, `auth_session=${session.sessionId}`)).userId).toBeUndefined()
    await auth.invalidateSession(theirs)
    expect(await lucia.isValid(theirs)).toBe(false)
    expect(await rows(table)).toEqual([])
  })

  it('after the upgrade, 50 requests with one old cookie get one token, and the old id ends', async () => {
    const { lucia, rows } = await opened()
    await migrate(d1(env.DB), luciaLayout({ user }))
    const clock = { ahead: 0 }
    const events: AuthEvent[] = []
    const auth = limen({
      ...after(),
      ...chosen,
      now: () => Date.now() + clock.ahead,
      onEvent: (event) => events.push(event),
    })
    const old = await lucia.signIn('ada')
    const visits = await Promise.all(
      Array.from({ length: 50 }, () => visit(auth, `auth_session=${old}`)),
    )
    expect(new Set(visits.map(({ userId }) => userId))).toEqual(new Set(['ada']))
    expect(new Set(visits.map(({ token }) => token)).size).toBe(1)
    expect(await rows(table)).toEqual([])
    const stored = JSON.stringify([await rows('limen_session'), events])
    const { token } = visits[0]!
    expect(stored).not.toContain(old)
    expect(stored).not.toContain(token!.split('.')[1])

    expect((await visit(auth, `__Host-Http-session=${token}`)).userId).toBe('ada')
    expect((await visit(auth, `auth_session=${old}`)).userId).toBe('ada')
    clock.ahead = MINUTE + 1
    expect((await visit(auth, `auth_session=${old}`)).userId).toBeUndefined()
  })

  it('a session that is revoked while eight requests move it does not come back', async () => {
    const { lucia } = await opened()
    await migrate(d1(env.DB), luciaLayout({ user }))
    const auth = limen({ ...after(), ...chosen })
    let cameBack = 0
    for (let round = 0; round < 10; round++) {
      const old = await lucia.signIn('ada')
      const visits = Array.from({ length: 8 }, () => visit(auth, `auth_session=${old}`))
      for (let turn = 0; turn < round; turn++) await Promise.resolve()
      await auth.invalidateAllUserSessions('ada')
      await Promise.all(visits)
      if ((await visit(auth, `auth_session=${old}`)).userId) cameBack++
    }
    expect(cameBack).toBe(0)
  })

  it('moveAll() moves all, and the table can be dropped', async () => {
    const { lucia, rows } = await opened()
    await migrate(d1(env.DB), luciaLayout({ user }))
    const auth = limen({ ...after(), ...chosen })
    const old: string[] = []
    for (let index = 0; index < 20; index++) old.push(await lucia.signIn('ada'))
    const visiting = Promise.all(old.slice(0, 5).map((id) => visit(auth, `auth_session=${id}`)))
    while ((await auth.moveAll({ limit: 8 })) > 0);
    await visiting
    expect(await rows(table)).toEqual([])
    expect(await rows('limen_session')).toHaveLength(20)
    await auth.deleteUser('ada')
    expect(await rows('limen_session')).toEqual([])
  })
})
