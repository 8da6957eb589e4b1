/** Lets pages of other origins call this backend: CORS, decided by the CSRF rule itself. */
import { type CsrfProtection, type OriginRequest, originRule } from './csrf.ts'
import { BOOLEAN, type OptionRule, checkOptions, isListOf, isPlain } from './options.ts'

/** Which pages may call this backend, and what they may send and read. */
export interface CorsOptions {
  /**
   * The very options that `limen({ csrfProtection })` takes: who may send unsafe requests is who may
   * read the answers.
   */
  readonly csrfProtection: CsrfProtection
  /** As in `limen({ secure })`. Default `true`. */
  readonly secure?: boolean | undefined
  /** Methods that pages may use beside GET, HEAD and POST. Default: PUT, PATCH and DELETE. */
  readonly allowMethods?: readonly string[] | undefined
  /** Request headers that pages may set. Default: Authorization and Content-Type. */
  readonly allowHeaders?: readonly string[] | undefined
  /** Response headers that pages may read, beside the few that all may. Default: none. */
  readonly exposeHeaders?: readonly string[] | undefined
  /** How many seconds a browser may keep the answer to a preflight. Default: 5, by the standard. */
  readonly maxAge?: number | undefined
}

/** Answers preflights, and lets trusted pages read responses. */
export interface Cors {
  /**
   * Answers a preflight: 204 with what is allowed, or 403 for an origin that is not trusted.
   *
   * @returns The answer, or `null` for all other requests, a plain `OPTIONS` among them.
   */
  readonly preflight: (request: OriginRequest) => Response | null
  /**
   * Lets the page that sent a request read its response, if its origin is trusted. What the response
   * said of it before is dropped, `*` above all; `Vary: Origin` is always added.
   *
   * @returns The same response, or a copy where its headers cannot be changed.
   */
  readonly respond: (request: OriginRequest, response: Response) => Response
}

const TOKEN = /^[\w!#$%&'+\-.^`|~]+$/
const FORBIDDEN_METHOD = /[a-z]|^(CONNECT|TRACE|TRACK)$/
const VARIES = /(^|,)\s*(origin|\*)\s*(,|$)/i
const REQUEST_METHOD = 'Access-Control-Request-Method'
const ALLOW_ORIGIN = 'Access-Control-Allow-Origin'
const ALLOW_CREDENTIALS = 'Access-Control-Allow-Credentials'

/**
 * Lets pages of other origins call this backend with `fetch(url, { credentials: 'include' })`.
 *
 * Which origins may is decided by the rule that decides who may use a cookie, from the same options:
 * a page that may read an answer may also send what changes something, and no other page may either.
 *
 * @param options `csrfProtection` as in `limen()`, and what pages may send and read.
 * @returns What answers preflights and marks responses. It holds no state and reads no cookie.
 * @throws {AuthError} `AUTH_CONFIG` for what could never work, `csrfProtection: false` among it: a
 * backend that trusts every origin would show every visitor's data to every page.
 * @see {@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, the CORS protocol}
 *
 * @example
 * const csrfProtection = { baseDomain: 'example.com', allowedSubdomains: ['app'] }
 * const auth = limen({ store: memoryStore(), csrfProtection })
 * const api = cors({ csrfProtection, allowMethods: ['DELETE'], maxAge: 600 })
 *
 * const handle = async (request: Request) =>
 *   api.preflight(request) ?? api.respond(request, await handle(auth, request, () => new Response()))
 *
 * const headers = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'same-site' }
 * const response = await handle(new Request('https://api.example.com/', { headers }))
 * response.headers.get('Access-Control-Allow-Origin')
 * // 'https://app.example.com'
 */
export function cors(options: CorsOptions): Cors {
  checkOptions('cors(): ', options, {
    csrfProtection: [
      isPlain,
      'the options that limen({ csrfProtection }) has, and not false: every page could read every answer',
      true,
    ],
    secure: BOOLEAN,
    allowMethods: listOf(isMethod, 'methods in capitals, such as ["PUT", "DELETE"]'),
    allowHeaders: listOf(isToken, 'names of headers'),
    exposeHeaders: listOf(isToken, 'names of headers'),
    maxAge: [
      (seconds) => Number.isSafeInteger(seconds) && (seconds as number) >= 0,
      'a whole number of seconds from 0',
    ],
  })
  const {
    csrfProtection,
    secure = true,
    allowMethods = ['PUT', 'PATCH', 'DELETE'],
    allowHeaders = ['Authorization', 'Content-Type'],
    exposeHeaders = [],
    maxAge,
  } = options
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
      // A WebSocket is not read by CORS: its handshake was judged by the same rule.
      if (response.status < 200) return response
      const shared = changeable(response)
      if (share(request, shared.headers) && exposeHeaders.length) {
        shared.headers.append('Access-Control-Expose-Headers', exposeHeaders.join(', '))
      }
      return shared
    },
  }

  /** Names the request's origin as one that may read the response, and says whether it may. */
  function share(request: OriginRequest, headers: Headers): boolean {
    const origin = request.headers.get('Origin') ?? 'null'
    // `null` is trusted where the browser vouches for our own page, which needs no CORS.
    const isTrusted = origin !== 'null' && checkOrigin(request, false).trusted
    headers.delete(ALLOW_ORIGIN)
    headers.delete(ALLOW_CREDENTIALS)
    if (isTrusted) {
      headers.set(ALLOW_ORIGIN, origin)
      headers.set(ALLOW_CREDENTIALS, 'true')
    }
    // Also for who is refused, or sent no Origin: that answer is not for the others either.
    if (!VARIES.test(headers.get('Vary') ?? '')) headers.append('Vary', 'Origin')
    return isTrusted
  }
}

function listOf(isItem: (value: unknown) => boolean, wanted: string): OptionRule {
  // Not `*`: browsers take it for a name where credentials are sent.
  return [(value) => isListOf(value, isItem), `an array of ${wanted}, without *`]
}

function isToken(value: unknown): boolean {
  return typeof value === 'string' && TOKEN.test(value)
}

function isMethod(value: unknown): boolean {
  return isToken(value) && !FORBIDDEN_METHOD.test(value as string)
}

function changeable(response: Response): Response {
  try {
    response.headers.delete(ALLOW_ORIGIN)
    return response
  } catch {
    return new Response(response.body, response)
  }
}
