/** Decides whether a request may use a cookie, first of all by what the browser says of it. */
import { checkOptions, isListOf, isSync, matches } from './options.ts'

/** Why a request may not use a cookie. */
export type UntrustedReason =
  | 'cross-site'
  | 'origin-mismatch'
  | 'origin-missing'
  | 'origin-insecure'
  | 'host-unknown'

/** What each reason means for the developer who reads the error. No visitor sees it. */
export const UNTRUSTED: Readonly<Record<UntrustedReason, string>> = {
  'cross-site': 'another site sent this request',
  'origin-mismatch':
    "Origin is not this app's own. Behind a proxy that rewrites Host, set csrfProtection.hostHeader or host",
  'origin-missing': 'neither Origin nor Sec-Fetch-Site was sent',
  'origin-insecure': 'the page was loaded over http. In development set secure: false',
  'host-unknown': 'the request has no usable URL or csrfProtection.hostHeader',
}

/** Whether a request may use a cookie, and if not, why. */
export type OriginResult =
  | { readonly trusted: true }
  | { readonly trusted: false; readonly reason: UntrustedReason }

/** Which other origins may send unsafe requests and open WebSockets, and how our own is known. */
export interface CsrfProtection {
  /**
   * Hosts below `baseDomain` that are trusted: `'*'` for all of them, or names (`'app'`,
   * `'eu.app'`), where `null` is the base domain itself. Same scheme and port as ours.
   * Names need `baseDomain`. Default: none.
   */
  readonly allowedSubdomains?: '*' | readonly (string | null)[] | undefined
  /** The domain that `allowedSubdomains` count from. Default for `'*'`: the request's own host. */
  readonly baseDomain?: string | undefined
  /**
   * Whole origins, such as `https://admin.example.com` or an app shell's `capacitor://localhost`. Or a
   * function that returns `true` for such an origin, where hosts are not known beforehand: compare the
   * whole text, as `endsWith('example.com')` also holds for `https://evilexample.com`. Default: none.
   */
  readonly trustedOrigins?: readonly string[] | ((origin: string) => boolean) | undefined
  /** Our own host, with a port where it is not the scheme's own. Default: the request URL's. */
  readonly host?: string | undefined
  /** The header in which a trusted proxy sends our host. */
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

/** Checks one request. */
export type CheckOrigin = (request: OriginRequest, safe?: boolean) => OriginResult

const TRUSTED: OriginResult = { trusted: true }
/** The result for a safe request: it changes nothing and opens nothing. */
export const SAFE: OriginResult = { trusted: true }

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
 * Creates the rule that decides which requests may use a cookie.
 *
 * A safe request may. Any other must come from our own origin, from an allowed subdomain or from a
 * trusted origin. The browser's `Sec-Fetch-Site: same-origin` counts more than our guess of our own
 * host from the URL, as no page can send that header and proxies rewrite `Host`. It counts less than
 * a configured host: then `Origin` must not contradict it. What is broken is refused. Whether a cookie
 * came along makes no difference, so login CSRF is covered.
 *
 * @param options Which other origins to trust; `false` trusts every request.
 * @param secure Whether our own scheme is https on every host but loopback.
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
  if (options !== false) checkCsrfProtection(options)
  const {
    allowedSubdomains = [],
    baseDomain,
    trustedOrigins = [],
    host,
    hostHeader,
  } = options || {}

  const listed = new Set(typeof trustedOrigins === 'function' ? [] : trustedOrigins)

  return (request, safe = isSafe(request)) => {
    if (safe) return SAFE
    if (!options) return TRUSTED
    const { headers } = request
    const origin = headers.get('Origin')
    // Chromium sends no Sec-Fetch-Site with a WebSocket handshake, so its Origin alone decides.
    const site = request.method === 'GET' ? null : headers.get('Sec-Fetch-Site')
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
    const named = host ?? (hostHeader && (headers.get(hostHeader) ?? ''))
    // Proxies in a row each add a host to one header.
    const [own = null, ...others] =
      named === undefined ? [parse(url)] : named.split(',').map(parseHost)
    if (!own || others.some((other) => other?.host !== own.host)) return null
    // With `secure` a proxy may end TLS and send us an http URL. Loopback has no such proxy.
    const isHttps = /^https:/i.test(url) || (secure && !isLoopback(own))
    own.protocol = isHttps ? 'https' : 'http'
    return own
  }

