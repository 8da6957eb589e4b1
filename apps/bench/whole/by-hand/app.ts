/** The same app with sessions by hand, after the guide of Lucia. */
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { hashOf, matches } from '../passphrase.ts'
import type { Sql } from '../sql.ts'
import { EXPIRES_IN_S, createSession, deleteSession, validateToken } from './session.ts'

export const schema = {
  users: `create table users (
    id text primary key, name text not null unique, passphrase_hash text not null)`,
  sessions: (blob: 'blob' | 'bytea') => `create table auth_session (
    id text primary key, user_id text not null references users (id), secret_hash ${blob} not null,
    verified_at integer not null, created_at integer not null)`,
}

export function createApp(sql: Sql): Hono {
  const app = new Hono()

  function setToken(c: Context, token: string): void {
    const options = { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' } as const
    setCookie(c, 'session', token, { ...options, maxAge: EXPIRES_IN_S })
  }

  /** The guide sends the cookie again at every validation. */
  async function validate(c: Context) {
    const token = getCookie(c, 'session')
    const session = token === undefined ? null : await validateToken(sql, token)
    if (session && token !== undefined) setToken(c, token)
    return session
  }

  async function fieldsOf(c: Context) {
    const form = await c.req.formData()
    return { name: textOf(form.get('name')), passphrase: textOf(form.get('passphrase')) }
  }

  app.use(async (c, next) => {
    const isSafe = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (!isSafe && c.req.header('Sec-Fetch-Site') !== 'same-origin') return c.body(null, 403)
    return next()
  })

  app.get('/', async (c) => {
    const session = await validate(c)
    if (!session) return c.text('Unauthorized', 401)
    return c.html(html`<h1>Hello, ${session.user.name}</h1>`)
  })

  app.post('/sign-up', async (c) => {
    const { name, passphrase } = await fieldsOf(c)
    const id = crypto.randomUUID()
    const rows = await sql`
      insert into users (id, name, passphrase_hash) values (${id}, ${name}, ${await hashOf(passphrase)})
      on conflict (name) do nothing returning id`
    if (rows.length === 0) return c.text('This name is taken', 409)
    setToken(c, await createSession(sql, id))
    return c.redirect('/', 303)
  })

  app.post('/sign-in', async (c) => {
    const { name, passphrase } = await fieldsOf(c)
    const [user] = await sql<{ id: string; hash: string }>`
      select id, passphrase_hash as hash from users where name = ${name}`
    if (!(await matches(passphrase, user?.hash)) || !user) return c.text('Wrong', 401)
    setToken(c, await createSession(sql, user.id))
    return c.redirect('/', 303)
  })

  app.post('/sign-out', async (c) => {
    const session = await validate(c)
    if (session) await deleteSession(sql, session.id)
    deleteCookie(c, 'session', { secure: true, path: '/' })
    return c.redirect('/', 303)
  })

  return app
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
