/** The cookies of one visitor, for one host: what a test needs of RFC 6265, section 5. */

interface StoredCookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** Stores cookies. They do not expire by time: the app must reject an expired session by itself. */
export class CookieJar {
  readonly #cookies = new Map<string, StoredCookie>()

  /** Applies one `Set-Cookie` header of a response from `url`. */
  set(line: string, url: URL): void {
    const [pair = '', ...parts] = line.split(';')
    const [name, value] = split(pair)
    const attributes = new Map(parts.map(split).map(([key, text]) => [key.toLowerCase(), text]))
    const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
    // A browser ignores a cookie of another domain, and a `Secure` one that arrives over plain http.
    if (domain && !`.${url.hostname}`.endsWith(`.${domain}`)) return
    if (attributes.has('secure') && !isSecure(url)) return
    if (!isAllowedPrefix(name, attributes)) return
    const given = attributes.get('path')
    const path = given?.startsWith('/') ? given : url.pathname.replace(/(?!^)\/[^/]*$/, '')
    const key = [name, domain, path].join(';')
    const maxAge = attributes.get('max-age')
    const expires = Date.parse(attributes.get('expires') ?? '')
    if (maxAge === undefined ? expires <= Date.now() : Number(maxAge) <= 0)
      this.#cookies.delete(key)
    else this.#cookies.set(key, { name, value, path })
  }

  /** The `Cookie` header of a request to `url`; empty when there is no cookie for it. */
  header(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ path }) => isBelow(url.pathname, path))
      .toSorted((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }
}

function split(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
}

/**
 * Whether a cookie has the attributes that the prefix of its name requires.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis RFC 6265bis}
 */
function isAllowedPrefix(name: string, attributes: ReadonlyMap<string, string>): boolean {
  const [, prefix = ''] = /^__(host-http|host|secure|http)-/i.exec(name) ?? []
  const isHost = /^host/i.test(prefix)
  if (prefix && !attributes.has('secure')) return false
  if (isHost && (attributes.get('path') !== '/' || attributes.get('domain'))) return false
  return !/http$/i.test(prefix) || attributes.has('httponly')
}

function isBelow(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(.+\.)?localhost$|^127\.|^\[::1]$/.test(hostname)
}
