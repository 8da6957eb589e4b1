/** Text to cookie and back. Knows nothing of sessions. */
import { BOOLEAN, type OptionRule, checkOption, matching, shown } from './options.ts'

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
  /** On a deleting cookie, a time in the past: some frameworks drop `Max-Age=0`. */
  expires?: Date
  /** Kept apart for each site that embeds ours. */
  partitioned?: boolean
}

/** The longest life that browsers grant a cookie, in seconds: 400 days. */
export const LONGEST_MAX_AGE = 34_560_000

/** A longer `Cookie` header is not read: cut short, it could hide a second cookie of a name. */
export const LONGEST_HEADER = 16_384

/**
 * Finds the values of one cookie in a `Cookie` header by its exact name.
 *
 * Pairs end at `;` alone and only space and tab are trimmed: Unicode blanks before a name would let
 * a sibling host smuggle in a prefixed cookie. Nothing is decoded or unquoted.
 *
 * @param header The header's text.
 * @param name The cookie's name, compared with its case.
 * @returns Its different values in order; several when browsers hold cookies of one name for other
 * domains or paths.
 * @see {@link https://github.com/advisories/GHSA-r354-f388-2fhh CVE-2026-39410}
 */
export function findCookies(header: string, name: string): readonly string[] {
  const found: string[] = []
  for (let at = header.indexOf(name); at !== -1;) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon === -1 ? header.length : semicolon
    const before = header.slice(header.lastIndexOf(';', at) + 1, at)
    const after = /^[ \t]*=[ \t]*(.*[^ \t])?/s.exec(header.slice(at + name.length, end))
    if (after && !/[^ \t]/.test(before)) {
      const [, value = ''] = after
      if (!found.includes(value)) found.push(value)
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
    `${attributes.expires ? `; Expires=${attributes.expires.toUTCString()}` : ''}; HttpOnly${attributes.secure ? '; Secure' : ''}; SameSite=${site}${attributes.partitioned ? '; Partitioned' : ''}`
  )
}

/** The grammar of a cookie's name. */
export const COOKIE_NAME: OptionRule = matching(
  /^[\w!#$%&'*+\-.^`|~]+$/,
  'letters, digits and symbols without blanks',
)

/** The grammar of the attributes that tell cookies of one name apart. */
export const COOKIE_FORM: Readonly<Record<string, OptionRule>> = {
  domain: matching(/^\.?([a-z\d-]+\.)*[a-z\d-]*[a-z\d]$/, 'a host such as "example.com"'),
  path: matching(/^\/[!$-:=@-[\]_a-z|~]*$/, 'a path such as "/app"'),
  partitioned: BOOLEAN,
}

/** The grammar of `SameSite`, in either case. */
export const SAME_SITE: OptionRule = matching(/^(lax|strict|none)$/i, 'lax, strict or none')

/**
 * Refuses a cookie that a browser would drop because its parts do not go together. Browsers compare
 * the prefix of its name without regard to case.
 *
 * @param option The option that describes the cookie.
 * @param name Cookie name.
 * @param attributes Its attributes.
 * @throws {AuthError} `AUTH_CONFIG`, with a message for each rule.
 * @see {@link https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html Layered cookies, name prefixes}
 */
export function checkCookie(
  option: string,
  name: string,
  attributes: Omit<CookieAttributes, 'maxAge'>,
): void {
  const { domain, path, sameSite, secure, partitioned } = attributes
  const isHostOnly = /^__host-/i.test(name)
  const refuse = (breaks: unknown, part: string, wanted: string, given: unknown) =>
    checkOption(!breaks, `${option}: ${part}`, wanted, shown(given))
  refuse(isHostOnly && domain, 'domain', 'left out for a "__Host-" name', domain)
  refuse(isHostOnly && path !== '/', 'path', '"/" for a "__Host-" name', path)
  if (secure) return
  const wanted = 'left out without secure'
  refuse(/^__(host|secure|http)-/i.test(name), 'name', wanted, name)
  refuse(partitioned, 'partitioned', wanted, partitioned)
  refuse(sameSite === 'none', 'sameSite', wanted, sameSite)
}
