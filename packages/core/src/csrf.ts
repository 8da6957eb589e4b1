/** Decides whether a request may use a cookie, mainly by what the browser reports about it. */
import { fail } from './error.ts'
import {
  BASE_DOMAIN_ALONE,
  DOMAIN_FORM,
  HEADER_BESIDE_HOST,
  HEADER_FORM,
  HOST_FORM,
  HOST_SCHEME,
  HOST_STAR,
  ORIGINS_FORM,
  ORIGIN_FORM,
  ORIGIN_STAR,
  SUBDOMAINS_FORM,
  SUBDOMAINS_WITHOUT_BASE,
  SUBDOMAIN_WHOLE,
  SYNC_FORM,
} from './messages.ts'
import {
  type OptionRule,
  allOf,
  checkOptions,
  isListOf,
  isSync,
  matching,
  text,
} from './options.ts'

/** Why a request may not use a cookie. */
export type UntrustedReason =
  | 'cross-site'
  | 'origin-mismatch'
  | 'origin-missing'
  | 'origin-insecure'
  | 'host-unknown'

/** Whether a request may use a cookie, and if not, why. */
export type OriginResult =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly reason: UntrustedReason }

/** Which other origins may send unsafe requests and open WebSockets, and how the app's own origin is found. */
export interface CsrfProtection {
  /**
   * Trusted hosts below `baseDomain`: `'*'` for all of them, or names (`'app'`, `'eu.app'`), where
   * `null` is the base domain itself. Their scheme and port must be the app's own. Names need
   * `baseDomain`. Default: none.
   */
  readonly allowedSubdomains?: '*' | readonly (string | null)[] | undefined
  /** The domain that `allowedSubdomains` are relative to. Default for `'*'`: the request's own host. */
  readonly baseDomain?: string | undefined
  /**
   * Whole origins, such as `https://admin.example.com` or an app shell's `capacitor://localhost`. Or a
   * function that returns `true` for such an origin, where hosts are not known in advance: compare the
   * whole text, because `endsWith('example.com')` also matches `https://evilexample.com`. Default: none.
   */
  readonly trustedOrigins?: readonly string[] | ((origin: string) => boolean) | undefined
  /** The app's own host, with its port unless that is the default port. Default: the request URL's. */
  readonly host?: string | undefined
  /** The header in which a trusted proxy sends the app's own host. */
  readonly hostHeader?: string | undefined
}

/** What the origin check reads of a request. */
export interface OriginRequest {
  /** The request's method, in its own case. */
  readonly method: string
  /** The request's whole URL; needed unless `host` or `hostHeader` is configured. */
  readonly url?: string
  /** The request's headers. */
  readonly headers: Pick<Headers, 'get'>
}

/** Checks one request. */
export type CheckOrigin = (request: OriginRequest, safe?: boolean) => OriginResult

const TRUSTED: OriginResult = { trusted: true }
/** The result for a safe request. Compared by identity: `TRUSTED` is equal and another object. */
export const SAFE: OriginResult = { trusted: true }

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

/**
 * Checks whether a request is safe: its method is a safe one, in capitals, and it opens no WebSocket.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 RFC 9110, section 9.2.1}
 */
export function isSafe({ method, headers }: OriginRequest): boolean {
  return SAFE_METHODS.includes(method) && !opensWebSocket(headers)
}

/** Whether a GET is the handshake of a WebSocket. */
function opensWebSocket(headers: OriginRequest['headers']): boolean {
  return /websocket/i.test(headers.get('Upgrade') ?? '')
}

