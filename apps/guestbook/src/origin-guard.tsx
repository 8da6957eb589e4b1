/** Rejects cross-site requests before a handler runs, with a page that shows the reason. */
import type { UntrustedReason } from '@limen/core'
import { createMiddleware } from 'hono/factory'
import { addressOf } from './attempt.ts'
import type { AppContext, AppEnv } from './auth.ts'
import { type FailedContext, plainPage } from './page.tsx'
import { EXPLAINED, insertRefusal } from './refusal.ts'
import { otherSite } from './site.ts'

// The list of refusals is public, so only known paths are stored.
const PATHS: readonly string[] = [
  '/entries',
  '/sign-up',
  '/sign-in',
  '/sign-out',
  '/account',
  '/passphrase',
  '/confirm',
  '/devices/sign-out',
  '/devices/sign-out-others',
]

/** For every route, because forms for anonymous visitors can be forged as well. */
export const originGuard = createMiddleware<AppEnv>(async (c, next) => {
  const { origin } = c.var.auth
  if (origin.trusted) return next()
  c.executionCtx.waitUntil(storeRefusal(c, origin.reason))
  return refusedPage(c, origin.reason)
})

/** Stores a refusal, up to the rate limit, because a client can cause any number of them. */
async function storeRefusal(c: AppContext, reason: UntrustedReason): Promise<void> {
  const { path, method } = c.req
  const { success } = await c.env.REFUSALS_BY_ADDRESS.limit({ key: addressOf(c) })
  if (!success || method !== 'POST' || !PATHS.includes(path)) return
  await insertRefusal(c.env.DB, { reason, method, path }).catch(console.error)
}

/** The 403 page, with the reason. */
export function refusedPage(c: FailedContext, reason: UntrustedReason) {
  const elsewhere = otherSite(c.req.url)
  return plainPage(
    c,
    { title: 'Refused', status: 403 },
    <div class="sheet">
      <h1>Request refused</h1>
      <p class="lead">
        This request was not sent by a page of the guestbook, so it had no effect. If you are signed
        in, you still are.
      </p>
      <dl class="facts">
        <dt>Reason</dt>
        <dd>
          <code>{reason}</code>
        </dd>
        <dt>Meaning</dt>
        <dd>{EXPLAINED[reason]}</dd>
        <dt>Request</dt>
        <dd>
          <code>
            {c.req.method} {c.req.path}
          </code>
        </dd>
      </dl>
      <p class="actions">
        <a class="button" href="/">
          Go to the guestbook
        </a>
        {elsewhere && (
          <a class="button quiet" href={elsewhere}>
            Attack again
          </a>
        )}
      </p>
    </div>,
  )
}
