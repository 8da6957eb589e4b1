/** The pages. All input is escaped. */
import { createHash } from 'node:crypto'
import type { UntrustedReason } from '@limen/core'
import { closedArch, icon, mark, openArch } from './arch.ts'
import { type Html, html, trusted } from './html.ts'
import { style } from './style.ts'

/** One note. */
export interface Note {
  readonly id: string
  readonly text: string
  readonly writtenAt: number
}

/** A rejected note, and the problem. */
export interface Draft {
  readonly status: number
  readonly problem: string
  readonly text: string
}

/** The error message of each field, in the order of the form. */
export type Problems = Readonly<Record<string, string | false | undefined>>

interface SignInPage {
  readonly status?: number
  /** Why the page is shown, if no field has a problem. */
  readonly problem?: string | undefined
  readonly problems?: Problems
  readonly name?: string
  /** A note that was not saved. It is shown so that it is not lost. */
  readonly text?: string
}

interface NotesPage {
  readonly name: string
  readonly notes: readonly Note[]
  /** The version of the notes that the page shows. */
  readonly change: string
  readonly draft?: Draft | undefined
}

type FailureStatus = 401 | 404 | 413 | 426 | 500 | 503

const REASONS: Record<UntrustedReason, string> = {
  'cross-site': 'A page of another site sent it (Sec-Fetch-Site).',
  'origin-mismatch': 'A page of another origin sent it (Origin).',
  'origin-missing': 'It has no Origin header, and browsers always send one with a form.',
  'origin-insecure':
    'The page that sent it was loaded over http, and the app expects https (Origin).',
  'host-unknown': 'Its host is unknown, so its origin cannot be compared.',
}

const FAILURES: Record<FailureStatus, readonly [title: string, text: string]> = {
  401: ['You are not signed in', 'Changes are pushed only to pages of signed-in users.'],
  404: ['Page not found', 'There is no page at this address.'],
  413: ['Form too large', 'A note can have 2,000 characters.'],
  426: ['WebSocket required', 'Open pages receive changes at this address.'],
  500: ['Internal error', 'This is a fault of the app, not of your input.'],
  503: [
    'The notes are unavailable',
    'The database does not respond. If you are signed in, you still are. Try again in a moment.',
  ],
}

// Updates the list after each change. Without JavaScript, the page shows changes when it is loaded.
const script = `
const notes = () => document.getElementById('notes')
async function refresh() {
  const response = await fetch('/')
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const fresh = page.getElementById('notes')
  if (!response.ok) return
  if (!fresh) return location.replace('/')
  const focused = document.activeElement.id
  notes().replaceWith(fresh)
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
}
function listen() {
  const socket = new WebSocket('/live?since=' + notes().dataset.change)
  socket.onmessage = refresh
  socket.onclose = ({ code }) =>
    setTimeout(() => refresh().catch(() => {}).then(listen), code === 4401 ? 0 : 5000)
}
listen()
`

const policy = [
  "default-src 'none'",
  `style-src '${integrity(style)}'`,
  `script-src '${integrity(script)}'`,
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
})

/** For anonymous visitors: one form for sign-in and sign-up. */
export function signInPage({
  status = 200,
  problem,
  problems = {},
  name = '',
  text,
}: SignInPage = {}): Response {
  return page(
    { title: status === 200 ? 'Notes' : 'Not signed in', status },
    html`<section class="intro">
      <div class="welcome">
        <h1>Private notes</h1>
        ${formAlert(problems, problem)}
        ${
          text &&
          html`<figure class="draft">
            <figcaption>Your note, to copy after you signed in:</figcaption>
            <blockquote dir="auto">${text}</blockquote>
          </figure>`
        }
        <form method="post" action="/sign-in">
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            value="${name}"
            required
            maxlength="40"
            autocomplete="username"
            autocapitalize="words"
            spellcheck="false"
            dir="auto"
            ${described('name', problems)}
          />
          ${fieldProblem('name', problems)}
          <label for="passphrase">Passphrase</label>
          <input
            id="passphrase"
            name="passphrase"
            type="password"
            required
            minlength="8"
            maxlength="200"
            autocomplete="current-password"
            ${described('passphrase', problems, 'hint')}
          />
          ${fieldProblem('passphrase', problems)}
          <p class="hint" id="hint">
            At least 8 characters. If the name is new, an account with this passphrase is created.
          </p>
          <button>Sign in or sign up</button>
        </form>
      </div>
      ${closedArch}
    </section>`,
  )
}

/**
 * The notes of a user, and the form for a new one.
 *
 * HTML parsers remove the first line break in a textarea, so we add one.
 */
