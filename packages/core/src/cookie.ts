/** Text to cookie and back. Knows nothing of sessions. */
import { checkOption } from './error.ts'

/**
 * Attributes of a cookie, in the form that Hono's `setCookie`, the `cookie` package and Next take.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis}
 */
export interface CookieAttributes {
  /** Out of reach of scripts, always. */
  httpOnly: true
  /** Sent over https alone, and to loopback. */
  secure: boolean
  /** Which requests from other sites carry it. */
  sameSite: 'lax' | 'strict' | 'none'
  /** The path below which it is sent. */
  path: string
  /** The domain below which it is sent. Without it, only the host that set the cookie gets it. */
  domain?: string
  /** The cookie's life in seconds. 0 deletes it. */
  maxAge: number
  /** Kept apart for each site that embeds ours. */
  partitioned?: boolean
}

/** The longest life that browsers grant a cookie, in seconds: 400 days. */
export const LONGEST_MAX_AGE = 34_560_000

/**
 * Finds one cookie in a `Cookie` header by its exact name.
 *
 * Pairs end at `;` alone and only space and tab are trimmed: Unicode blanks before a name would let
 * a sibling host smuggle in a prefixed cookie. Nothing is decoded or unquoted.
 *
 * @param header The header's text.
 * @param name The cookie's name, compared with its case.
 * @returns Its value; `null` when it is not there; `undefined` when several values make it
 * ambiguous; an empty text for a header of over 16 kB.
 * @see {@link https://github.com/advisories/GHSA-r354-f388-2fhh CVE-2026-39410}
 */
export function findCookie(header: string, name: string): string | null | undefined {
  // Never cut short: what is left out could be the second cookie of that name.
  if (header.length > 16_384) return ''
  let found: string | null = null
  for (let at = header.indexOf(name); at !== -1;) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon === -1 ? header.length : semicolon
    const before = header.slice(header.lastIndexOf(';', at) + 1, at)
    const after = /^[ \t]*=[ \t]*(.*[^ \t])?/s.exec(header.slice(at + name.length, end))
    if (after && !/[^ \t]/.test(before)) {
      const [, value = ''] = after
      if (found !== null && found !== value) return undefined
      found = value
    }
    at = header.indexOf(name, end)
  }
  return found
}

/**
 * Serialises one cookie as the value of a `Set-Cookie` header.
 *
 * The name and attributes are written as given: {@link checkCookie} has seen them before.
 *
 * @param name Cookie name.
 * @param value Cookie value: only characters that RFC 6265 allows.
 * @param attributes Attributes to write after it, in a fixed order.
 * @returns The header's value, without its name.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-4.1 RFC 6265, section 4.1}
 *
 * @example
 * serializeCookie('sid', 'x', {
 *   httpOnly: true, secure: true, sameSite: 'lax', path: '/', maxAge: 3600,
 * })
 * // 'sid=x; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax'
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const site = attributes.sameSite.replace(/./, (letter) => letter.toUpperCase())
  return (
    `${name}=${value}${attributes.domain ? `; Domain=${attributes.domain}` : ''}; Path=${attributes.path}; Max-Age=${attributes.maxAge}` +
    `; HttpOnly${attributes.secure ? '; Secure' : ''}; SameSite=${site}${attributes.partitioned ? '; Partitioned' : ''}`
  )
}

/**
 * Refuses a cookie that a browser would drop or misread: of its grammar, and of its name's prefix,
 * which browsers judge without regard to case.
 *
 * @param name Cookie name.
 * @param attributes Its attributes.
 * @throws {AuthError} `AUTH_CONFIG`, with a message that says what to change.
 * @see {@link https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html Layered cookies, name prefixes}
 */
export function checkCookie(name: string, attributes: CookieAttributes): void {
  checkOption(
    // Each of the characters that browsers take, and a path of those that URLs have.
    /^[\w!#$%&'*+\-.^`|~]+=[a-z\d.-]*;\/[!$-:=@-[\]_a-z|~]*;(lax|strict|none)$/.test(
      `${name}=${attributes.domain ?? ''};${attributes.path};${attributes.sameSite}`,
    ) &&
      (attributes.secure ||
        !(
          /^__(host|secure|http)-/i.test(name) ||
          attributes.partitioned ||
          attributes.sameSite === 'none'
        )) &&
      ((attributes.path === '/' && !attributes.domain) || !/^__host-/i.test(name)),
    'sessionCookie or secure',
    serializeCookie(name, '', attributes),
  )
}
