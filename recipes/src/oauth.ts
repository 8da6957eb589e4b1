/** Recipe: sign up and sign in with an account at a provider, such as GitHub, Google or Apple. */
import { authenticate, requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { connect } from './connections.ts'
import { readForm } from './form.ts'
import { nextPage } from './next-page.ts'
import { oauthFlows } from './oauth-flow.ts'
import { continuePage, failedPage, noAccountPage, providersPage } from './oauth-pages.ts'
import { openSession } from './open-session.ts'
import type { Site, SiteEnv } from './site.ts'

/** `/oauth`, and the callbacks of the providers. */
export function oauth(site: Site): Hono<SiteEnv> {
  const { auth, identities, providers } = site
  const { start, finish } = oauthFlows(site)
  const app = new Hono<SiteEnv>()

  app.get('/oauth', (c) => providersPage(c, providers, nextPage(c.req.query('next'))))

  app.post('/oauth/:provider', requireOrigin(auth), async (c) => {
    const form = await readForm(c)
    return start(c, { next: nextPage(form('next')), connectTo: null })
  })

  // #if apple
  // From Apple's site, so the browser sends no SameSite=Lax cookie. The page that this returns sends the
  // same parameters again, from this site. Until then nothing is checked, and nothing changes.
  app.post('/oauth/:provider/callback', async (c) => {
    const form = await readForm(c)
    const names = ['code', 'state', 'iss', 'error'].filter((name) => form(name) !== '')
    const parameters = new URLSearchParams(names.map((name) => [name, form(name)]))
    return continuePage(c, 'this site', `${c.req.path}?${parameters.toString()}`)
  })
  // #end

  app.get('/oauth/:provider/callback', authenticate(auth), async (c) => {
    const finished = await finish(c)
    if (finished instanceof Response) return finished
    const { provider, profile, next, connectTo } = finished
    const identity = { provider: provider.id, subject: profile.subject }

    if (connectTo !== null) {
      const problem = await connect(c, site, identity, connectTo)
      if (problem === null) return c.redirect(next, 303)
      return failedPage(c, 409, problem)
    }

    const { email } = profile
    const known = await identities.findUser(identity)
    // Never the user who has this address: who owns an address at a provider need not own it here.
    const userId = known ?? (email === null ? null : await identities.createUser(identity, email))
    if (userId === null) return noAccountPage(c, provider, email)
    const isStillRight = async () => (await identities.findUser(identity)) === userId
    const opened = await openSession(c, site, { userId, next, isStillRight })
    return opened ?? failedPage(c, 401, 'This account was disconnected.')
  })

  return app
}
