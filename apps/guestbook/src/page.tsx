/** The layout of every page. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppContext, PlainContext } from './auth.ts'
import { nextPage, withNext } from './next-page.ts'
import { isOutage } from './outage.ts'
import { otherSite } from './site.ts'

/** Shown if the session was revoked on another device, or has expired. */
export const SIGNED_OUT = 'You were signed out on this device.'

export interface PageOptions {
  readonly title: string
  readonly status?: ContentfulStatusCode
  /** Set by the sign-in page, which shows the reason itself. */
  readonly isSignIn?: boolean
}

/** The user's name, `null` without a session, `undefined` if no session was read. */
type Visitor = string | null | undefined

/** Answers with a page whose header shows the user. */
export async function page(c: AppContext, options: PageOptions, body: Child) {
  const session = await c.var.auth.validate()
  return frame(c, options, session?.user.name ?? null, body)
}

/** The same for a failure: its header shows the user if the session can be read. */
export async function failedPage(c: FailedContext, options: PageOptions, body: Child) {
  return frame(c, options, await visitorOf(c, options.status), body)
}

/** Answers a refused request. No session is read, so the header shows no user. */
export function plainPage(c: FailedContext, options: PageOptions, body: Child) {
  return frame(c, options, undefined, body)
}

/** A context whose middleware did not run, perhaps because of a failure before it. */
export type FailedContext = PlainContext & { readonly var: Partial<AppContext['var']> }

async function visitorOf({ var: { auth } }: FailedContext, status = 200): Promise<Visitor> {
  if (!auth?.origin.trusted) return undefined
  // Do not query an unavailable database again: the visitor would wait twice.
  if (status === 503 && !auth.isPrivate) return undefined
  try {
    return (await auth.validate())?.user.name ?? null
  } catch (error) {
    // The page for a failure must not fail. An outage was already logged.
    if (!isOutage(error)) console.error(error)
    return undefined
  }
}

/** Says that the device was signed out, above the content of any page. */
function SignedOutNotice({ c }: { c: PlainContext }) {
  const { pathname, search } = new URL(c.req.url)
  const next = c.req.method === 'GET' ? nextPage(pathname + search) : '/'
  return (
    <p class="notice" role="status">
      {SIGNED_OUT} <a href={withNext('/sign-in', next)}>Sign in again</a>
    </p>
  )
}

function frame(
  c: FailedContext,
  { title, status = 200, isSignIn = false }: PageOptions,
  visitor: Visitor,
  body: Child,
) {
  return document(
    c,
    { title: `${title} · Guestbook`, status, ...tabScript(c, visitor) },
    <>
      <header class="top">
        <a class="brand" href="/">
          <svg class="mark" viewBox="0 0 20 24" width="20" height="24" aria-hidden="true">
            <path d="M2 22V10a8 8 0 0 1 16 0v12z" />
            <path class="mark-sill" d="M0 22h20v2H0z" />
          </svg>
          Guestbook
        </a>
        <Navigation visitor={visitor} path={c.req.path} />
      </header>
      <main id="main" tabindex={-1}>
        {visitor === null && c.var.wasSignedOut && !isSignIn && <SignedOutNotice c={c} />}
        {body}
      </main>
      <Footer elsewhere={otherSite(c.req.url)} />
    </>,
  )
}

/** The page after a sign-out notifies the other tabs, if the visitor is signed out indeed. */
function tabScript(c: PlainContext, visitor: Visitor): ScriptOptions {
  const isDone = visitor === null && c.req.query('done') === 'signed-out'
  return visitor || isDone ? { script: '/sign-out.js', isDone } : {}
}

interface ScriptOptions {
  readonly script?: string
  /** Passed to the script: the visitor signed out. */
  readonly isDone?: boolean
}

/** A complete document, also for the attacker's site. */
export function document(
  c: PlainContext,
  { title, status = 200, script, isDone }: PageOptions & ScriptOptions,
  body: Child,
) {
  return c.html(
    html`<!doctype html>${(
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{title}</title>
            <link
              rel="preload"
              href="/newsreader.woff2"
              as="font"
              type="font/woff2"
              crossorigin="anonymous"
            />
            <link rel="stylesheet" href="/style.css" />
            <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            {script && <script src={script} data-done={isDone ? '1' : undefined} defer></script>}
          </head>
          <body>
            <a class="skip" href="#main">
              Skip to the content
            </a>
            {body}
          </body>
        </html>
      )}`,
    status,
  )
}

function Navigation({ visitor, path }: { visitor: Visitor; path: string }) {
  const links: [href: string, text: string][] =
    visitor === null
      ? [
          ['/sign-in', 'Sign in'],
          ['/sign-up', 'Sign up'],
        ]
      : [
          ['/account', 'Your name'],
          ['/devices', 'Your devices'],
        ]
  if (visitor === undefined) return <p class="visitor">Session not read</p>
  return (
    <nav aria-label="Account">
      {visitor !== null && (
        <span class="visitor">
          Signed in as <bdi>{visitor}</bdi>
        </span>
      )}
      {links.map(([href, text]) => (
        <a href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
          {text}
        </a>
      ))}
      {visitor !== null && (
        <form method="post" action="/sign-out">
          <button class="plain">Sign out</button>
        </form>
      )}
    </nav>
  )
}

function Footer({ elsewhere }: { elsewhere: string | null }) {
  return (
    <footer class="foot">
      <p>
        Sessions by <strong>Limen</strong>.
      </p>
      <p>
        <a href="/refusals">Refused requests</a>
        {elsewhere && <a href={elsewhere}>Attack this guestbook</a>}
      </p>
    </footer>
  )
}
