/** better-auth in Hono: each session is validated from the database, without its cookie cache. */
import { getRequestListener } from '@hono/node-server'
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { Hono } from 'hono'
import { DAY } from '../src/subject.ts'
import { openPool } from './clients.ts'
import { type OpenPage, greeting } from './page.ts'

export const betterAuthOverPg: OpenPage = async (url) => {
  const options = {
    baseURL: 'http://127.0.0.1',
    secret: 'a secret of more than thirty-two characters, for the bench',
    database: openPool(url),
    session: { expiresIn: (15 * DAY) / 1000, updateAge: DAY / 1000 },
    emailAndPassword: {
      enabled: true,
      // Password hashing is not measured.
      password: { hash: async (password) => password, verify: async () => true },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
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
