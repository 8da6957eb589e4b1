/** CORS: lets pages of other origins call this backend, by the same rule as the CSRF check. */
import { type CsrfProtection, type OriginRequest, originRule } from './csrf.ts'
import { listItems } from './header-list.ts'
import {
  CORS_CSRF_FORM,
  HEADERS_FORM,
  LIST_STAR,
  METHODS_FORM,
  METHOD_CASE,
  METHOD_FORBIDDEN,
  SECONDS_FORM,
} from './messages.ts'
import {
  BOOLEAN,
  type OptionRule,
  allOf,
  checkOptions,
  isListOf,
  isPlain,
  text,
} from './options.ts'

/** Which pages may call this backend, what they may send, and what they may read. */
export interface CorsOptions {
  /**
   * The same object that `limen({ csrfProtection })` takes: the origins that may send unsafe requests
   * are the origins that may read the responses.
   */
  readonly csrfProtection: CsrfProtection
  /** As in `limen({ secure })`. Default `true`. */
  readonly secure?: boolean | undefined
  /** Methods that pages may use in addition to GET, HEAD and POST. Default: PUT, PATCH and DELETE. */
  readonly allowMethods?: readonly string[] | undefined
  /** Request headers that pages may set. Default: Authorization and Content-Type. */
  readonly allowHeaders?: readonly string[] | undefined
  /** Response headers that pages may read, in addition to the CORS-safelisted ones. Default: none. */
  readonly exposeHeaders?: readonly string[] | undefined
  /** How many seconds a browser may cache the response to a preflight. Default: 5, by the standard. */
  readonly maxAge?: number | undefined
}

/** Responds to preflights, and lets trusted pages read responses. */
export interface Cors {
  /**
   * Responds to a preflight: 204 with what is allowed, or 403 for an untrusted origin.
   *
   * @returns The response, or `null` for every other request, such as a plain `OPTIONS`.
   */
  readonly preflight: (request: OriginRequest) => Response | null
  /**
   * Lets the page that sent a request read its response, if its origin is trusted. Earlier CORS headers
   * of the response, such as `*`, are removed. `Vary: Origin` is always added.
   *
   * @returns The same response, or a copy when its headers are immutable.
   */
  readonly respond: (request: OriginRequest, response: Response) => Response
}

const TOKEN = /^[\w!#$%&'+\-.^`|~]+$/
/** Methods that `fetch()` refuses to send. */
const FORBIDDEN_METHODS = ['CONNECT', 'TRACE', 'TRACK']
const REQUEST_METHOD = 'Access-Control-Request-Method'
const ALLOW_ORIGIN = 'Access-Control-Allow-Origin'
const ALLOW_CREDENTIALS = 'Access-Control-Allow-Credentials'

/**
 * Lets pages of other origins call this backend with `fetch(url, { credentials: 'include' })`.
 *
 * The rule that decides which requests may use a cookie also decides which origins may read responses,
 * from the same options: an origin may do both or neither.
 *
 * @param options `csrfProtection` as in `limen()`, and what pages may send and read.
 * @returns An object that responds to preflights and adds headers to responses. It has no state and reads
 * no cookie.
 * @throws {AuthError} `AUTH_CONFIG` for options that can never work. `csrfProtection: false` is one: a
 * backend that trusts every origin would show every visitor's data to every page.
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, the CORS protocol}
 *
 * @example
 * const csrfProtection = { baseDomain: 'example.com', allowedSubdomains: ['app'] }
 * const auth = limen({ store: memoryStore(), csrfProtection })
 * const api = cors({ csrfProtection, allowMethods: ['DELETE'], maxAge: 600 })
 *
 * const serve = async (request: Request) =>
 *   api.preflight(request) ?? api.respond(request, await handle(auth, request, () => new Response()))
 *
 * const headers = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site' }
 * const response = await serve(new Request('https://api.example.com/', { headers }))
 * response.headers.get('Access-Control-Allow-Origin')
 * // 'https://app.example.com'
 */
export function cors(options: CorsOptions): Cors {
  const checked = checkOptions('cors(): ', options, {
    csrfProtection: [isPlain, CORS_CSRF_FORM, true],
    secure: BOOLEAN,
    allowMethods: tokens(
      METHODS_FORM,
      [each((method) => method === method.toUpperCase()), METHOD_CASE],
      [each((method) => !FORBIDDEN_METHODS.includes(method)), METHOD_FORBIDDEN],
    ),
    allowHeaders: tokens(HEADERS_FORM),
    exposeHeaders: tokens(HEADERS_FORM),
    maxAge: [(seconds) => Number.isSafeInteger(seconds) && (seconds as number) >= 0, SECONDS_FORM],
  })
  const {
    csrfProtection,
    secure = true,
    allowMethods = ['PUT', 'PATCH', 'DELETE'],
    allowHeaders = ['Authorization', 'Content-Type'],
    exposeHeaders = [],
    maxAge,
  } = checked
  const checkOrigin = originRule(csrfProtection, secure)
  const allowed: [name: string, value: string | undefined][] = [
    ['Access-Control-Allow-Methods', allowMethods.join(', ')],
    ['Access-Control-Allow-Headers', allowHeaders.join(', ')],
    ['Access-Control-Max-Age', maxAge?.toString()],
  ]

  return {
    preflight(request) {
      const { headers: sent, method } = request
      if (method !== 'OPTIONS' || !sent.get('Origin') || !sent.get(REQUEST_METHOD)) return null
      const headers = new Headers({ Vary: `${REQUEST_METHOD}, Access-Control-Request-Headers` })
      if (!share(request, headers)) return new Response(null, { status: 403, headers })
      for (const [name, value] of allowed) if (value) headers.set(name, value)
      return new Response(null, { status: 204, headers })
    },

    respond(request, response) {
      // CORS does not apply to WebSockets: the same rule has checked the handshake.
      if (response.status < 200) return response
      const shared = changeable(response)
      if (share(request, shared.headers) && exposeHeaders.length) {
        shared.headers.append('Access-Control-Expose-Headers', exposeHeaders.join(', '))
      }
      return shared
    },
  }

  /** Lets the request's origin read the response if it is trusted, and returns whether it is. */
  function share(request: OriginRequest, headers: Headers): boolean {
    const origin = request.headers.get('Origin') ?? 'null'
    // The CSRF check trusts `null` when the browser confirms the app's own page, which needs no CORS.
    const isTrusted = origin !== 'null' && checkOrigin(request, false).trusted
    headers.delete(ALLOW_ORIGIN)
    headers.delete(ALLOW_CREDENTIALS)
    if (isTrusted) {
      headers.set(ALLOW_ORIGIN, origin)
      headers.set(ALLOW_CREDENTIALS, 'true')
    }
    // Also without CORS headers: a cache must not give this response to another origin.
    const varies = listItems(headers.get('Vary'))
    if (!varies.includes('origin') && !varies.includes('*')) headers.append('Vary', 'Origin')
    return isTrusted
  }
}

/** The rule of a list of names, each a token of HTTP. */
function tokens(wanted: string, ...further: readonly OptionRule[]): OptionRule {
  return allOf(
    [each(() => true), wanted],
    [each((name) => !name.includes('*')), LIST_STAR],
    [each((name) => TOKEN.test(name)), wanted],
    ...further,
  )
}

function each(fits: (name: string) => unknown): (value: unknown) => unknown {
  return (value) => isListOf(value, text(fits))
}

function changeable(response: Response): Response {
  try {
    response.headers.delete(ALLOW_ORIGIN)
    return response
  } catch {
    return new Response(response.body, response)
  }
}
