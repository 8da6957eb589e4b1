/** Sends a visitor without a session to the sign-in page. */
import type { Context } from 'hono'
import { nextPage, withNext } from './next-page.ts'

/** Redirects to the sign-in page, which then leads back. */
export function signInFirst(c: Pick<Context, 'req' | 'redirect'>): Response {
  return c.redirect(withNext('/sign-in', nextPage(c.req.path)), 303)
}