export function notesPage({ name, notes, change, draft }: NotesPage): Response {
  const problems: Problems = { text: draft?.problem }
  return page(
    { title: draft ? 'Note not saved' : 'Your notes', status: draft?.status ?? 200, name },
    html`<section class="intro">
        <div class="welcome">
          <h1>Welcome, <bdi>${name}</bdi>.</h1>
          ${formAlert(problems)}
          <form method="post" action="/notes">
            <label for="text">New note</label>
            <textarea
              id="text"
              name="text"
              rows="3"
              required
              maxlength="2000"
              dir="auto"
              ${described('text', problems)}
            >
${draft?.text ?? ''}</textarea>
            ${fieldProblem('text', problems)}
            <button>Save</button>
          </form>
        </div>
        ${openArch}
      </section>
      <section class="notes" id="notes" data-change="${change}" aria-labelledby="list">
        <h2 id="list">Your notes</h2>
        ${notes.length === 0 && html`<p class="empty">You have no notes yet. Only you can read them.</p>`}
        <ol>
          ${notes.map(noteItem)}
        </ol>
      </section>
      ${trusted(`<script>${script}</script>`)}`,
  )
}

/** The 403 page, with the reason. */
export function refusalPage(reason: UntrustedReason): Response {
  return page(
    // No session is read for a refused request, so the page shows no user.
    { title: 'Refused', status: 403, isUnread: true },
    html`<div class="sheet">
      <h1>Request refused</h1>
      <p class="lead">
        This request was not sent by a page of this app, so it had no effect. If you are signed in,
        you still are.
      </p>
      <dl>
        <dt>Reason</dt>
        <dd><code>${reason}</code></dd>
        <dt>Meaning</dt>
        <dd>${REASONS[reason]}</dd>
      </dl>
      <p><a class="button" href="/">Go to your notes</a></p>
    </div>`,
  )
}

/** The page for a failure. It sends no cookie. */
export function failurePage(status: FailureStatus, name?: string): Response {
  const [title, text] = FAILURES[status]
  return page(
    { title, status, name, isUnread: status >= 500 },
    html`<div class="sheet">
      <h1>${title}</h1>
      <p class="lead">${text}</p>
      <p><a class="button" href="/">Go to your notes</a></p>
    </div>`,
  )
}

/**
 * The message above a rejected form: a link to each field with a problem, or a problem of the whole
 * form, which then gets the focus.
 */
function formAlert(problems: Problems, problem?: string): Html | undefined {
  const invalid = Object.entries(problems).filter(([, text]) => text)
  if (invalid.length > 0) {
    return html`<div class="alert" role="alert">
      <ul>
        ${invalid.map(([name, text]) => html`<li><a href="#${name}">${text}</a></li>`)}
      </ul>
    </div>`
  }
  if (!problem) return undefined
  return html`<p class="alert" role="alert" tabindex="-1" autofocus>${problem}</p>`
}

/** The attributes of a field: its description, and autofocus for the first field with a problem. */
function described(name: string, problems: Problems, hint?: string): Html {
  const ids = [problems[name] && `${name}-problem`, hint].filter(Boolean).join(' ')
  const isFirst = Object.keys(problems).find((field) => problems[field]) === name
  return html`${ids && html`aria-describedby="${ids}"`}
  ${problems[name] && html`aria-invalid="true"`} ${isFirst && html`autofocus`}`
}

function fieldProblem(name: string, problems: Problems): Html | undefined {
  const text = problems[name]
  return text ? html`<p class="problem" id="${name}-problem">${text}</p>` : undefined
}

function noteItem({ id, text, writtenAt }: Note): Html {
  const date = new Date(writtenAt)
  return html`<li>
    <blockquote id="note-${id}" dir="auto">${text}</blockquote>
    <form method="post" action="/notes/delete">
      <time datetime="${date.toISOString()}">${FORMAT.format(date)} UTC</time>
      <input type="hidden" name="id" value="${id}" />
      <button class="plain" id="delete-${id}" aria-describedby="note-${id}">Delete</button>
    </form>
  </li>`
}

interface Page {
  readonly title: string
  readonly status: number
  readonly name?: string | undefined
  /** Whether no session was read, so that the header shows no user. */
  readonly isUnread?: boolean
}

function page({ title, status, name, isUnread = false }: Page, body: Html): Response {
  const visitor = html`<span>Signed in as <bdi>${name}</bdi></span>
    <form method="post" action="/sign-out"><button class="plain">Sign out</button></form>`
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${icon}" />
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">${mark} Notes</a>
          ${name !== undefined && html`<div class="visitor">${visitor}</div>`}
          ${name === undefined && isUnread && html`<p class="visitor">Session not read</p>`}
        </header>
        <main id="main" tabindex="-1">${body}</main>
        <footer class="foot">
          <p>Sessions by <strong>Limen</strong>.</p>
        </footer>
      </body>
    </html>`
  return new Response(whole.text, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      // Not no-referrer: our own forms would then send `Origin: null`.
      'Referrer-Policy': 'same-origin',
      ...(status === 503 && { 'Retry-After': '30' }),
    },
  })
}

/** The hash by which the policy allows the style or the script. */
function integrity(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`
}
