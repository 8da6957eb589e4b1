/** A small model of a browser's cookie jar: RFC 6265bis, without dates and public suffixes. */

const CONTROL = /(?![\t\x80-\x9f])\p{Cc}/u
const BLANKS = /^[ \t]+|[ \t]+$/g
const MAX_AGE_LIMIT = 34_560_000

/** A cookie in the jar. */
export interface StoredCookie {
  readonly name: string
  readonly value: string
  /** The host that set it, or the domain below which it is sent. */
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'strict' | 'lax' | 'none' | 'default'
  readonly partitioned: boolean
  /** In seconds; absent when the browser stores it until it is closed. */
  readonly maxAge?: number
}

/**
 * The jar after a response from `url` with this `Set-Cookie`.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis, sections 5.6 and 5.7}
 */
export function receive(
  jar: readonly StoredCookie[],
  setCookie: string,
  url: string,
): StoredCookie[] {
  const cookie = read(setCookie, new URL(url))
  if (!cookie) return [...jar]
  const isSame = (old: StoredCookie) =>
    old.name === cookie.name &&
    old.domain === cookie.domain &&
    old.hostOnly === cookie.hostOnly &&
    old.path === cookie.path &&
    old.partitioned === cookie.partitioned
  const isDeleted = cookie.maxAge !== undefined && cookie.maxAge <= 0
  // A cookie that replaces another has its position in the order in which they are sent.
  const replaced = jar.flatMap((old) => (isSame(old) ? (isDeleted ? [] : [cookie]) : [old]))
  return jar.some(isSame) || isDeleted ? replaced : [...replaced, cookie]
}

/**
 * The `Cookie` header of a request to `url` from a page of the same origin.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis, section 5.8.3}
 */
export function cookieHeader(jar: readonly StoredCookie[], url: string): string {
  const { hostname, pathname, protocol } = new URL(url)
  return jar
    .filter(
      (cookie) =>
        (cookie.hostOnly ? hostname === cookie.domain : isBelow(hostname, cookie.domain)) &&
        (pathname === cookie.path ||
          pathname.startsWith(cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`)) &&
        (protocol === 'https:' || !cookie.secure),
    )
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ name, value }) => (name ? `${name}=${value}` : value))
    .join('; ')
}

function read(setCookie: string, url: URL): StoredCookie | null {
  if (CONTROL.test(setCookie)) return null
  const [pair = '', ...rest] = setCookie.split(';')
  const [name, value] = pair.includes('=') ? divide(pair) : ['', trim(pair)]
  if (!name && !value) return null
  if (new TextEncoder().encode(name + value).length > 4096) return null

  let maxAge: number | undefined
  let domain = ''
  let path = ''
  let sameSite: StoredCookie['sameSite'] = 'default'
  const flags = new Set<string>()
  for (const [attribute, text] of rest.map(divide)) {
    const key = attribute.toLowerCase()
    if (text.length > 1024) continue
    if (key === 'max-age' && /^-?\d+$/.test(text)) maxAge = Math.min(Number(text), MAX_AGE_LIMIT)
    if (key === 'domain') domain = text.replace(/^\./, '').toLowerCase()
    if (key === 'path') path = text.startsWith('/') ? text : ''
    if (key === 'samesite') {
      sameSite =
        (['strict', 'lax', 'none'] as const).find((s) => s === text.toLowerCase()) ?? 'default'
    }
    if (['secure', 'httponly', 'partitioned'].includes(key)) flags.add(key)
  }

  const secure = flags.has('secure')
  const httpOnly = flags.has('httponly')
  const partitioned = flags.has('partitioned')
  if (domain && !isBelow(url.hostname, domain)) return null
  if (secure && url.protocol !== 'https:') return null
  if (!secure && (sameSite === 'none' || partitioned)) return null
  path ||= url.pathname.replace(/\/[^/]*$/, '') || '/'

  // A cookie without a name could be sent like one with a prefix in its name.
  const prefixed = (name || value).toLowerCase()
  const has = (prefix: string) => prefixed.startsWith(prefix)
  const isHost = has('__host-')
  const isHttp = has('__http-') || has('__host-http-')
  if (!name && (isHost || isHttp || has('__secure-'))) return null
  if ((isHost || isHttp || has('__secure-')) && !secure) return null
  if (isHost && (domain || path !== '/')) return null
  if (isHttp && !httpOnly) return null

  return {
    name,
    value,
    domain: domain || url.hostname,
    hostOnly: !domain,
    path,
    secure,
    httpOnly,
    sameSite,
    partitioned,
    ...(maxAge !== undefined && { maxAge }),
  }
}

function divide(text: string): [before: string, after: string] {
  const equals = text.indexOf('=')
  return equals === -1
    ? [trim(text), '']
    : [trim(text.slice(0, equals)), trim(text.slice(equals + 1))]
}

function trim(text: string): string {
  return text.replaceAll(BLANKS, '')
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
