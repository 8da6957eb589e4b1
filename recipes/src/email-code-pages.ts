/** The pages on which a visitor asks for a code and types it. */
import type { TicketResult } from '@limen/core/tickets'
import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { emailField } from './email-field.ts'
import { newPassphraseField } from './new-passphrase-field.ts'
import { withNext } from './next-page.ts'
import { type Problems, field, page } from './page.ts'

/** What the codes of one purpose are for. */
export interface CodeTexts {
  /** The purpose of the tickets. */
  readonly purpose: string
  /** The page that asks for a code. The code is typed on the page `code` below it. */
  readonly path: string
  /** The subject of the e-mail. */
  readonly subject: string
  /** The title of the pages. */
  readonly title: string
  // #if passphrase
  /** Whether the code is sent with a new passphrase. */
  readonly hasPassphrase: boolean
  // #end
}

/** A code that was not taken. */
type Refused = Extract<TicketResult<object>, { valid: false }>

interface AskFields {
  readonly email?: string
  /** The page to open afterwards. */
  readonly next: string
}

/** The page that asks for an e-mail with a code. */
export function askPage(
  c: Context,
  { path, title }: CodeTexts,
  { email, next }: AskFields,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const body = html`<form method="post" action="${path}" novalidate>
      <input type="hidden" name="next" value="${next}" />
      ${emailField(email, problems)}
      <button>Send me a code</button>
    </form>
    <p><a href="${withNext('/sign-in', next)}">All ways to sign in</a></p>`
  return page(c, title, body, status)
}

/** The page for the code. A link in an e-mail opens it with the code in the field. */
export function codePage(
  c: Context,
  texts: CodeTexts,
  code: string,
  status?: ContentfulStatusCode,
  problems?: Problems,
) {
  const input = {
    name: 'code',
    label: 'Code',
    type: 'text',
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
    hint: 'The e-mail has 6 digits. They are valid for 10 minutes.',
    value: code,
  } as const
  const { path, title } = texts
  const fields = [
    field(input, problems),
    // #if passphrase
    texts.hasPassphrase && newPassphraseField('New passphrase', problems),
    // #end
  ]
  const body = html`<p>We have sent a code to the address.</p>
    <form method="post" action="${path}/code" novalidate>
      ${fields}
      <button>${title}</button>
    </form>
    <p>Nothing arrived? Look into the spam, or <a href="${path}">ask for a new code</a>.</p>`
  return page(c, title, body, status)
}

/** The page for a code that was not taken. */
export function refusedPage(
  c: Context,
  texts: CodeTexts,
  code: string,
  { reason, attemptsLeft }: Refused,
) {
  if (reason === 'malformed') return codePage(c, texts, code, 422, { code: 'Enter the 6 digits.' })
  if (!attemptsLeft) return notHerePage(c, texts, 401)
  const problem = `This code is wrong. You can try ${attemptsLeft} more.`
  return codePage(c, texts, '', 401, { code: problem })
}

/** The page for a browser that did not ask for the code, and for a code that is not valid any more. */
export function notHerePage(c: Context, { path, title }: CodeTexts, status: ContentfulStatusCode) {
  const body = html`<p>This browser has not asked for a code, or the code is not valid any more.</p>
    <p>
      Open the link in the browser in which you asked for it, or type the 6 digits of the e-mail
      there.
    </p>
    <p><a href="${path}">Ask for a new code</a></p>`
  return page(c, title, body, status)
}
