/** Restricts pages to accounts, used by the user in person. */
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { signInFirst } from './sign-in-first.ts'
import type { AccountEnv } from './site.ts'

/** Restricts middleware that requires a session to accounts, used by the user in person. */
export function accountsOnly(
  required: MiddlewareHandler<AccountEnv>,
): MiddlewareHandler<AccountEnv> {
  return (c, next) =>
    required(c, async () => {
      // #if impersonation
      if (c.var.session.impersonation) {
        throw new HTTPException(403, { message: 'Only the user can do this.' })
      }
      // #end
      // #if guest
      // Like an anonymous visitor.
      if (c.var.session.user.isGuest) {
        c.res = signInFirst(c)
        return
      }
      // #end
      await next()
    })
}
