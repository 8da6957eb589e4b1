/** The attacker's site, whose page sends forged requests to the guestbook. */
import { Hono } from 'hono'
import type { Child } from 'hono/jsx'
import { document } from './page.tsx'
import { attackerHeaders } from './security-headers.ts'
import { otherSite } from './site.ts'

export const attacker = new Hono()

attacker.use(attackerHeaders)

attacker.get('/', (c) => {
  const book = otherSite(c.req.url) ?? ''
  return document(
    c,
    { title: 'Attack the guestbook', script: '/attack.js' },
    <div class="attacker">
      <header class="top">
        <span class="brand">The attacker’s site</span>
        <code>{new URL(c.req.url).host}</code>
      </header>
      <main id="main" tabindex={-1} data-book={book}>
        <h1>Attack the guestbook</h1>
        <p class="lead">
          For your browser, this page on <code>127.0.0.1</code> and the guestbook on{' '}
          <code>localhost</code> are two different sites. This page can therefore do what any
          hostile page can do.
        </p>
        <p>
          First <a href={`${book}/sign-in`}>sign in to the guestbook</a>, then come back and press a
          button. Your browser does not send the session cookie (<code>SameSite=Lax</code>), and the
          guestbook refuses the request before it reads a cookie. A forged form opens the page that
          refuses it; the Back button returns here.
        </p>
        <ol class="attacks">
          <Attack
            title="Write an entry in your name"
            action={`${book}/entries`}
            button="Forge an entry"
          >
            A form posts an entry, as if you had written it.
            <input type="hidden" name="text" value="Buy my watches!" />
          </Attack>
          <Attack title="Sign you out" action={`${book}/sign-out`} button="Forge a sign-out">
            A form without fields: the cookie would be enough.
          </Attack>
          <Attack
            title="Sign you in as the attacker"
            action={`${book}/sign-in`}
            button="Forge a sign-in"
          >
            Your next entries would belong to the attacker’s account. This attack needs no cookie,
            so <code>SameSite</code> does not prevent it.
            <input type="hidden" name="name" value="Mallory" />
            <input type="hidden" name="passphrase" value="mallory was here" />
          </Attack>
          <Attack
            title="Rename you with a script"
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
          <h2 id="log">Refused requests</h2>
          <p class="log-state" role="status">
            Also on <a href={`${book}/refusals`}>the guestbook’s page</a>.
          </p>
          <ol class="refusals" id="refusals"></ol>
        </section>
      </main>
    </div>,
  )
})

attacker.notFound((c) =>
  document(
    c,
    { title: 'Page not found', status: 404 },
    <div class="attacker">
      <header class="top">
        <span class="brand">The attacker’s site</span>
        <code>{new URL(c.req.url).host}</code>
      </header>
      <main id="main" tabindex={-1}>
        <h1>Page not found</h1>
        <p>
          <a href="/">Attack the guestbook</a>
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
