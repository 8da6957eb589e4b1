/** The frame around every page of the book. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { AppContext, PlainContext } from './auth.ts'
import { otherSite } from './site.ts'

export interface PageOptions {
  readonly title: string
  readonly status?: ContentfulStatusCode
}

/** Who the page is for: a name, `null` for a stranger, `undefined` where it could not be told. */
type Visitor = string | null | undefined

/** Answers with a page whose head says who is signed in. */
export async function page(c: AppContext, options: PageOptions, body: Child) {
  const session = await c.var.auth.validate()
  return frame(c, options, session?.user.name ?? null, body)
}

/** Answers with a page that asks nothing of anybody: for refusals, failures and outages. */
export function plainPage(c: PlainContext, options: PageOptions, body: Child) {
  return frame(c, options, undefined, body)
}

function frame(
  c: PlainContext,
  { title, status = 200 }: PageOptions,
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
  if (visitor === undefined) return null
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
