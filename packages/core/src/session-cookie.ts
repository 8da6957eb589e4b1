/** The cookie that carries a session: its name, its attributes, its life. */
import { type CookieAttributes, LONGEST_MAX_AGE, checkCookie, serializeCookie } from './cookie.ts'

/** How the session cookie looks. */
export interface SessionCookieOptions {
  /**
   * Used as it is. Default: `__Host-Http-session`; with a domain or another path
   * `__Secure-session`; without `secure` plain `session`.
   */
  readonly name?: string
  /**
   * `false` keeps the cookie for the longest time browsers grant, 400 days, where a renewed cookie
   * cannot always be sent. The session's own life is the same. Default `true`.
   */
  readonly expires?: boolean
  /** Merged over the defaults. `HttpOnly` is always set; `Secure` follows `secure`. */
  readonly attributes?: {
    /** Default `lax`. */
    readonly sameSite?: 'lax' | 'strict' | 'none' | 'Lax' | 'Strict' | 'None'
    /** Default `/`. */
    readonly path?: string
    /** Default none: only the host that set the cookie gets it back. */
    readonly domain?: string
    /** Keeps it apart for each site that embeds ours. Default `false`. */
    readonly partitioned?: boolean
  }
}

/** A cookie ready to be sent, whole or in its parts. */
export interface SessionCookie {
  /** The cookie's name. */
  readonly name: string
  /** The token; empty when the cookie deletes. */
  readonly value: string
  /** Its attributes, as frameworks take them. */
  readonly attributes: CookieAttributes
  /**
   * True when nobody asked for this cookie: it renews the visitor's, or deletes one whose session is
   * gone. It gives way to a cookie of its name that was set on purpose.
   */
  readonly renewal?: boolean
  /** The value of a `Set-Cookie` header. */
  serialize(): string
}

/**
 * Makes a session cookie that lives for `maxAge` seconds, or until browsers forget it, as configured.
 * An empty value makes the one that deletes.
 */
export type MakeSessionCookie = (value: string, maxAge: number) => SessionCookie

/**
 * Settles the cookie's looks once and for all, so that the deleting one deletes the one that was set.
 *
 * @throws {AuthError} `AUTH_CONFIG` when a browser would drop such a cookie.
 */
export function sessionCookieMaker(
  options: SessionCookieOptions,
  secure: boolean,
): MakeSessionCookie {
  const fixed = {
    path: '/',
    ...options.attributes,
    httpOnly: true as const,
    secure,
    sameSite: (options.attributes?.sameSite ?? 'lax').toLowerCase() as CookieAttributes['sameSite'],
  }
  const isHostOnly = fixed.path === '/' && !fixed.domain
  const prefixed = isHostOnly ? '__Host-Http-session' : '__Secure-session'
  const name = options.name ?? (secure ? prefixed : 'session')
  checkCookie(name, { ...fixed, maxAge: 0 })

  return (value, life) => {
    const maxAge = !value
      ? 0
      : options.expires === false
        ? LONGEST_MAX_AGE
        : Math.min(life, LONGEST_MAX_AGE)
    const attributes = { ...fixed, maxAge }
    return { name, value, attributes, serialize: () => serializeCookie(name, value, attributes) }
  }
}
