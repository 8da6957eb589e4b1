/** The frame around every page of the book. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppContext, PlainContext } from './auth.ts'
import { nextPage, withNext } from './next-page.ts'
import { isOutage } from './outage.ts'
import { otherSite } from './site.ts'

/** For a device whose session was ended by another device, or has expired. */
export const SIGNED_OUT = 'You were signed out on this device.'

export interface PageOptions {
  readonly title: string
  readonly status?: ContentfulStatusCode
  /** For the sign-in page, which gives the reason itself. */
  readonly asksToSignIn?: boolean
}

/** Who the page is for: a name, `null` for no session, `undefined` where no session was read. */
type Visitor = string | null | undefined

/** Answers with a page whose head shows who is signed in. */
export async function page(c: AppContext, options: PageOptions, body: Child) {
  const session = await c.var.auth.validate()
  return frame(c, options, session?.user.name ?? null, body)
}

/** The same for a failure: its head shows who is signed in, where that can be read. */
export async function failedPage(c: FailedContext, options: PageOptions, body: Child) {
  return frame(c, options, await visitorOf(c, options.status), body)
}

/** Answers a refused request: no session is read for it, so its head shows neither state. */
export function plainPage(c: FailedContext, options: PageOptions, body: Child) {
  return frame(c, options, undefined, body)
}

/** A context of which the middleware may not have run: it failed before, or answers another site. */
export type FailedContext = PlainContext & { readonly var: Partial<AppContext['var']> }

async function visitorOf({ var: { auth } }: FailedContext, status = 200): Promise<Visitor> {
  if (!auth?.origin.trusted) return undefined
  // A database that did not answer is not queried again: the visitor would wait twice.
  if (status === 503 && !auth.wasRead) return undefined
  try {
    return (await auth.validate())?.user.name ?? null
  } catch (error) {
    // The page of a failure must not fail itself; what else breaks here was logged as its cause.
    if (!isOutage(error)) console.error(error)
    return undefined
  }
}

/** Why a device that was signed in is not any more, above whatever page it came to. */
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
  { title, status = 200, asksToSignIn = false }: PageOptions,
  visitor: Visitor,
  body: Child,
) {
  return document(
    c,
    { title: `${title} · Guestbook`, status },
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
        {visitor === null && c.var.wasSignedOut && !asksToSignIn && <SignedOutNotice c={c} />}
        {body}
      </main>
      <Footer elsewhere={otherSite(c.req.url)} />
    </>,
  )
}

/** A whole document, also for the stranger's site. */
export function document(
  c: PlainContext,
  { title, status = 200, script }: PageOptions & { readonly script?: string },
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
            {script && <script src={script} defer></script>}
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
  if (visitor === undefined) return <p class="visitor">Your session was not read here</p>
  return (
    <nav aria-label="Yours">
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
        Kept at the door by <strong>Limen</strong>, Latin for threshold.
      </p>
      <p>
        <a href="/refusals">Refused lately</a>
        {elsewhere && <a href={elsewhere}>Try to attack me</a>}
      </p>
    </footer>
  )
}
