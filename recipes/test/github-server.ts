/**
 * A server with the endpoints of GitHub, which has OAuth 2 without OpenID: `authorize`, `access_token`,
 * `/user` and `/user/emails`. It checks what GitHub checks: the redirect URI, the secret, the PKCE
 * verifier, and that a code is used once. GitHub itself cannot be run here.
 */
import { createHash, randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { readForm } from '../src/form.ts'
import { CLIENT } from './oauth-registration.ts'
import { type TestAccount, accountOf } from './test-account.ts'

/** Creates the server for the app at an origin. */
export function githubServer(origin: string): Hono {
  const callback = `${origin}/oauth/github/callback`
  const app = new Hono()
  const codes = new Map<string, { readonly account: TestAccount; readonly challenge: string }>()
  const tokens = new Map<string, TestAccount>()

  app.get('/login/oauth/authorize', (c) => {
    const query = c.req.query()
    const isValid =
      query['client_id'] === CLIENT.clientId &&
      query['redirect_uri'] === callback &&
      query['code_challenge_method'] === 'S256' &&
      query['code_challenge']
    if (!isValid) return c.text('The request is not valid', 400)
    const refused = new URLSearchParams({ error: 'access_denied', state: query['state'] ?? '' })
    return c.html(
      html`<form action="${c.req.url}" method="post"><input type="text" name="login" /></form>
        <a href="${callback}?${refused.toString()}">Cancel</a>`,
    )
  })

  app.post('/login/oauth/authorize', async (c) => {
    const form = await readForm(c)
    const code = randomUUID()
    const challenge = c.req.query('code_challenge') ?? ''
    codes.set(code, { account: accountOf(form('login')), challenge })
    const response = new URLSearchParams({ code, state: c.req.query('state') ?? '' })
    return c.redirect(`${callback}?${response.toString()}`)
  })

  app.post('/login/oauth/access_token', async (c) => {
    const form = await readForm(c)
    const grant = codes.get(form('code'))
    codes.delete(form('code'))
    const verifier = createHash('sha256').update(form('code_verifier')).digest('base64url')
    const isValid =
      form('client_secret') === CLIENT.clientSecret &&
      form('redirect_uri') === callback &&
      grant?.challenge === verifier
    // As GitHub does: an error has the status 200.
    if (!isValid) return c.json({ error: 'bad_verification_code' })
    const token = randomUUID()
    tokens.set(token, grant.account)
    return c.json({ access_token: token, token_type: 'bearer', scope: 'user:email' })
  })

  app.use('/user/*', async (c, next) => {
    const isKnown = tokens.has(c.req.header('Authorization')?.replace(/^Bearer /, '') ?? '')
    if (!isKnown || !c.req.header('User-Agent')) return c.json({ message: 'Forbidden' }, 403)
    return next()
  })
  const accountOfToken = (header = '') => tokens.get(header.replace(/^Bearer /, ''))

  app.get('/user', (c) =>
    c.json({ id: Number(accountOfToken(c.req.header('Authorization'))?.subject) }),
  )

  app.get('/user/emails', (c) => {
    const account = accountOfToken(c.req.header('Authorization'))
    return c.json([
      { email: 'other@example.com', primary: false, verified: true },
      { email: account?.email, primary: true, verified: account?.isVerified },
    ])
  })

  // A provider that has an outage.
  app.all('/outage', (c) => c.text('Service Unavailable', 503))
  return app
}