/**
 * Creates the rule that decides which requests may use a cookie.
 *
 * A safe request may. Any other must come from the app's own origin, from an allowed subdomain or from
 * a trusted origin. `Sec-Fetch-Site: same-origin` outranks the host of the URL: no script can set that
 * header, and proxies rewrite `Host`. A configured host outranks both: then `Origin` must not
 * contradict it. A malformed header is refused. The result does not depend on whether a cookie was
 * sent, so login CSRF is covered.
 *
 * @param options Which other origins to trust; `false` trusts every request.
 * @param secure Whether the app's own scheme is https on every host except loopback.
 * @param onRefusal Called with the reason of each refusal.
 * @returns The rule.
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
  onRefusal?: (reason: UntrustedReason) => unknown,
): CheckOrigin {
  const checked = options === false ? {} : checkedCsrfProtection(options)
  const { allowedSubdomains = [], baseDomain, trustedOrigins = [], host, hostHeader } = checked

  const listed = new Set(typeof trustedOrigins === 'function' ? [] : trustedOrigins)

  return (request, safe = isSafe(request)) => {
    if (safe) return SAFE
    if (!options) return TRUSTED
    const { headers } = request
    const origin = headers.get('Origin')
    // Chromium sends no Sec-Fetch-Site with a WebSocket handshake, so only its Origin decides.
    const isHandshake = request.method === 'GET' && opensWebSocket(headers)
    const site = isHandshake ? null : headers.get('Sec-Fetch-Site')
    if (site === 'same-origin' && !(host ?? hostHeader)) return TRUSTED
    const own = ownOrigin(request)
    const isOwn = origin !== null && origin === own?.origin
    const trusted =
      ((site === 'same-origin' || site === 'none') && (isOwn || (origin ?? 'null') === 'null')) ||
      (site === null && isOwn) ||
      ((site === null || site === 'same-site') && isAllowedSubdomain(origin, own)) ||
      isTrustedOrigin(origin)
    if (trusted) return TRUSTED
    const reason = reasonOf(site, origin, own)
    onRefusal?.(reason)
    return { trusted, reason }
  }

  function ownOrigin({ url = '', headers }: OriginRequest): URL | null {
    const configured = host ?? (hostHeader && (headers.get(hostHeader) ?? ''))
    // A chain of proxies can write several hosts into one header: they must be equal.
    const [own = null, ...others] =
      configured === undefined ? [parse(url)] : configured.split(',').map(parseHost)
    if (!own || others.some((other) => other?.host !== own.host)) return null
    // With `secure`, an http URL can come from a proxy that terminates TLS. Loopback has no such proxy.
    const isHttps = isHttpsUrl(url) || (secure && !isLoopback(own))
    own.protocol = isHttps ? 'https' : 'http'
    return own
  }

  function isTrustedOrigin(origin: string | null): boolean {
    if (origin === null || origin === 'null') return false
    if (typeof trustedOrigins !== 'function') return listed.has(origin)
    try {
      return trustedOrigins(origin) === true
    } catch {
      // A visitor chooses the text. An origin on which the function throws is not trusted.
      return false
    }
  }

  function isAllowedSubdomain(origin: string | null, own: URL | null): boolean {
    const from = parse(origin ?? '')
    return (
      from?.origin === origin &&
      from.protocol === own?.protocol &&
      from.port === own.port &&
      (allowedSubdomains === '*'
        ? from.hostname.endsWith(`.${baseDomain ?? baseOf(own)}`)
        : allowedSubdomains.some(
            (name) => from.hostname === (name ? `${name}.${baseDomain}` : baseDomain),
          ))
    )
  }
}

/** Checks whether a request was sent to this machine itself, by its URL. */
export function isToLoopback({ url = '' }: OriginRequest): boolean {
  const own = parse(url)
  return own !== null && isLoopback(own)
}

/** Checks the scheme of a URL or origin that a request has. */
export function isHttpsUrl(url: string): boolean {
  return /^https:/i.test(url)
}

function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.[\d.]+$/.test(hostname)
  )
}

function reasonOf(site: string | null, origin: string | null, own: URL | null): UntrustedReason {
  if (site !== null && site !== 'same-origin' && site !== 'none') return 'cross-site'
  if (!origin) return 'origin-missing'
  if (!own) return 'host-unknown'
  return origin === `http://${own.host}` ? 'origin-insecure' : 'origin-mismatch'
}

