/** May this request use a cookie? The browser is asked first. */
import { checkOption } from './error.ts'

/** Why a request may not use a cookie. */
export type UntrustedReason = 'cross-site' | 'origin-mismatch' | 'origin-missing'

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
  /** The request's method, in its own case. */
  readonly method: string
  /** The request's whole URL; needed where no `host` is configured. */
  readonly url?: string
  /** The request's headers. */
  readonly headers: Pick<Headers, 'get'>
}

/** Judges one request. */
export type CheckOrigin = (request: OriginRequest, safe?: boolean) => OriginVerdict

const TRUSTED: OriginVerdict = { trusted: true }
/** The verdict on a safe request: it changes nothing and opens nothing. */
export const SAFE: OriginVerdict = { trusted: true }

/**
 * Says whether a request is safe: it changes nothing and opens nothing. Methods are compared with
 * their case. A WebSocket handshake is a GET and never safe.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 RFC 9110, section 9.2.1}
 */
export function isSafe({ method, headers }: OriginRequest): boolean {
  return (
    /^(GET|HEAD|OPTIONS|TRACE)$/.test(method) && !/websocket/i.test(headers.get('Upgrade') ?? '')
  )
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
export function originRule(
  options: CsrfProtection | false,
  secure: boolean,
  tell?: (reason: UntrustedReason) => unknown,
): CheckOrigin {
  const {
    allowedSubdomains = [],
    baseDomain,
    trustedOrigins = [],
    host,
    hostHeader,
  } = options || {}
  const names = allowedSubdomains === '*' ? [] : allowedSubdomains
  checkOption(!names.length || baseDomain, 'csrfProtection.baseDomain', '')
  const hosts = [host, baseDomain, ...names].flatMap((name) =>
    name == null ? [] : `https://${name}`,
  )
  for (const origin of [...trustedOrigins, ...hosts]) {
    checkOption(parse(origin)?.origin === origin, 'csrfProtection', origin)
  }

  return (request, safe = isSafe(request)) => {
    if (safe) return SAFE
    if (!options) return TRUSTED
    const { headers } = request
    const origin = headers.get('Origin')
    // Chromium sends no Sec-Fetch-Site with a WebSocket handshake, so its Origin alone decides.
    const site = request.method === 'GET' ? null : headers.get('Sec-Fetch-Site')
    const mayBeOurs = site === null || site === 'same-origin'
    const mayBeSibling = site === null || site === 'same-site'
    const own = ownOrigin(request)
    const trusted =
      trustedOrigins.includes(origin ?? '') ||
      (site === 'same-origin' && (origin ?? 'null') === 'null') ||
      (mayBeOurs && origin === own?.origin) ||
      (mayBeSibling && isAllowedSubdomain(origin, own))
    if (trusted) return TRUSTED
    const reason = !mayBeOurs ? 'cross-site' : origin ? 'origin-mismatch' : 'origin-missing'
    tell?.(reason)
    return { trusted, reason }
  }

  function ownOrigin({ url = '', headers }: OriginRequest): URL | null {
    const given = host ?? (hostHeader && (headers.get(hostHeader) ?? ''))
    const own = parse(given === undefined ? url : `https://${given}`)
    if (!own || (given && given !== own.host)) return null
    // A proxy that ends TLS leaves us an http URL, so with `secure` the scheme is the browser's.
    // Loopback has no such proxy.
    const isHttps =
      url.startsWith('https') ||
      (secure && !/^(.+\.)?localhost$|^127[\d.]+$|\[::1]/.test(own.hostname))
    own.protocol = isHttps ? 'https' : 'http'
    return own
  }

  function isAllowedSubdomain(origin: string | null, own: URL | null): boolean {
    const from = parse(origin ?? '')
    return (
      from?.origin === origin &&
      from.protocol === own?.protocol &&
      from.port === own.port &&
      (allowedSubdomains === '*'
        ? from.hostname.endsWith(`.${baseDomain ?? own.hostname}`)
        : names.some((name) => from.hostname === (name ? `${name}.${baseDomain}` : baseDomain)))
    )
  }
}

function parse(url: string): URL | null {
  try {
    return /^https?:\/\/[^.]/i.test(url) ? new URL(url) : null
  } catch {
    return null
  }
}
