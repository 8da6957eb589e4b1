/** Sign-up, sign-in and sign-out with a name and a passphrase, and a page behind a session, with Limen. */
import { type AnyStore, isAuthError, limen } from '@limen/core'
import { type AuthVariables, requireOrigin, requireSession } from '@limen/hono'
import type { SqlLayout } from '@limen/sql'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { hashOf, matches } from '../passphrase.ts'
import type { Sql } from '../sql.ts'

interface User {
  name: string
  passphraseHash: string
}

export const layout: SqlLayout<User> = {
  user: {
    table: 'users',
    columns: { name: 'text', passphraseHash: { type: 'text', name: 'passphrase_hash' } },
  },
}

export const schema = `create table users (
  id text primary key, name text not null unique, passphrase_hash text not null)`

export function createApp(store: AnyStore<User, object>, sql: Sql): Hono {
  const auth = limen({ store, getUserAttributes: ({ name }) => ({ name }) })
  const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()

  async function fieldsOf(c: Context) {
    const form = await c.req.formData()
    return { name: textOf(form.get('name')), passphrase: textOf(form.get('passphrase')) }
  }

  async function findUser(name: string) {
    const [user] = await sql<{ id: string; hash: string }>`
      select id, passphrase_hash as hash from users where name = ${name}`
    return user
  }

  app.get('/', requireSession(auth), (c) =>
    c.html(html`<h1>Hello, ${c.var.session.user.name}</h1>`),
  )

  app.post('/sign-up', requireOrigin(auth), async (c) => {
    const { name, passphrase } = await fieldsOf(c)
    try {
      const attributes = { name, passphraseHash: await hashOf(passphrase) }
      const { userId } = await auth.createUser({ attributes })
      c.var.auth.setSession(await auth.createSession({ userId }))
    } catch (error) {
      const isRejected = isAuthError(error) && error.code === 'AUTH_STORE_REJECTED'
      if (!isRejected || !(await findUser(name))) throw error
      return c.text('This name is taken', 409)
    }
    return c.redirect('/', 303)
  })

  app.post('/sign-in', requireOrigin(auth), async (c) => {
    const { name, passphrase } = await fieldsOf(c)
    const user = await findUser(name)
    if (!(await matches(passphrase, user?.hash)) || !user) return c.text('Wrong', 401)
    c.var.auth.setSession(await auth.createSession({ userId: user.id }))
    return c.redirect('/', 303)
  })

  app.post('/sign-out', requireSession(auth), async (c) => {
    await auth.invalidateSession(c.var.session.sessionId)
    c.var.auth.setSession(null)
    return c.redirect('/', 303)
  })

  return app as unknown as Hono
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
