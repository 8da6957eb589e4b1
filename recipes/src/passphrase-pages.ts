/** The pages of the recipe for passphrases. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { withNext } from './next-page.ts'
import { type Problems, field, page } from './page.ts'
import { passkeyForm } from './passkey-pages.ts'

interface Fields {
  readonly email?: string
  /** The page to open afterwards. */
  readonly next: string
  /** The id of a passkey that the site does not have. */
  readonly unknown?: string | undefined
}

const NEW_PASSPHRASE = {
  name: 'passphrase',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'At least 8 characters. Several words are better than one.',
} as const

/** The page with the form for a new account. */
export function signUpPage(
  c: Context,
  { email, next }: Fields,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const body = html`<form method="post" action="/sign-up" novalidate>
      <input type="hidden" name="next" value="${next}" />
      ${emailField(email, problems)} ${newPassphraseField('Passphrase', problems)}
      <button>Sign up</button>
    </form>
    <p>Do you have an account? <a href="${withNext('/sign-in', next)}">Sign in</a></p>`
  return page(c, 'Sign up', body, status)
}

/** The page with the form for an account that exists. */
export function signInPage(
  c: Context,
  { email, next, unknown }: Fields,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const passphrase = {
    name: 'passphrase',
    label: 'Passphrase',
    type: 'password',
    autocomplete: 'current-password',
  } as const
  const body = html`<form method="post" action="/sign-in" novalidate>
      <input type="hidden" name="next" value="${next}" />
      ${emailField(email, problems, 'username webauthn')} ${field(passphrase, problems)}
      <button>Sign in</button>
    </form>
    <p><a href="${withNext('/sign-in/email', next)}">Sign in with an e-mail</a></p>
    <p><a href="${withNext('/oauth', next)}">Sign in with another account</a></p>
    <p><a href="${withNext('/reset', next)}">Forgot your passphrase?</a></p>
    ${passkeyForm({ next, unknown }, problems)}
    <p>No account yet? <a href="${withNext('/sign-up', next)}">Sign up</a></p>`
  return page(c, 'Sign in', body, status)
}

/** The page on which a user changes their passphrase. */
export function changePage(
  c: Context,
  { isRecent }: { readonly isRecent: boolean },
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const current = {
    name: 'current',
    label: 'Current passphrase',
    type: 'password',
    autocomplete: 'current-password',
  } as const
  const body = html`<form method="post" action="/passphrase" novalidate>
      ${!isRecent && field(current, problems)} ${newPassphraseField('New passphrase', problems)}
      <button>Change the passphrase</button>
    </form>
    <p>Your other devices are signed out. <a href="/">Back</a></p>`
  return page(c, 'Change your passphrase', body, status)
}

/** The field for a new passphrase. */
export function newPassphraseField(label: string, problems: Problems | undefined) {
  return field({ label, ...NEW_PASSPHRASE }, problems)
}

/** With `username webauthn`, the browser also offers passkeys in this field. */
function emailField(
  value: string | undefined,
  problems: Problems | undefined,
  autocomplete = 'username',
) {
  const email = { name: 'email', label: 'E-mail address', type: 'email' } as const
  return field({ ...email, autocomplete, value }, problems)
}
