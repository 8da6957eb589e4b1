/** Recipe: an app on a phone signs in with JSON, and sends its token in the header `Authorization`. */
import { requireBearer } from '@limen/hono'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { mayAttempt } from './attempts.ts'
import { parseEmail } from './email.ts'
import { passphraseHashes } from './passphrase-hash.ts'
import type { Site, SiteEnv } from './site.ts'
import { isRightCode } from './totp-code.ts'

/** `/api`. No route reads or sets a cookie, so no other site can use one, and no origin is checked. */
export function api(site: Site, hashes = passphraseHashes()): Hono<SiteEnv> {
  const { auth, accounts } = site
  const app = new Hono<SiteEnv>()
  const bearer = requireBearer(auth)
  app.onError((error, c) => {
    if (!(error instanceof HTTPException)) throw error
    return c.json({ error: error.message }, error.status as 400)
  })
  const refuse = (status: 400 | 401 | 404 | 429, message: string): never => {
    throw new HTTPException(status, { message })
  }

  app.post('/api/sign-in', async (c) => {
    // Browsers send this type to another site only if it allows that: it never does.
    const isJson = c.req.header('Content-Type')?.startsWith('application/json')
    const sent: unknown = isJson && (await c.req.json().catch(() => null))
    const text = (name: string) => {
      const value = (sent as Record<string, unknown> | null | undefined)?.[name]
      return typeof value === 'string' ? value : ''
    }
    if (!sent) refuse(400, 'Send JSON.')
    const email = parseEmail(text('email')) ?? ''
    if (!(await mayAttempt(site, c, email))) refuse(429, 'Too many attempts.')
    const account = await accounts.findByEmail(email)
    const hash = account?.passphraseHash ?? null
    const isRight = await hashes.matches(text('passphrase'), hash)
    if (!account || !isRight) return refuse(401, 'The address or the passphrase is wrong.')
    const { userId } = account
    // #if totp
    if ((await site.totps.find(userId)) && !(await isRightCode(site, userId, text('code')))) {
      refuse(401, 'Send a right code of the authenticator app.')
    }
    // #end
    const device = text('device').slice(0, 50) || 'An app'
    const session = await auth.createSession({ userId, attributes: { kind: 'api', device } })
    // The passphrase can have been changed, and all older sessions revoked.
    if ((await accounts.findByEmail(email))?.passphraseHash !== hash) {
      await auth.invalidateSession(session.sessionId)
      refuse(401, 'The address or the passphrase is wrong.')
    }
    const expiresAt = session.idlePeriodExpiresAt
    return c.json({ token: auth.createBearerToken(session), expiresAt })
  })

  // The token of a cookie, such as a stolen one, does not open the API.
  app.use('/api/*', bearer, async (c, next) => {
    if (c.var.session.kind !== 'api') refuse(401, 'This is not a token of the API.')
    await next()
  })

  app.get('/api/me', bearer, (c) => c.json(c.var.session.user))

  app.get('/api/tokens', bearer, async (c) => {
    const { sessionId, user } = c.var.session
    const sessions = await auth.getAllUserSessions(user.userId)
    const tokens = sessions.filter(({ kind }) => kind === 'api')
    return c.json(
      tokens.map(({ sessionId: id, device, createdAt, renewedAt }) => {
        return { id, device, createdAt, lastUsedAt: renewedAt, isCurrent: id === sessionId }
      }),
    )
  })

  app.delete('/api/tokens/:id', bearer, async (c) => {
    const { user } = c.var.session
    const id = c.req.param('id')
    const found = (await auth.getAllUserSessions(user.userId)).find(
      ({ sessionId }) => sessionId === id,
    )
    // Only tokens: devices are signed out on their page, which needs a recent sign-in.
    if (found?.kind !== 'api') return refuse(404, 'There is no such token.')
    await auth.invalidateSession(id, user)
    return c.body(null, 204)
  })

  return app
}
