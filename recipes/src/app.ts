/** The whole app: its headers and its routes. */
import { isAuthError } from '@limen/core'
import { authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { api } from './api.ts'
import { connections } from './connections.ts'
import { devices } from './devices.ts'
import { emailCode } from './email-code.ts'
import { guest } from './guest.ts'
import { home } from './home.ts'
import { impersonation } from './impersonation.ts'
import { oauth } from './oauth.ts'
import { page } from './page.ts'
import { passkey } from './passkey.ts'
import { passkeySettings } from './passkey-settings.ts'
import { passphrase } from './passphrase.ts'
import { passphraseChange } from './passphrase-change.ts'
import type { PassphraseHashes } from './passphrase-hash.ts'
import { passphraseReset } from './passphrase-reset.ts'
import { roles } from './roles.ts'
import { checkImpersonation, noApiTokens } from './session-rules.ts'
import type { Site, SiteEnv } from './site.ts'
import { signIn } from './sign-in.ts'
import { signOut } from './sign-out.ts'
import { style } from './style.ts'
import { tabsScript } from './tabs-script.ts'
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
    // #if passkey or devices
    scriptSrc: ["'self'"],
    // #end
    // #if passkey
    connectSrc: ["'self'"],
    // #end
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** Creates the app of a site. */
export function createApp(
  site: Site,
  // #if passphrase
  hashes?: PassphraseHashes,
  // #end
): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  app.use(headers, bodyLimit({ maxSize: 16 * 1024 }))
  app.get('/style.css', (c) => c.body(style, 200, { 'Content-Type': 'text/css' }))
  // #if devices
  app.get('/tabs.js', (c) => c.body(tabsScript, 200, { 'Content-Type': 'text/javascript' }))
  // #end
  // #if api or impersonation
  app.use(authenticate(site.auth))
  // #end
  // #if api
  app.use(noApiTokens())
  // #end
  // #if impersonation
  app.use(checkImpersonation(site))
  // #end
  app.route('/', home(site))
  app.route('/', signIn())
  app.route('/', signOut(site))
  // #if api
  // Before routes that refuse requests without an origin: apps on phones send none.
  app.route('/', api(site, hashes))
  // #end
  // #if oauth
  // Before routes that refuse every form of another site: Apple posts one to its callback.
  app.route('/', oauth(site))
  app.route('/', connections(site))
  // #end
  // #if passphrase
  app.route('/', passphrase(site, hashes))
  app.route('/', passphraseChange(site, hashes))
  // #end
  // #if reset
  app.route('/', passphraseReset(site, hashes))
  // #end
  // #if email
  app.route('/', emailCode(site))
  // #end
  // #if passkey
  app.route('/', passkey(site))
  app.route('/', passkeySettings(site))
  // #end
  // #if totp
  app.route('/', totp(site))
  app.route('/', totpConfirm(site))
  app.route('/', totpSettings(site))
  // #end
  // #if devices
  app.route('/', devices(site))
  // #end
  // #if roles
  app.route('/', roles(site))
  // #end
  // #if impersonation
  app.route('/', impersonation(site))
  // #end
  // #if guest
  app.route('/', guest(site))
  // #end

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
