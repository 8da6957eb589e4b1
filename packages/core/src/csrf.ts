/** May this request use a cookie? The browser is asked first. */
import { checkConfig } from './error.ts'

/** Why a request may not use a cookie. */
export type UntrustedReason =
  | 'cross-site'
  | 'origin-mismatch'
  | 'origin-missing'
  | 'own-origin-unknown'

/** Says whether a request may use a cookie, and if not, why. */
export type OriginVerdict =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly reason: UntrustedReason }

/** Which other origins may send unsafe requests and open WebSockets, and how our own is known. */
export interface CsrfProtection {
  /**
   * Hosts below `baseDomain` that are trusted: `'*'` for all of them, or names (`'app'`,
   * `'eu.app'`), where `null` is the base domain itself. Same scheme and port as ours.
   * Names need `baseDomain`. Default: none.
   */
  readonly allowedSubdomains?: '*' | readonly (string | null)[]
  /** The domain that `allowedSubdomains` count from. Default for `'*'`: the request's own host. */
  readonly baseDomain?: string | undefined
  /** Whole origins, such as `https://admin.example.com`. Default: none. */
  readonly trustedOrigins?: readonly string[]
  /** Our own host, with a port where it is not the scheme's own. Default: the request URL's. */
  readonly host?: string | undefined
  /** The header in which a trusted proxy gives our host. A request without it is refused. */
  readonly hostHeader?: string | undefined
}

/** What the rule needs of a request. */
export interface OriginRequest {
  readonly method: string
  readonly url?: string
  readonly headers: Pick<Headers, 'get'>
}

/** Judges one request. */
export type CheckOrigin = (request: OriginRequest) => OriginVerdict

const TRUSTED: OriginVerdict = { trusted: true }
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE']
const WEB_URL = /^https?:\/\/[^./]/i
const LOOPBACK = /^([^.]+\.)?localhost$|^127(\.\d+){3}$|^\[::1\]$/

/**
 * Says whether a request is safe: it changes nothing and opens nothing. Methods are compared with
 * their case. A WebSocket handshake is a GET and never safe.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 RFC 9110, section 9.2.1}
 */
export function isSafe({ method, headers }: OriginRequest): boolean {
  return SAFE_METHODS.includes(method) && !/websocket/i.test(headers.get('Upgrade') ?? '')
}

/**
 * Settles which requests may use a cookie.
 *
 * A safe request may. Any other must come from our own origin, from an allowed subdomain or from a
 * trusted origin, as `Sec-Fetch-Site` and `Origin` tell. What is missing, `null` or broken is
 * refused. Whether a cookie came along makes no difference, so login CSRF is covered.
 *
 * @param options Which other origins to trust; `false` trusts every request.
 * @param secure Whether our own scheme is https on every host but loopback.
 * @returns The rule, ready to judge requests.
 * @throws {AuthError} `AUTH_CONFIG` when an option can never match what a browser sends.
 * @see {@link https://www.w3.org/TR/fetch-metadata/ Fetch Metadata}
 *
 * @example
 * const checkOrigin = originRule({ trustedOrigins: ['https://admin.example'] }, true)
 * checkOrigin(new Request('https://app.example', {
 *   method: 'POST',
 *   headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
 * }))
 * // { trusted: false, reason: 'cross-site' }
 */
export function originRule(options: CsrfProtection | false, secure: boolean): CheckOrigin {
  if (options === false) return () => TRUSTED
  const { allowedSubdomains = [], baseDomain, trustedOrigins = [], host, hostHeader } = options
  const names = allowedSubdomains === '*' ? [] : allowedSubdomains
  checkConfig(!names.length || baseDomain, 'Names in allowedSubdomains need baseDomain')
  const hosts = [host, baseDomain, ...names].filter((name) => typeof name === 'string')
  for (const origin of [...trustedOrigins, ...hosts.map((name) => `https://${name}`)]) {
    checkConfig(
      parse(origin)?.origin === origin,
      `csrfProtection needs origins or hosts alone, not ${origin}`,
    )
  }

  return (request) => {
    if (isSafe(request)) return TRUSTED
    const { headers, method } = request
    const origin = headers.get('Origin')
    if (origin !== null && trustedOrigins.includes(origin)) return TRUSTED

    // Chromium sends no Sec-Fetch-Site with a WebSocket handshake, so its Origin alone decides.
    const site = SAFE_METHODS.includes(method) ? null : headers.get('Sec-Fetch-Site')
    const isOurs = site === 'same-origin'
    if (site !== null && !isOurs && site !== 'same-site') return refused('cross-site')
    if (isOurs && (origin === null || origin === 'null')) return TRUSTED
    if (origin === null) return refused('origin-missing')

    const own = ownOrigin(request)
    if (!own) return refused('own-origin-unknown')
    if (site !== 'same-site' && origin === own.origin) return TRUSTED
    if (!isOurs && isAllowedSubdomain(origin, own)) return TRUSTED
    return refused(site === 'same-site' ? 'cross-site' : 'origin-mismatch')
  }

  function ownOrigin({ url = '', headers }: OriginRequest): URL | null {
    const given = host ?? (hostHeader && (headers.get(hostHeader) ?? ''))
    const own = parse(given === undefined ? url : `https://${given}`)
    if (!own || (given && given !== own.host)) return null
    // A proxy that ends TLS leaves us an http URL, so with `secure` the scheme is the browser's.
    const isHttps = url.startsWith('https:') || (secure && !LOOPBACK.test(own.hostname))
    own.protocol = isHttps ? 'https' : 'http'
    return own
  }

  function isAllowedSubdomain(origin: string, own: URL): boolean {
    const from = parse(origin)
    const base = baseDomain ?? own.hostname
    return (
      from?.origin === origin &&
      from.protocol === own.protocol &&
      from.port === own.port &&
      (allowedSubdomains === '*'
        ? from.hostname.endsWith(`.${base}`)
        : names.some((name) => from.hostname === (name ? `${name}.${base}` : base)))
    )
  }
}

function parse(url: string): URL | null {
  try {
    return WEB_URL.test(url) ? new URL(url) : null
  } catch {
    return null
  }
}

function refused(reason: UntrustedReason): OriginVerdict {
  return { trusted: false, reason }
}
