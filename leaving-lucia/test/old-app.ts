/** One small app, by Lucia 2, by Lucia 3, and by Limen over the tables of both. */
import type { DatabaseSync } from 'node:sqlite'
import { handle, limen } from '@limen/core'
import { luciaLayout, luciaV2, luciaV3 } from '@limen/lucia'
import { migrate, nodeSqlite } from '@limen/sql'
import { type Configuration, lucia as lucia2 } from 'lucia2'
import { betterSqlite3 } from 'lucia2-sqlite'
import { web } from 'lucia2/middleware'
import { Lucia as Lucia3 } from 'lucia3'
import { BetterSqlite3Adapter } from 'lucia3-sqlite'

/** Answers a request: `/me`, and POST `/sign-in` and `/sign-out`, below any folder. */
export type App = (request: Request) => Promise<Response>

/** The options of its cookie that an app gave to Lucia. */
export interface CookieOptions {
  readonly name?: string
  readonly expires?: boolean
  readonly attributes?: {
    readonly domain?: string
    readonly path?: string
    readonly sameSite?: 'lax' | 'strict'
  }
}

interface AppUser {
  readonly name: string
}

/** Creates the tables, with a user. */
export async function createTables(db: DatabaseSync, version: 2 | 3): Promise<void> {
  const times =
    version === 2
      ? 'active_expires integer not null, idle_expires integer not null'
      : 'expires_at integer not null'
  db.exec(`
    create table user (id text not null primary key, name text not null);
    create table user_key (id text not null primary key, user_id text not null references user (id), hashed_password text);
    create table ${version === 2 ? 'user_session' : 'session'} (id text not null primary key, user_id text not null references user (id), ${times});
    insert into user values ('ada', 'Ada');
  `)
  await migrate(nodeSqlite(db), luciaLayout({ user: { columns: { name: 'text' } } }))
}

const answer = (text: string, cookie?: string) =>
  new Response(text, { headers: cookie ? { 'Set-Cookie': cookie } : {} })
const actionOf = (request: Request) => new URL(request.url).pathname.split('/').at(-1)

/** The app by Lucia 2. */
export function byLucia2(db: DatabaseSync, sessionCookie: CookieOptions): App {
  const tables = { user: 'user', key: 'user_key', session: 'user_session' }
  const auth = lucia2({
    adapter: betterSqlite3(db as never, tables),
    env: 'PROD',
    middleware: web(),
    sessionCookie,
    getUserAttributes: ({ name }: { name: string }) => ({ name }),
  } as unknown as Configuration)
  return async (request) => {
    const id = auth.readSessionCookie(request.headers.get('Cookie'))
    switch (actionOf(request)) {
      case 'sign-in': {
        const session = await auth.createSession({ userId: 'ada', attributes: {} as never })
        return answer('signed in', auth.createSessionCookie(session).serialize())
      }
      case 'sign-out':
        if (id) await auth.invalidateSession(id)
        return answer('signed out', auth.createSessionCookie(null).serialize())
      default: {
        const session = id ? await auth.validateSession(id).catch(() => null) : null
        return answer(
          session ? (session.user as unknown as { name: string }).name : 'Please sign in',
        )
      }
    }
  }
}

/** The app by Lucia 3. */
export function byLucia3(db: DatabaseSync, sessionCookie: CookieOptions): App {
  const adapter = new BetterSqlite3Adapter(db as never, { user: 'user', session: 'session' })
  const lucia = new Lucia3(adapter, {
    sessionCookie,
    getUserAttributes: (user) => ({ name: (user as { name: string }).name }),
  })
  return async (request) => {
    const id = lucia.readSessionCookie(request.headers.get('Cookie') ?? '')
    switch (actionOf(request)) {
      case 'sign-in': {
        const session = await lucia.createSession('ada' as never, {} as never)
        return answer('signed in', lucia.createSessionCookie(session.id).serialize())
      }
      case 'sign-out':
        if (id) await lucia.invalidateSession(id)
        return answer('signed out', lucia.createBlankSessionCookie().serialize())
      default: {
        const { user } = id ? await lucia.validateSession(id) : { user: null }
        return answer((user as { name?: string } | null)?.name ?? 'Please sign in')
      }
    }
  }
}

/** The app by Limen, before or after the upgrade. */
export function byLimen(
  db: DatabaseSync,
  version: 2 | 3,
  upgrade: boolean,
  sessionCookie: CookieOptions,
): App {
  const options = { user: { columns: { name: 'text' } }, sessionCookie, upgrade } as const
  // The types tell `true` from `false`, which have other calls, and one version from the other.
  const create = (version === 2 ? luciaV2 : luciaV3) as typeof luciaV3<AppUser>
  const lucia = create(nodeSqlite(db), options as typeof options & { readonly upgrade: true })
  const auth = limen({ ...lucia, getUserAttributes: ({ name }) => ({ name }) })
  return (request) =>
    handle(auth, request, async (authRequest) => {
      switch (actionOf(request)) {
        case 'sign-in':
          authRequest.setSession(await auth.createSession({ userId: 'ada' }))
          return answer('signed in')
        case 'sign-out': {
          const session = await authRequest.validate()
          if (session) await auth.invalidateSession(session.sessionId)
          authRequest.setSession(null)
          return answer('signed out')
        }
        default:
          return answer((await authRequest.validate())?.user.name ?? 'Please sign in')
      }
    })
}
