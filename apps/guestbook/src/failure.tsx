/** What a visitor is told when a request could not be answered. */
import { AuthError } from '@limen/core'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { refusedPage } from './origin-guard.tsx'
import { isOutage } from './outage.ts'
import { plainPage } from './page.tsx'

/** For `app.onError`. It touches no cookie: an outage signs nobody out. */
export function failure(error: Error, c: Context) {
  if (isOutage(error)) {
    console.error(error)
    c.header('Retry-After', '30')
    return failurePage(c, 503, 'The book cannot be opened just now', [
      'Its database does not answer. Nothing is lost: if you are signed in, you still are.',
      'Try again in a moment.',
    ])
  }
  if (error instanceof AuthError && error.code === 'AUTH_UNTRUSTED_ORIGIN') {
    return refusedPage(c, 'cross-site')
  }
  if (error instanceof HTTPException && error.status < 500) {
    return failurePage(c, error.status as ContentfulStatusCode, 'That did not work', [
      error.message,
    ])
  }
  console.error(error)
  return failurePage(c, 500, 'Something broke', ['The fault is ours. Nothing you typed caused it.'])
}

/** For `app.notFound`. */
export function notFound(c: Context) {
  return failurePage(c, 404, 'No such page', ['The book has no page of that name.'])
}

function failurePage(
  c: Context,
  status: ContentfulStatusCode,
  title: string,
  lines: readonly string[],
) {
  return plainPage(
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
