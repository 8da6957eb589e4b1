/** The pages of the recipes for codes of an authenticator app. */
import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { renderSVG } from 'uqr'
import { withNext } from './next-page.ts'
import { type Problems, field, page } from './page.ts'

/** What an authenticator app is given. */
interface Enrolment {
  /** In base32. */
  readonly secret: string
  /** The same as a link. */
  readonly uri: string
}

const CODE = {
  name: 'code',
  label: 'Code of your authenticator app',
  type: 'text',
  autocomplete: 'one-time-code',
} as const
const OR_RECOVERY = { ...CODE, hint: 'Or one of your recovery codes.' }

/** Asks for the code after the first factor. */
export function codePage(c: Context, status?: ContentfulStatusCode, problems?: Problems) {
  const body = html`<form method="post" action="/sign-in/code" novalidate>
      ${field(OR_RECOVERY, problems)}
      <button>Sign in</button>
    </form>
    <p><a href="/sign-in">Start again</a></p>`
  return page(c, 'Enter your code', body, status)
}

/** The sign-in expired, or has no attempt left. */
export function startAgainPage(c: Context) {
  const body = html`<p>This sign-in is not valid any more. <a href="/sign-in">Sign in again</a></p>`
  return page(c, 'Sign in again', body, 401)
}

/** Asks a signed-in user for a code. */
export function confirmPage(
  c: Context,
  next: string,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const body = html`<form method="post" action="/confirm" novalidate>
      <input type="hidden" name="next" value="${next}" />
      ${field(OR_RECOVERY, problems)}
      <button>Continue</button>
    </form>
    <p><a href="${withNext('/sign-in', next)}">Sign in again</a> instead</p>`
  return page(c, 'Confirm that it is you', body, status)
}

/** Shows the secret, and asks for the first code. */
export function enrolPage(
  c: Context,
  { secret, uri }: Enrolment,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  c.header('Cache-Control', 'no-store')
  const body = html`<p>
      Scan this with your authenticator app, or <a href="${uri}">open it</a> on this device.
    </p>
    <div role="img" aria-label="QR code with the secret below">
      ${raw(renderSVG(uri, { border: 4 }))}
    </div>
    <p>Secret: <code>${secret.match(/.{4}/g)?.join(' ')}</code></p>
    <form method="post" action="/two-step" novalidate>
      <input type="hidden" name="secret" value="${secret}" />
      ${field(CODE, problems)}
      <button>Turn on</button>
    </form>
    <p>Your other devices are signed out. <a href="/">Back</a></p>`
  return page(c, 'Sign in in two steps', body, status)
}

/** Shows the recovery codes, once. */
export function recoveryPage(c: Context, codes: readonly string[]) {
  c.header('Cache-Control', 'no-store')
  const body = html`<p>
      Store these codes in a safe place. Each signs you in once, without your device.
    </p>
    <ul>
      ${codes.map((code) => html`<li><code>${code}</code></li>`)}
    </ul>
    <p><a href="/">I have stored them</a></p>`
  return page(c, 'Your recovery codes', body)
}

/** The page of a user who has turned it on. */
export function enrolledPage(c: Context, recoveryCodes: number) {
  const body = html`<p>It is on. You have ${recoveryCodes} recovery codes left.</p>
    <p>For new ones, or for another device, turn it off and on again.</p>
    <form method="post" action="/two-step/off"><button>Turn off</button></form>
    <p><a href="/">Back</a></p>`
  return page(c, 'Sign in in two steps', body)
}
