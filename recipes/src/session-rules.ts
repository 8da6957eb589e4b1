/** Checks the session of each request, before all routes. */
import type { MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import { adminCookie } from './admin-cookie.ts'
import type { Impersonation } from './session-kinds.ts'
import type { Site, SiteEnv } from './site.ts'

// #if api
/** A token of the API in a cookie opens no page. */
export function noApiTokens(): MiddlewareHandler<SiteEnv> {
  return async (c, next) => {
    const session = await c.var.auth.validate()
    if (session?.kind === 'api') c.var.auth.setSession(null)
    await next()
  }
}

// #end

// #if impersonation
/** `page()` shows the banner above every page. */
interface BannerEnv {
  Variables: SiteEnv['Variables'] & { banner?: ReturnType<typeof html> }
}

/**
 * Ends an impersonation whose administrator has lost the role or the session, or whose user has become
 * an administrator. Otherwise every page has a banner, with a button that stops it.
 */
export function checkImpersonation({ auth }: Site): MiddlewareHandler<BannerEnv> {
  return async (c, next) => {
    const session = await c.var.auth.validate()
    if (session?.impersonation) {
      if (session.user.role || !(await isByAdmin(session.impersonation))) {
        await auth.invalidateSession(session.sessionId)
        c.var.auth.setSession(null)
      } else {
        const end = session.idlePeriodExpiresAt.toISOString().slice(11, 16)
        c.set('banner', banner(`You act as ${session.user.email} until ${end} UTC.`))
      }
    } else if (!session && adminCookie.has(c)) {
      c.set('banner', banner('Your time as another user has ended.'))
    }
    await next()
  }

  async function isByAdmin({ adminId, adminSessionId }: Impersonation): Promise<boolean> {
    const admin = (await auth.getSession(adminSessionId))?.user
    return admin?.userId === adminId && admin.role === 'admin'
  }
}

function banner(text: string) {
  return html`<form class="banner" method="post" action="/impersonation/stop">
    <bdi>${text}</bdi> <button>Return to your session</button>
  </form>`
}
// #end
