/** Recipe: connect accounts at providers to one's own account, and disconnect them. */
import { type Context, Hono } from 'hono'
import { readForm } from './form.ts'
import type { Identity } from './identities.ts'
import { oauthFlows } from './oauth-flow.ts'
import { connectionsPage } from './oauth-pages.ts'
import { requireRecent } from './recent.ts'
import { requireAccount } from './require-account.ts'
import type { Site, SiteEnv } from './site.ts'

const PAGE = '/connections'
const SIGNED_OUT = 'You were signed out.'

/** `/connections`. */
export function connections(site: Site): Hono<SiteEnv> {
  const { auth, identities, providers } = site
  const { start } = oauthFlows(site)
  const app = new Hono<SiteEnv>()
  const recent = requireRecent(site, PAGE)

  app.get(PAGE, requireAccount(site), async (c) => {
    const connected = await identities.list(c.var.session.user.userId)
    return connectionsPage(c, providers, connected)
  })

  app.post(`${PAGE}/disconnect`, recent, async (c) => {
    const form = await readForm(c)
    const { sessionId, user } = c.var.session
    const identity = { provider: form('provider'), subject: form('subject') }
    if (!(await identities.disconnect(identity, user.userId))) {
      const connected = await identities.list(user.userId)
      const problem = 'This is your last way to sign in. Connect another account first.'
      return connectionsPage(c, providers, connected, problem, 409)
    }
    // A session of this user can be of a person who signed in with that account.
    await auth.invalidateAllUserSessions(user.userId, { except: sessionId })
    return c.redirect(PAGE, 303)
  })

  app.post(`${PAGE}/:provider`, recent, (c) =>
    start(c, { next: PAGE, connectTo: c.var.session.user.userId }),
  )

  return app
}

/** Connects an identity to the user who asked for it. Returns what is wrong, or `null`. */
export async function connect(
  c: Context<SiteEnv>,
  { identities }: Site,
  identity: Identity,
  userId: string,
): Promise<string | null> {
  // The browser can have another session by now.
  const isSignedIn = async () => (await c.var.auth.validate())?.user.userId === userId
  if (!(await isSignedIn())) return SIGNED_OUT
  if ((await identities.findUser(identity)) === userId) return null
  if (!(await identities.connect(identity, userId)))
    return 'Another user has connected this account.'
  // When all sessions are revoked, identities can be removed too, and this one came after that.
  c.var.auth.invalidate()
  if (await isSignedIn()) return null
  await identities.remove(userId, identity)
  return SIGNED_OUT
}
