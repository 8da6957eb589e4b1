/** The pages for failures. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refusedPage } from './origin-guard.tsx'
import { isAuthError } from '@limen/core'
import { isOutage } from './outage.ts'
import { type FailedContext, failedPage } from './page.tsx'
import { SIGNED_OUT_REASON } from './sign-in.tsx'

/** For `app.onError`. It sends no cookie: after an outage, users are still signed in. */
export function failure(error: Error, c: Context) {
  if (isOutage(error)) {
    log(error)
    c.header('Retry-After', '30')
    return failurePage(c, 503, 'The guestbook is unavailable', [
      'The database does not respond. If you are signed in, you still are.',
      'Try again in a moment.',
    ])
  }
  if (isAuthError(error) && error.code === 'AUTH_UNTRUSTED_ORIGIN') {
    return refusedPage(c, 'cross-site')
  }
  if (isAuthError(error) && error.code === 'AUTH_INVALID_SESSION_ID') {
    // The session was revoked on another device after this request validated it.
    return c.redirect(`/sign-in?reason=${SIGNED_OUT_REASON}`, 303)
  }
  if (error instanceof HTTPException && error.status < 500) {
    return failurePage(c, error.status as ContentfulStatusCode, 'The request failed', [
      error.message,
    ])
  }
  // Not 503: a missing table or an invalid query fails again at the next attempt.
  log(error)
  return failurePage(c, 500, 'Internal error', [
    'This is a fault of the guestbook, not of your input.',
  ])
}

/** For `app.notFound`. */
export function notFound(c: Context) {
  return failurePage(c, 404, 'Page not found', ['The guestbook has no page at this address.'])
}

/** Logs one line with the code, and the whole error after it. */
function log(error: Error): void {
  console.error(`${isAuthError(error) ? error.code : error.name}: ${error.message}`, error)
}

function failurePage(
  c: FailedContext,
  status: ContentfulStatusCode,
  title: string,
  lines: readonly string[],
) {
  return failedPage(
    c,
    { title, status },
    <div class="sheet">
      <h1>{title}</h1>
      {lines.map((line) => (
        <p>{line}</p>
      ))}
      <p class="actions">
        <a class="button" href="/">
          Go to the guestbook
        </a>
      </p>
    </div>,
  )
}
