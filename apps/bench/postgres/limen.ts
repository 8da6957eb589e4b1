/** Limen in Hono, with the settings of its README. */
import { getRequestListener } from '@hono/node-server'
import { limen } from '@limen/core'
import { type AuthVariables, authenticate, hono } from '@limen/hono'
import { migrate, sqlStore } from '@limen/sql'
import { Hono } from 'hono'
import { type Client, pgClient, postgresJsClient } from './clients.ts'
import { type OpenPage, greeting } from './page.ts'

const limenOver =
  (open: (url: string) => Client): OpenPage =>
  async (url) => {
    const { driver } = open(url)
    await migrate(driver)
    const auth = limen({
      store: sqlStore<{ name: string }>(driver),
      middleware: hono(),
      getUserAttributes: ({ name }) => ({ name }),
    })
    const app = new Hono<{ Variables: AuthVariables<typeof auth> }>()
    app.use(authenticate(auth))
    app.post('/sign-in', async (c) => {
      const { userId } = await auth.createUser({ attributes: { name: c.req.query('name')! } })
      c.var.auth.setSession(await auth.createSession({ userId }))
      return c.body(null, 204)
    })
    app.get('/', async (c) => {
      const session = await c.var.auth.validate()
      return session ? c.html(greeting(session.user.name)) : c.text('Unauthorized', 401)
    })
    return getRequestListener(app.fetch)
  }

export const limenOverPg: OpenPage = limenOver(pgClient)
export const limenOverPostgresJs: OpenPage = limenOver(postgresJsClient)
