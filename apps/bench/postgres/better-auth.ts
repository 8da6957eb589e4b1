/** better-auth in Hono: each session is validated from the database, without its cookie cache. */
import { getRequestListener } from '@hono/node-server'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { Hono } from 'hono'
import { settings } from '../subjects/better-auth.ts'
import { openPool } from './clients.ts'
import { type OpenPage, greeting } from './page.ts'

export const betterAuthOverPg: OpenPage = async (url) => {
  const options = {
    ...settings,
    baseURL: 'http://127.0.0.1',
    database: openPool(url),
  } satisfies BetterAuthOptions
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const app = new Hono()
  app.post('/sign-in', (c) =>
    auth.api.signUpEmail({
      body: {
        name: c.req.query('name')!,
        email: `${crypto.randomUUID()}@example.com`,
        password: 'correct horse',
      },
      asResponse: true,
    }),
  )
  app.get('/', async (c) => {
    const found = await auth.api.getSession({ headers: c.req.raw.headers })
    return found ? c.html(greeting(found.user.name)) : c.text('Unauthorized', 401)
  })
  return getRequestListener(app.fetch)
}
