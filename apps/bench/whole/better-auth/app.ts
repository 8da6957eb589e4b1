/** The same app with better-auth, whose users need an e-mail address. */
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'

export const optionsOf = (database: BetterAuthOptions['database']) =>
  ({
    database,
    baseURL: 'https://app.example',
    secret: 'a secret of more than thirty-two characters, for the bench',
    emailAndPassword: { enabled: true },
    // Not in the other apps either; a real app needs it.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  }) satisfies BetterAuthOptions

export function createApp(database: BetterAuthOptions['database']): Hono {
  const auth = betterAuth(optionsOf(database))
  const app = new Hono()

  async function fieldsOf(c: Context) {
    const form = await c.req.formData()
    const name = textOf(form.get('name'))
    const password = textOf(form.get('passphrase'))
    return { name, email: `${encodeURIComponent(name)}@app.example`, password }
  }

  /** Its calls, unlike its routes, do not check the origin. */
  app.use(async (c, next) => {
    const isSafe = c.req.method === 'GET' || c.req.method === 'HEAD'
    if (!isSafe && c.req.header('Sec-Fetch-Site') !== 'same-origin') return c.body(null, 403)
    return next()
  })

  app.get('/', async (c) => {
    const found = await auth.api.getSession({ headers: c.req.raw.headers })
    if (!found) return c.text('Unauthorized', 401)
    return c.html(html`<h1>Hello, ${found.user.name}</h1>`)
  })

  app.post('/sign-up', async (c) =>
    auth.api.signUpEmail({ body: await fieldsOf(c), asResponse: true }),
  )

  app.post('/sign-in', async (c) =>
    auth.api.signInEmail({ body: await fieldsOf(c), asResponse: true }),
  )

  app.post('/sign-out', (c) => auth.api.signOut({ headers: c.req.raw.headers, asResponse: true }))

  return app
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
