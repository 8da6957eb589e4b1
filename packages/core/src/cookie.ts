/** Text to cookie and back. Knows nothing of sessions. */
import { checkConfig } from './error.ts'

/**
 * Attributes of a cookie, in the form that Hono's `setCookie`, the `cookie` package and Next take.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis}
 */
export interface CookieAttributes {
  httpOnly: boolean
  secure: boolean
  sameSite: 'lax' | 'strict' | 'none'
  path: string
  domain?: string
  /** The cookie's life in seconds. 0 deletes it. */
  maxAge: number
  partitioned?: boolean
  priority?: 'low' | 'medium' | 'high'
}

/** The longest life that browsers grant a cookie, in seconds: 400 days. */
export const LONGEST_MAX_AGE = 34_560_000

const LONGEST_HEADER = 16_384
const SET_COOKIE =
  /^[\w!#$%&'*+\-.^`|~]{1,1024}=(; Domain=(?!.{254})[a-z\d-]+(\.[a-z\d-]+)*)?; Path=\/[ -:<-~]{0,1023}; Max-Age=0(; HttpOnly)?(; Secure)?; SameSite=(Lax|Strict|None)(; Partitioned)?(; Priority=(Low|Medium|High))?$/

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
  if (header.length > LONGEST_HEADER) return ''
  let found: string | null = null
  for (let at = header.indexOf(name); at !== -1;) {
    const semicolon = header.indexOf(';', at)
    const end = semicolon === -1 ? header.length : semicolon
    const pair = header.slice(header.lastIndexOf(';', at) + 1, end)
    const equals = pair.indexOf('=')
    if (equals !== -1 && withoutBlanks(pair.slice(0, equals)) === name) {
      const value = withoutBlanks(pair.slice(equals + 1))
      if (found !== null && found !== value) return undefined
      found = value
    }
    at = header.indexOf(name, end)
  }
  return found
}

function withoutBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (text[start] === ' ' || text[start] === '\t') start++
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--
  return text.slice(start, end)
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
 * serializeCookie('theme', 'dark', {
 *   httpOnly: false, secure: true, sameSite: 'lax', path: '/', maxAge: 3600,
 * })
 * // 'theme=dark; Path=/; Max-Age=3600; Secure; SameSite=Lax'
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { domain, httpOnly, maxAge, partitioned, path, priority, sameSite, secure } = attributes
  return (
    `${name}=${value}${domain ? `; Domain=${domain}` : ''}; Path=${path}; Max-Age=${maxAge}` +
    `${httpOnly ? '; HttpOnly' : ''}${secure ? '; Secure' : ''}; SameSite=${capitalized(sameSite)}` +
    `${partitioned ? '; Partitioned' : ''}${priority ? `; Priority=${capitalized(priority)}` : ''}`
  )
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
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
  const { domain, partitioned, path, sameSite, secure } = attributes
  const text = serializeCookie(name, '', { ...attributes, maxAge: 0 })
  const prefix = /^__(host|secure|http)-/i.exec(name)?.[1]?.toLowerCase()
  checkConfig(
    SET_COOKIE.test(text) &&
      (secure || !(prefix || partitioned || sameSite === 'none')) &&
      (prefix !== 'host' || (path === '/' && !domain)),
    `Change sessionCookie or secure: browsers would drop or misread ${text}`,
  )
}