  function isTrustedOrigin(origin: string | null): boolean {
    if (origin === null || origin === 'null') return false
    if (typeof trustedOrigins !== 'function') return listed.has(origin)
    try {
      return trustedOrigins(origin) === true
    } catch {
      // A visitor chooses the text: what the function cannot take apart is not trusted.
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

/** Whether a request came to this machine itself, by its URL. */
export function isToLoopback({ url = '' }: OriginRequest): boolean {
  const own = parse(url)
  return own !== null && isLoopback(own)
}

function isLoopback({ hostname }: URL): boolean {
  return /^(.+\.)?localhost$|^127[\d.]+$|\[::1]/.test(hostname)
}

function reasonOf(site: string | null, origin: string | null, own: URL | null): UntrustedReason {
  if (site !== null && site !== 'same-origin' && site !== 'none') return 'cross-site'
  if (!origin) return 'origin-missing'
  if (!own) return 'host-unknown'
  return origin === `http://${own.host}` ? 'origin-insecure' : 'origin-mismatch'
}

function parseHost(host: string): URL | null {
  const text = host.trim()
  // What ends a host in a URL would hide the rest.
  return /^[^\s/,\\?#@]+$/.test(text) ? parse(`https://${text}`) : null
}

function parse(url: string): URL | null {
  try {
    // Node has no Host in HTTP/2: a URL made of it says `undefined`.
    return /^https?:\/\/(?!undefined(?:[:/]|$))[^.]/i.test(url) ? new URL(url) : null
  } catch {
    return null
  }
}

/** Our own host as a base domain. A name without a dot is one inside a network, such as `app`, and can be a TLD. */
function baseOf({ hostname }: URL): string {
  return hostname.includes('.') || hostname === 'localhost' ? hostname : '.'
}

const DOMAIN = /^([a-z\d_-]+\.)*[a-z\d_-]+$/

function checkCsrfProtection(options: CsrfProtection): void {
  const { allowedSubdomains, baseDomain, host } = options
  const isName = (name: unknown) =>
    name === null || (matches(name, DOMAIN) && !`.${name}`.endsWith(`.${baseDomain}`))
  checkOptions('csrfProtection.', options, {
    baseDomain: [
      (value) => matches(value, DOMAIN) && allowedSubdomains,
      'a domain such as "example.com", beside allowedSubdomains',
      Array.isArray(allowedSubdomains) && allowedSubdomains.length > 0,
    ],
    allowedSubdomains: [
      (value) => value === '*' || isListOf(value, isName),
      `'*', or names below baseDomain such as ['app']`,
    ],
    trustedOrigins: [
      (value) => isListOf(value, isOrigin) || isSync(value),
      'whole origins such as ["https://app.example.com"], or a function',
    ],
    host: [
      (value) => matches(value, /^[^*]+$/) && parseHost(value),
      'a host such as "app.example.com", without a scheme',
    ],
    hostHeader: [
      (value) => matches(value, /^[\w-]+$/) && !host,
      'a header such as "X-Forwarded-Host", without host',
    ],
  })
}

/** Whether a text is an origin that browsers send: of a site, or of an app shell or extension. */
function isOrigin(value: unknown): boolean {
  // A host in a URL can have a `*`. URL.origin is "null" for the schemes of app shells.
  return (
    matches(value, /^[a-z][a-z\d+.-]*:\/\/([\w.-]+|\[[\da-f:]+])(:\d+)?$/) &&
    (/^https?:/.test(value) ? parse(value)?.origin === value : !/^(wss?|ftp|file):/.test(value))
  )
}
