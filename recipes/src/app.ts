/** The whole app: its headers, its home page and its recipes. */
import { isAuthError } from '@limen/core'
import { authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { connections } from './connections.ts'
import { emailCode } from './email-code.ts'
import { oauth } from './oauth.ts'
import { page } from './page.ts'
import { passkey } from './passkey.ts'
import { passkeySettings } from './passkey-settings.ts'
import { passphrase } from './passphrase.ts'
import { passphraseChange } from './passphrase-change.ts'
import type { PassphraseHashes } from './passphrase-hash.ts'
import { passphraseReset } from './passphrase-reset.ts'
import type { Site, SiteEnv } from './site.ts'
import { signOut } from './sign-out.ts'
import { style } from './style.ts'
import { totp } from './totp.ts'
import { totpConfirm } from './totp-confirm.ts'
import { totpSettings } from './totp-settings.ts'

const headers = secureHeaders({
  // Once your whole domain uses https, turn it on: browsers remember it, also for other hosts.
  strictTransportSecurity: false,
  // Not "no-referrer": the app's own forms would then send "Origin: null".
  referrerPolicy: 'same-origin',
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    // The script for passkeys, and its requests.
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** Creates the app of a site. */
export function createApp(site: Site, hashes?: PassphraseHashes): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  app.use(headers, bodyLimit({ maxSize: 16 * 1024 }))
  app.get('/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css' }))
  app.get('/', authenticate(site.auth), async (c) => {
    const session = await c.var.auth.validate()
    if (!session) {
      const links = html`<p><a href="/sign-in">Sign in</a> or <a href="/sign-up">sign up</a>.</p>
        <p><a href="/oauth">Sign in with another account</a></p>`
      return page(c, 'Welcome', links)
    }
    const body = html`<p>You are signed in as <bdi>${session.user.email}</bdi>.</p>
      <p><a href="/passphrase">Change your passphrase</a></p>
      <p><a href="/connections">Connected accounts</a></p>
      <p><a href="/passkeys">Your passkeys</a></p>
      <p><a href="/two-step">Sign in in two steps</a></p>
      <form method="post" action="/sign-out"><button>Sign out</button></form>`
    return page(c, 'Welcome', body)
  })
  app.route('/', signOut(site))
  // Before recipes that refuse every form of another site: Apple posts one to its callback.
  app.route('/', oauth(site))
  app.route('/', connections(site))
  app.route('/', passphrase(site, hashes))
  app.route('/', passphraseChange(site, hashes))
  app.route('/', passphraseReset(site, hashes))
  app.route('/', emailCode(site))
  app.route('/', passkey(site))
  app.route('/', passkeySettings(site))
  app.route('/', totp(site))
  app.route('/', totpConfirm(site))
  app.route('/', totpSettings(site))

  app.notFound((c) => page(c, 'There is no such page', html`<p><a href="/">Home</a></p>`, 404))
  app.onError((error, c) => {
    if (error instanceof HTTPException) {
      return page(c, 'This did not work', html`<p>${error.message}</p>`, error.status as 400)
    }
    if (isAuthError(error) && error.code === 'AUTH_INVALID_SESSION_ID') {
      // It was revoked while this request was about to replace it.
      const link = html`<p><a href="/sign-in">Sign in again</a></p>`
      return page(c, 'Your session has ended', link, 401)
    }
    // Messages of Limen contain no secrets. Causes can contain more.
    console.error(isAuthError(error) ? error.code : error.name, error.message)
    const isOutage = isAuthError(error) && error.code === 'AUTH_STORE_UNAVAILABLE'
    return page(c, 'This did not work', html`<p>Try again later.</p>`, isOutage ? 503 : 500)
  })
  return app
}
