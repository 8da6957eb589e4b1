/** A signed-in browser for Playwright. */
import type { SessionCookie } from '@limen/core'

/** What Playwright takes as `storageState`. */
export interface StorageState {
  /** The session cookie. */
  cookies: {
    name: string
    value: string
    domain: string
    path: string
    /** Seconds since the epoch; -1 for a cookie that the browser forgets when it is closed. */
    expires: number
    httpOnly: boolean
    secure: boolean
    sameSite: 'Strict' | 'Lax' | 'None'
    /** The site that embeds the app, for a partitioned cookie. */
    partitionKey?: string
  }[]
  /** No local storage. */
  origins: { origin: string; localStorage: { name: string; value: string }[] }[]
}

const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const

/**
 * Creates a Playwright `storageState` in which a session is signed in.
 *
 * @param auth The app's `auth` object, or one over the same store with the same cookie.
 * @param session A session that was created or validated by it, such as `visitor.session`.
 * @param origin Where the browser finds the app, such as `http://localhost:8787`.
 * @param options `embeddedIn`: for a partitioned cookie, the site whose pages embed the app, such as
 * `https://example.com`.
 * @returns The state, for `browser.newContext({ storageState })` and `test.use({ storageState })`.
 * @throws {TypeError} When the cookie is partitioned and `embeddedIn` is missing.
 *
 * @example
 * const { session } = await signIn(auth, {})
 * const { cookies } = storageState(auth, session, 'http://localhost:8787')
 * cookies.map(({ domain, sameSite }) => [domain, sameSite])
 * // [['localhost', 'Lax']]
 */
export function storageState<AnySession>(
  auth: { createSessionCookie(session: AnySession): SessionCookie },
  session: AnySession,
  origin: string,
  options: { readonly embeddedIn?: string | undefined } = {},
): StorageState {
  const { name, value, attributes } = auth.createSessionCookie(session)
  const { path, httpOnly, secure, sameSite, partitioned } = attributes
  const domain = attributes.domain === undefined ? undefined : `.${attributes.domain}`
  const { maxAge } = attributes
  const { embeddedIn } = options
  if (partitioned && embeddedIn === undefined) {
    throw new TypeError('storageState(): embeddedIn is missing, and the cookie is partitioned')
  }
  const cookie = {
    name,
    value,
    domain: domain ?? new URL(origin).hostname,
    path,
    // The browser's clock decides, not the one of limen({ now }).
    expires: maxAge === undefined ? -1 : Math.floor(Date.now() / 1000) + maxAge,
    httpOnly,
    secure,
    sameSite: SAME_SITE[sameSite],
    ...(partitioned && embeddedIn !== undefined && { partitionKey: embeddedIn }),
  }
  return { cookies: [cookie], origins: [] }
}
