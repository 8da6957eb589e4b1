/** Turns away what other sites send, before any work is done for it, and says why. */
import type { UntrustedReason } from '@limen/core'
import { createMiddleware } from 'hono/factory'
import { addressOf } from './attempt.ts'
import type { AppContext, AppEnv } from './auth.ts'
import { type FailedContext, plainPage } from './page.tsx'
import { EXPLAINED, noteRefusal } from './refusal.ts'
import { otherSite } from './site.ts'

// What others ask for is shown to all, so only paths of our own are written down.
const PATHS: readonly string[] = [
  '/entries',
  '/sign-up',
  '/sign-in',
  '/sign-out',
  '/account',
  '/devices/sign-out',
  '/devices/sign-out-others',
]

/** For every route: a form for anonymous visitors can be forged like any other. */
export const originGuard = createMiddleware<AppEnv>(async (c, next) => {
  const { origin } = c.var.auth
  if (origin.trusted) return next()
  c.executionCtx.waitUntil(note(c, origin.reason))
  return refusedPage(c, origin.reason)
})

/** A refusal costs its sender nothing, so it may cost us little: no more than the rate limit lets by. */
async function note(c: AppContext, reason: UntrustedReason): Promise<void> {
  const { path, method } = c.req
  const { success } = await c.env.REFUSALS_BY_ADDRESS.limit({ key: addressOf(c) })
  if (!success || method !== 'POST' || !PATHS.includes(path)) return
  await noteRefusal(c.env.DB, { reason, method, path }).catch(console.error)
}

/** The 403 that explains itself. */
export function refusedPage(c: FailedContext, reason: UntrustedReason) {
  const elsewhere = otherSite(c.req.url)
  return plainPage(
    c,
    { title: 'Refused', status: 403 },
    <div class="sheet">
      <h1>Refused at the door</h1>
      <p class="lead">
        This request did not come from a page of the guestbook, so nothing was done for it. If you
        were signed in, you still are.
      </p>
      <dl class="facts">
        <dt>Reason</dt>
        <dd>
          <code>{reason}</code>
        </dd>
        <dt>Which means</dt>
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
          Go to the book
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
