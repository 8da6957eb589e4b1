/** A visitor of the app under test: sends requests as a browser does, and stores cookies. */
import { CookieJar } from './cookie-jar.ts'

/** Answers a request: `app.fetch` of Hono, or a function that calls the app in its own way. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** Which app is visited, and where it is. */
export interface VisitorOptions {
  /**
   * Answers the requests of `visitor.fetch()`, as in `(request) => worker.fetch(request, env, ctx)`.
   * Default: the global `fetch`, for an app that listens at `origin`.
   */
  readonly fetch?: Fetch | undefined
  /** The app's origin. Default `https://app.example`. */
  readonly origin?: string | undefined
}

/** A visitor of the app. Its requests come from a page of the app, unless their headers say otherwise. */
export interface Visitor {
  /** The app's origin. */
  readonly origin: string
  /**
   * The headers of a request from a page of the app: `Cookie`, `Origin` and `Sec-Fetch-Site`.
   *
   * @param url Where the request goes: a path, or a URL of the app. Default `/`.
   */
  readonly headers: (url?: string) => Headers
  /**
   * A request from a page of the app, with `Cookie` and `Sec-Fetch-Site`, and with `Origin` where a
   * browser sends it. `init` can replace each of them. Redirects are not followed.
   *
   * @param url A path, or a URL of the app.
   */
  readonly request: (url: string, init?: RequestInit) => Request
  /**
   * Sends such a request to the app and applies the `Set-Cookie` headers of the response: a sign-in, a
   * renewal and a sign-out change what the next request carries.
   *
   * @param input A path, a URL of the app, or a `Request`, which is sent as it is. Cookies of a
   * response from another origin are not stored.
   */
  readonly fetch: (input: string | Request, init?: RequestInit) => Promise<Response>
}

/**
 * Creates a visitor who is not signed in: for tests of the sign-in itself.
 *
 * @param options The app's `fetch`, and its origin.
 * @returns The visitor, without cookies.
 *
 * @example
 * const ada = visitor({
 *   fetch: (request) => Response.json(request.headers.get('Cookie'), {
 *     headers: { 'Set-Cookie': 'theme=dark; Path=/' },
 *   }),
 * })
 * await ada.fetch('/')
 * await (await ada.fetch('/')).json()
 * // 'theme=dark'
 */
export function visitor(options: VisitorOptions = {}): Visitor {
  return visitorWith(new CookieJar(), options)
}

/** Creates a visitor whose cookies are in the given jar. */
export function visitorWith(jar: CookieJar, options: VisitorOptions): Visitor {
  const { origin, send } = { origin: originOf(options), send: options.fetch ?? fetch }

  const resolved = (url: string): URL => {
    const target = new URL(url, origin)
    if (target.origin === origin) return target
    throw new TypeError(`visitor: the URL must be of ${origin} (got ${target.origin})`)
  }
  const headersTo = (url: URL): Headers => {
    const headers = new Headers({ 'Sec-Fetch-Site': 'same-origin', Origin: origin })
    const cookie = jar.header(url)
    if (cookie) headers.set('Cookie', cookie)
    return headers
  }
  const request = (url: string, init: RequestInit = {}): Request => {
    const target = resolved(url)
    const headers = headersTo(target)
    const given = new Headers(init.headers)
    // A browser omits Origin where a page requests its own origin, except in a WebSocket handshake.
    if (/^(GET|HEAD)$/i.test(init.method ?? 'GET') && !given.has('Upgrade'))
      headers.delete('Origin')
    given.forEach((value, name) => headers.set(name, value))
    const made = new Request(target, { redirect: 'manual', ...init, headers })
    if (made.headers.get('Cookie') === headers.get('Cookie')) return made
    throw new Error('visitor: this environment removes Cookie from a Request, as happy-dom does')
  }

  return {
    origin,
    headers: (url = '/') => headersTo(resolved(url)),
    request,
    async fetch(input, init) {
      const sent = typeof input === 'string' ? request(input, init) : input
      const response = await send(sent)
      // After a redirect, the response is of another URL. A constructed response has none.
      const url = new URL(response.url || sent.url)
      // The jar is for one host: cookies of another one would be sent to the app.
      if (url.origin !== origin) return response
      for (const line of response.headers.getSetCookie()) jar.set(line, url)
      return response
    },
  }
}

/** The origin of the app under test. */
export function originOf({ origin = 'https://app.example' }: VisitorOptions): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin
  throw new TypeError(`origin must be an origin such as "https://app.example" (got "${origin}")`)
}
