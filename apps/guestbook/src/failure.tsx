/** What a visitor is told when a request could not be answered. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refusedPage } from './origin-guard.tsx'
import { isAuthError } from '@limen/core'
import { isOutage } from './outage.ts'
import { type FailedContext, failedPage } from './page.tsx'

/** For `app.onError`. It touches no cookie: an outage signs nobody out. */
export function failure(error: Error, c: Context) {
  if (isOutage(error)) {
    log(error)
    c.header('Retry-After', '30')
    return failurePage(c, 503, 'The book cannot be opened just now', [
      'Its database does not answer. Nothing is lost: if you are signed in, you still are.',
      'Try again in a moment.',
    ])
  }
  if (isAuthError(error) && error.code === 'AUTH_UNTRUSTED_ORIGIN') {
    return refusedPage(c, 'cross-site')
  }
  if (error instanceof HTTPException && error.status < 500) {
    return failurePage(c, error.status as ContentfulStatusCode, 'That did not work', [
      error.message,
    ])
  }
  // Not 503: a missing table or a broken query answers the same at the next try.
  log(error)
  return failurePage(c, 500, 'Something broke', ['The fault is ours. Nothing you typed caused it.'])
}

/** For `app.notFound`. */
export function notFound(c: Context) {
  return failurePage(c, 404, 'No such page', ['The book has no page of that name.'])
}

/** One line that can be searched for, and the whole error after it. */
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
          Go to the book
        </a>
      </p>
    </div>,
  )
}
