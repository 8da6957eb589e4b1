/** The pages: what people see, with everything that they typed escaped. */
import { createHash } from 'node:crypto'
import type { UntrustedReason } from '@limen/core'
import { closedDoor, icon, mark, openDoor } from './door.ts'
import { type Html, html, trusted } from './html.ts'
import { style } from './style.ts'

/** One note, as it is kept and shown. */
export interface Note {
  readonly id: string
  readonly text: string
  readonly writtenAt: number
}

/** Why a form is shown again, and what was typed. */
export interface Draft {
  readonly status: number
  readonly problem: string
  readonly text: string
}

/** What is wrong with each field of a form, in the order in which the form shows them. */
export type Problems = Readonly<Record<string, string | false | undefined>>

interface DoorPage {
  readonly status?: number
  /** Why the page is shown, where no field is to blame. */
  readonly problem?: string | undefined
  readonly problems?: Problems
  readonly name?: string
  /** A note that could not be kept: it is shown, so that it is not lost. */
  readonly text?: string
}

interface NotesPage {
  readonly name: string
  readonly notes: readonly Note[]
  /** Which change of the notes this page shows. */
  readonly change: string
  readonly draft?: Draft | undefined
}

type FailureStatus = 401 | 404 | 413 | 426 | 500 | 503

const REASONS: Record<UntrustedReason, string> = {
  'cross-site': 'The browser said that a page of another site sent it (Sec-Fetch-Site).',
  'origin-mismatch': 'The page that sent it names another origin than ours (Origin).',
  'origin-missing': 'It did not say which page sent it, and a browser always does.',
  'origin-insecure':
    'The page that sent it was loaded over http, and the app expects https (Origin).',
  'host-unknown': 'It does not say for which host it is, so nothing can be compared with it.',
}

const FAILURES: Record<FailureStatus, readonly [title: string, text: string]> = {
  401: [
    'You are not signed in',
    'Only the pages of somebody who is signed in are told of changes.',
  ],
  404: ['No such page', 'There is nothing behind this address.'],
  413: ['Too much at once', 'A note has at most 2,000 characters.'],
  426: ['Only for a WebSocket', 'Open pages listen here for changes.'],
  500: ['Something broke', 'The fault is ours. Nothing you typed caused it.'],
  503: [
    'The notes cannot be opened just now',
    'Their database does not answer. If you were signed in, you still are. Try again in a moment.',
  ],
}

// Keeps the list as it is in the database. Without it, the page shows changes when it is loaded.
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

/** For whoever is not signed in: one form that signs in, or begins. */
export function doorPage({
  status = 200,
  problem,
  problems = {},
  name = '',
  text,
}: DoorPage = {}): Response {
  return page(
    { title: status === 200 ? 'Notes' : 'Not signed in', status },
    html`<section class="threshold">
      <div class="welcome">
        <h1>Your notes lie behind this door.</h1>
        ${formAlert(problems, problem)}
        ${
          text &&
          html`<figure class="draft">
            <figcaption>Your words, to keep until you are in:</figcaption>
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
            At least 8 characters. A name that nobody has yet becomes yours, with this passphrase.
          </p>
          <button>Sign in or begin</button>
        </form>
      </div>
      ${closedDoor}
    </section>`,
  )
}

/**
 * Somebody's notes, and the form for the next one.
 *
 * The parser drops the first line break of a textarea, so what was typed stands after one.
 */
export function notesPage({ name, notes, change, draft }: NotesPage): Response {
  const problems: Problems = { text: draft?.problem }
  return page(
    { title: draft ? 'Not kept yet' : 'Your notes', status: draft?.status ?? 200, name },
    html`<section class="threshold">
        <div class="welcome">
          <h1>Come in, <bdi>${name}</bdi>.</h1>
          ${formAlert(problems)}
          <form method="post" action="/notes">
            <label for="text">A new note</label>
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
            <button>Keep it</button>
          </form>
        </div>
        ${openDoor}
      </section>
      <section class="notes" id="notes" data-change="${change}" aria-labelledby="kept">
        <h2 id="kept">Kept for you</h2>
        ${notes.length === 0 && html`<p class="empty">Nothing yet. Only you will see what you keep.</p>`}
        <ol>
          ${notes.map(noteItem)}
        </ol>
      </section>
      ${trusted(`<script>${script}</script>`)}`,
  )
}

/** The 403 that explains itself. */
export function refusalPage(reason: UntrustedReason): Response {
  return page(
    // For a refused request no session is read, so the page cannot show whose it is.
    { title: 'Refused', status: 403, isUnread: true },
    html`<div class="sheet">
      <h1>Refused at the door</h1>
      <p class="lead">
        This request did not come from one of our own pages, so nothing was done for it. If you were
        signed in, you still are.
      </p>
      <dl>
        <dt>Reason</dt>
        <dd><code>${reason}</code></dd>
        <dt>Which means</dt>
        <dd>${REASONS[reason]}</dd>
      </dl>
      <p><a class="button" href="/">Go to your notes</a></p>
    </div>`,
  )
}

/** What a visitor is told when a request could not be answered. It touches no cookie. */
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
 * What stands above a form that was not taken: a link to each field with a problem, or the one
 * problem that belongs to no field. The latter takes the focus, because no field does.
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

/** The attributes of a field: what describes it, and the focus for the first one with a problem. */
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
  /** Whether no session was read, so that the page shows neither state. */
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
          ${name === undefined && isUnread && html`<p class="visitor">Your session was not read here</p>`}
        </header>
        <main id="main" tabindex="-1">${body}</main>
        <footer class="foot">
          <p>Kept at the door by <strong>Limen</strong>, Latin for threshold.</p>
        </footer>
      </body>
    </html>`
  return new Response(whole.text, {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      // Not no-referrer: our own forms would then say that they come from nowhere.
      'Referrer-Policy': 'same-origin',
      ...(status === 503 && { 'Retry-After': '30' }),
    },
  })
}

/** What a policy calls the one style and the one script that may be in the page. */
function integrity(source: string): string {
  return `sha256-${createHash('sha256').update(source).digest('base64')}`
}
