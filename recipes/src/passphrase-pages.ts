/** The pages of the recipe for passphrases. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { emailField } from './email-field.ts'
import { newPassphraseField } from './new-passphrase-field.ts'
import { withNext } from './next-page.ts'
import { type Problems, field, page } from './page.ts'

interface Fields {
  readonly email?: string
  /** The page to open afterwards. */
  readonly next: string
}

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