function parseHost(host: string): URL | null {
  const trimmed = host.trim()
  // A character that ends the host of a URL would hide the rest of the text.
  return /^[^\s/,\\?#@]+$/.test(trimmed) ? parse(`https://${trimmed}`) : null
}

function parse(url: string): URL | null {
  if (!/^https?:\/\//i.test(url)) return null
  try {
    const parsed = new URL(url)
    // Node has no Host header in HTTP/2: a URL that is built from it contains `undefined`.
    const isHost = parsed.hostname !== 'undefined' && !parsed.hostname.startsWith('.')
    return isHost ? parsed : null
  } catch {
    return null
  }
}

/** The app's own host as a base domain. A host without a dot, such as `app`, can be a top-level domain. */
function baseOf({ hostname }: URL): string {
  return hostname.includes('.') || hostname === 'localhost' ? hostname : '.'
}

const DOMAIN = /^([a-z\d_-]+\.)*[a-z\d_-]+$/

const BASE_DOMAIN = matching(DOMAIN, DOMAIN_FORM)

const SUBDOMAINS: OptionRule = [names((name) => DOMAIN.test(name)), SUBDOMAINS_FORM]

const TRUSTED_ORIGINS = allOf(
  [(value) => Array.isArray(value) || typeof value === 'function', ORIGINS_FORM],
  [(value) => Array.isArray(value) || isSync(value), SYNC_FORM],
  [origins((origin) => !origin.includes('*')), ORIGIN_STAR],
  [origins(isSentOrigin), ORIGIN_FORM],
)

const HOST = allOf(
  [text((value) => !value.includes('://')), HOST_SCHEME],
  [text((value) => !value.includes('*')), HOST_STAR],
  [text(parseHost), HOST_FORM],
)

const HOST_HEADER = matching(/^[\w-]+$/, HEADER_FORM)

function checkedCsrfProtection(options: CsrfProtection): CsrfProtection {
  const checked = checkOptions('csrfProtection.', options, {
    baseDomain: allOf(BASE_DOMAIN, [() => options.allowedSubdomains, BASE_DOMAIN_ALONE]),
    allowedSubdomains: allOf(SUBDOMAINS, [
      names((name) => !`.${name}`.endsWith(`.${options.baseDomain}`)),
      SUBDOMAIN_WHOLE,
    ]),
    trustedOrigins: TRUSTED_ORIGINS,
    host: HOST,
    hostHeader: allOf(HOST_HEADER, [() => !options.host, HEADER_BESIDE_HOST]),
  })
  const { allowedSubdomains, baseDomain } = checked
  if (Array.isArray(allowedSubdomains) && allowedSubdomains.length > 0 && !baseDomain) {
    fail('AUTH_CONFIG', SUBDOMAINS_WITHOUT_BASE)
  }
  return checked
}

function names(fits: (name: string) => unknown): (value: unknown) => boolean {
  return (value) => value === '*' || isListOf(value, (name) => name === null || text(fits)(name))
}

function origins(fits: (origin: string) => unknown): (value: unknown) => boolean {
  return (value) => typeof value === 'function' || isListOf(value, text(fits))
}

/** The origin of a page never has these schemes: a WebSocket has its page's origin, a file has none. */
const OTHER_SCHEMES = ['ws:', 'wss:', 'ftp:', 'file:']

/** Checks whether a browser sends this text as the origin of a site, an app shell or an extension. */
function isSentOrigin(origin: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\/([\w.-]+|\[[\da-f:]+])(:\d+)?$/.test(origin)) return false
  if (OTHER_SCHEMES.some((scheme) => origin.startsWith(scheme))) return false
  // `URL.origin` is "null" for the schemes of app shells, which are sent as written.
  return !/^https?:/.test(origin) || parse(origin)?.origin === origin
}
