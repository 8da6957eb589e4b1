/** Parses and serializes cookies. Independent of sessions. */
import {
  COOKIE_NAME_FORM,
  COOKIE_PATH_FORM,
  COOKIE_PATH_START,
  DOMAIN_FORM,
  HOST_PREFIX_DOMAIN,
  HOST_PREFIX_PATH,
  PARTITIONED_WITHOUT_SECURE,
  PREFIX_WITHOUT_SECURE,
  SAME_SITE_FORM,
  SAME_SITE_WITHOUT_SECURE,
} from './messages.ts'
import { BOOLEAN, type OptionRule, allOf, checkOption, matching, shown, text } from './options.ts'

/**
 * Attributes of a cookie, in the form that Hono's `setCookie`, the `cookie` package and Next take.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis}
 */
export interface CookieAttributes {
  /** Always set: scripts cannot read the cookie. */
  httpOnly: true
  /** Sent only over https, and to loopback. */
  secure: boolean
  /** Which requests from other sites send the cookie. */
  sameSite: 'lax' | 'strict' | 'none'
  /** Sent to this path and below. */
  path: string
  /** Sent to this domain and its subdomains. Without it, only to the host that set the cookie. */
  domain?: string
  /** The cookie's lifetime in seconds. 0 deletes the cookie; without it, the browser does when it is closed. */
  maxAge?: number
  /** A time in the past on a deleting cookie: some frameworks drop `Max-Age=0`. */
  expires?: Date
  /** Stored separately for each site that embeds the app. */
  partitioned?: boolean
}

/** The longest lifetime that browsers accept for a cookie, in seconds: 400 days. */
export const LONGEST_MAX_AGE = 34_560_000

/** A longer `Cookie` header is not read. Truncated, it could hide a second cookie of the same name. */
export const LONGEST_HEADER = 16_384

/**
 * Finds the values of one cookie in a `Cookie` header by its exact name.
 *
 * Only `;` separates pairs, and only space and tab are trimmed: trimming Unicode whitespace before a
 * name would let a sibling host plant a prefixed cookie. Nothing is decoded or unquoted.
 *
 * @param header The header's text.
 * @param name The cookie's name, compared with its case.
 * @returns Its distinct values in order: several when the browser stores cookies of this name for more
 * than one domain or path.
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
 * Serializes one cookie as the value of a `Set-Cookie` header.
 *
 * The name and attributes are written as given: {@link checkCookie} has checked them.
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
  const { domain, path, maxAge, expires, secure, sameSite, partitioned } = attributes
  return (
    `${name}=${value}${domain ? `; Domain=${domain}` : ''}; Path=${path}` +
    `${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}` +
    `${expires ? `; Expires=${expires.toUTCString()}` : ''}; HttpOnly${secure ? '; Secure' : ''}` +
    `; SameSite=${SAME_SITE_NAMES[sameSite]}${partitioned ? '; Partitioned' : ''}`
  )
}

/** The grammar of a cookie's name. */
export const COOKIE_NAME: OptionRule = matching(/^[\w!#$%&'*+\-.^`|~]+$/, COOKIE_NAME_FORM)

/** The grammar of the attributes that distinguish cookies of one name. */
export const COOKIE_RULES: Readonly<Record<string, OptionRule>> = {
  domain: matching(/^\.?([a-z\d-]+\.)*[a-z\d-]*[a-z\d]$/, DOMAIN_FORM),
  path: allOf(
    [text((path) => path.startsWith('/')), COOKIE_PATH_START],
    matching(/^[!$-:=@-[\]_a-z|~]*$/, COOKIE_PATH_FORM),
  ),
  partitioned: BOOLEAN,
}

const SAME_SITE_NAMES = { lax: 'Lax', strict: 'Strict', none: 'None' }

/** The rule of `sameSite`, in lower case or as the RFC writes it. */
export const SAME_SITE: OptionRule = [
  text((value) => Object.hasOwn(SAME_SITE_NAMES, value.toLowerCase())),
  SAME_SITE_FORM,
]

const SECURE_PREFIXES = ['__host-', '__secure-', '__http-']

/**
 * Refuses a cookie that a browser would drop because its parts contradict each other. Browsers compare
 * the prefix of a name without regard to case.
 *
 * @param paths The options that describe the cookie: `name`, and what precedes the attributes.
 * @param name Cookie name.
 * @param cookie Its attributes.
 * @throws {AuthError} `AUTH_CONFIG`, with a message for each rule.
 * @see {@link https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html Layered cookies, name prefixes}
 */
export function checkCookie(
  paths: { readonly name: string; readonly attributes: string },
  name: string,
  { domain, path, sameSite, secure, partitioned }: Omit<CookieAttributes, 'maxAge'>,
): void {
  const hasPrefix = (prefix: string) => name.toLowerCase().startsWith(prefix)
  const { attributes } = paths
  if (hasPrefix('__host-')) {
    checkOption(!domain, `${attributes}domain`, HOST_PREFIX_DOMAIN, shown(domain))
    checkOption(path === '/', `${attributes}path`, HOST_PREFIX_PATH, shown(path))
  }
  if (secure) return
  checkOption(!SECURE_PREFIXES.some(hasPrefix), paths.name, PREFIX_WITHOUT_SECURE, shown(name))
  checkOption(!partitioned, `${attributes}partitioned`, PARTITIONED_WITHOUT_SECURE, 'true')
  checkOption(sameSite !== 'none', `${attributes}sameSite`, SAME_SITE_WITHOUT_SECURE, '"none"')
}
