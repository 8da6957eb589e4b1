/** Another site, seen from the browser, whose one page attacks the book. */
import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { document } from './page.tsx'
import { strangerHeaders } from './security-headers.ts'
import { otherSite } from './site.ts'

export const stranger = new Hono()

stranger.use(strangerHeaders)

stranger.get('/', (c) => {
  const book = otherSite(c.req.url) ?? ''
  return document(
    c,
    { title: 'Try to attack the guestbook', script: '/attack.js' },
    <div class="stranger">
      <header class="top">
        <span class="brand">Somebody else’s site</span>
        <code>{new URL(c.req.url).host}</code>
      </header>
      <main id="main" tabindex={-1} data-book={book}>
        <h1>Try to attack the guestbook</h1>
        <p class="lead">
          To your browser this page, on <code>127.0.0.1</code>, and the book, on{' '}
          <code>localhost</code>, are two different sites. So it may do here whatever a hostile page
          may do anywhere.
        </p>
        <p>
          First <a href={`${book}/sign-in`}>sign in to the book</a>, then come back and press a
          button. Your browser will keep the session cookie to itself (<code>SameSite=Lax</code>),
          and the book will turn the request away before it looks for one. A forged form takes you
          to the page that refuses it; the Back button brings you here again.
        </p>
        <ol class="attacks">
          <Attack title="Write in your name" action={`${book}/entries`} button="Forge an entry">
            A form posts an entry, as if you had written it.
            <input type="hidden" name="text" value="Buy my watches!" />
          </Attack>
          <Attack title="Sign you out" action={`${book}/sign-out`} button="Forge a sign-out">
            A form without a single field: its cookie would be enough.
          </Attack>
          <Attack title="Sign you in as me" action={`${book}/sign-in`} button="Forge a sign-in">
            What you write next would be in my account. No cookie of yours is needed for that, so{' '}
            <code>SameSite</code> does not help.
            <input type="hidden" name="name" value="Mallory" />
            <input type="hidden" name="passphrase" value="mallory was here" />
          </Attack>
          <Attack
            title="Rename you, unseen"
            action={`${book}/account`}
            button="Forge a fetch"
            isScripted
          >
            A script posts with <code>fetch</code> and <code>credentials: 'include'</code>; you stay
            on this page.
            <input type="hidden" name="name" value="Mallory" />
          </Attack>
        </ol>
        <section aria-labelledby="log">
          <h2 id="log">What the book refused</h2>
          <p class="log-state" role="status">
            Also on <a href={`${book}/refusals`}>the book’s own page</a>.
          </p>
          <ol class="refusals" id="refusals"></ol>
        </section>
      </main>
    </div>,
  )
})

stranger.notFound((c) =>
  document(
    c,
    { title: 'No such page', status: 404 },
    <div class="stranger">
      <header class="top">
        <span class="brand">Another site</span>
        <code>{new URL(c.req.url).host}</code>
      </header>
      <main id="main" tabindex={-1}>
        <h1>No such page</h1>
        <p>
          <a href="/">Try to attack the guestbook</a>
        </p>
      </main>
    </div>,
  ),
)

function Attack({
  title,
  action,
  button,
  isScripted = false,
  children,
}: {
  title: string
  action: string
  button: string
  isScripted?: boolean
  children?: Child
}) {
  return (
    <li>
      <form method="post" action={action} data-scripted={isScripted ? '' : undefined}>
        <h2>{title}</h2>
        <div class="how">{children}</div>
        <button>{button}</button>
      </form>
    </li>
  )
}
