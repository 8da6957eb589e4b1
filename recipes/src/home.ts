/** The home page, with links to all others. */
import { authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { page } from './page.ts'
import type { Site, SiteEnv } from './site.ts'

type Link = readonly [path: string, text: string]

const SIGNED_OUT: readonly Link[] = [
  ['/sign-in', 'Sign in'],
  // #if passphrase
  ['/sign-up', 'Sign up'],
  // #end
  // #if guest
  ['/notes', 'Write a note'],
  // #end
]

const SIGNED_IN: readonly Link[] = [
  // #if passphrase
  ['/passphrase', 'Change your passphrase'],
  // #end
  // #if oauth
  ['/connections', 'Connected accounts'],
  // #end
  // #if passkey
  ['/passkeys', 'Your passkeys'],
  // #end
  // #if totp
  ['/two-step', 'Sign in in two steps'],
  // #end
  // #if devices
  ['/devices', 'Your devices'],
  // #end
  // #if guest
  ['/notes', 'Your notes'],
  // #end
]

/** `/`. */
export function home({ auth }: Site): Hono<SiteEnv> {
  const app = new Hono<SiteEnv>()
  app.get('/', authenticate(auth), async (c) => {
    let session = await c.var.auth.validate()
    // #if guest
    if (session?.user.isGuest) session = null
    // #end
    const parts = [list(session ? SIGNED_IN : SIGNED_OUT)]
    // #if roles
    if (session?.user.role) parts.push(list([['/admin', 'Users']]))
    // #end
    // #if devices
    parts.push(html`<script src="/tabs.js" data-session="${session ? '1' : ''}"></script>`)
    // #end
    if (!session) return page(c, 'Welcome', html`${parts}`)
    const body = html`<p>You are signed in as <bdi>${session.user.email}</bdi>.</p>
      ${parts}
      <form method="post" action="/sign-out"><button>Sign out</button></form>`
    return page(c, 'Welcome', body)
  })
  return app
}

function list(links: readonly Link[]) {
  return html`${links.map(([path, text]) => html`<p><a href="${path}">${text}</a></p>`)}`
}
