/** Requires the session of an account: for pages that change it. */
import { requireSession } from '@limen/hono'
import type { MiddlewareHandler } from 'hono'
import { accountsOnly } from './accounts-only.ts'
import { signInFirst } from './sign-in-first.ts'
import type { AccountEnv, Site } from './site.ts'

/** The middleware. Others must sign in first. */
export function requireAccount({ auth }: Site): MiddlewareHandler<AccountEnv> {
  let required: MiddlewareHandler<AccountEnv> = requireSession(auth, signInFirst)
  // #if guest or impersonation
  required = accountsOnly(required)
  // #end
  return required
}
