/** The markup of the recipes for passkeys. */
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { type Problems, field, page } from './page.ts'
import { userHandleOf } from './passkey-ceremonies.ts'
import type { Passkey } from './passkeys.ts'

interface SignInForm {
  readonly next: string
  /** The id of a passkey that the site does not have: the browser is told to stop offering it. */
  readonly unknown?: string | undefined
}

interface List {
  readonly rpID: string
  readonly userId: string
  readonly passkeys: readonly Passkey[]
}

/** The form to sign in with a passkey. Its script shows it where the browser supports passkeys. */
export function passkeyForm({ next, unknown }: SignInForm, problems: Problems = {}) {
  return html`<form
      method="post"
      action="/passkey"
      id="passkey-sign-in"
      data-unknown="${unknown ?? ''}"
      hidden
    >
      <input type="hidden" name="next" value="${next}" />
      <input type="hidden" name="response" />
      <button>Sign in with a passkey</button>
    </form>
    ${problemText(problems)}
    <script src="/passkey.js" defer></script>`
}

/** The page with the passkeys of a user. */
export function passkeysPage(
  c: Context,
  { rpID, userId, passkeys }: List,
  status?: ContentfulStatusCode,
  problems: Problems = {},
) {
  const name = { name: 'name', label: 'Name', type: 'text', autocomplete: 'off' } as const
  const ids = passkeys.map(({ id }) => id)
  const body = html`<ul
      id="passkeys"
      data-rp="${rpID}"
      data-user="${userHandleOf(userId)}"
      data-ids="${ids.join(' ')}"
    >
      ${passkeys.map(passkeyItem)}
    </ul>
    ${passkeys.length === 0 && html`<p>You have no passkey yet.</p>`}
    <form method="post" action="/passkeys" id="passkey-add" hidden>
      <input type="hidden" name="response" />
      ${field({ ...name, value: 'Passkey', hint: 'Such as the device that stores it.' })}
      <button>Add a passkey</button>
    </form>
    ${problemText(problems)}
    <noscript><p>To add a passkey, turn JavaScript on.</p></noscript>
    <p>When you remove a passkey, your other devices are signed out. <a href="/">Back</a></p>
    <script src="/passkey.js" defer></script>`
  return page(c, 'Your passkeys', body, status)
}

function passkeyItem({ id, name, createdAt }: Passkey) {
  return html`<li>
    <form method="post" action="/passkeys/remove">
      <bdi>${name}</bdi>, added on ${new Date(createdAt).toISOString().slice(0, 10)}
      <input type="hidden" name="id" value="${id}" />
      <button>Remove <bdi>${name}</bdi></button>
    </form>
  </li>`
}

/** The script puts the text of an error here. */
function problemText({ passkey = '' }: Problems) {
  return html`<p><strong class="problem" id="passkey-problem" role="alert">${passkey}</strong></p>`
}
