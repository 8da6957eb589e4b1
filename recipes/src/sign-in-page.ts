/** The sign-in page: a part for each way to sign in. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { emailField } from './email-field.ts'
import { withNext } from './next-page.ts'
import { type Problems, field, page } from './page.ts'
import { passkeyForm } from './passkey-pages.ts'

interface Fields {
  /** The page to open afterwards. */
  readonly next: string
  // #if passphrase
  readonly email?: string
  // #end
  // #if passkey
  /** The id of a passkey that the site does not have. */
  readonly unknown?: string | undefined
  // #end
}

/** The page with all ways to sign in. */
export function signInPage(
  c: Context,
  fields: Fields,
  status?: ContentfulStatusCode,
  // #if passphrase or passkey
  problems?: Problems,
  // #end
) {
  const ways = [
    // #if passphrase
    passphraseForm(fields, problems),
    // #end
    // #if email
    linkTo('/sign-in/email', 'Sign in with an e-mail', fields),
    // #end
    // #if oauth
    linkTo('/oauth', 'Sign in with another account', fields),
    // #end
    // #if reset
    linkTo('/reset', 'Forgot your passphrase?', fields),
    // #end
    // #if passkey
    passkeyForm(fields, problems),
    // #end
    // #if passphrase
    linkTo('/sign-up', 'No account yet? Sign up', fields),
    // #end
  ]
  return page(c, 'Sign in', html`${ways}`, status)
}

function linkTo(path: string, text: string, { next }: Fields) {
  return html`<p><a href="${withNext(path, next)}">${text}</a></p>`
}

// #if passphrase
function passphraseForm({ email, next }: Fields, problems: Problems | undefined) {
  const passphrase = {
    name: 'passphrase',
    label: 'Passphrase',
    type: 'password',
    autocomplete: 'current-password',
  } as const
  return html`<form method="post" action="/sign-in" novalidate>
    <input type="hidden" name="next" value="${next}" />
    ${emailField(email, problems, 'username webauthn')} ${field(passphrase, problems)}
    <button>Sign in</button>
  </form>`
}
// #end
