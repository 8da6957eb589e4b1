/** Cases for a route of the app that only signed-in visitors can use. */
import { withPlainIds } from '@limen/core/store-kit'
import { type TestStore, ageSession } from './age-session.ts'
import type { SignedInVisitor, TestAuth } from './sign-in.ts'
import { type Fetch, visitor as anonymousAt } from './visitor.ts'

/** A status, or a function that returns whether a response is the expected one. */
export type Expected = number | ((response: Response) => boolean)

/** How the app answers. */
export interface ExpectedResponses {
  /**
   * To a signed-in visitor. Default: a status below 400, which a redirect to a sign-in has too: name an
   * exact status where the route refuses visitors with a redirect.
   */
  readonly accepted?: Expected | undefined
  /** To a visitor without a valid session. Default: 401. */
  readonly unauthenticated?: Expected | undefined
  /** To a request from another site. Default: 403. */
  readonly crossOrigin?: Expected | undefined
  /** While the store is down. Default: a status from 500. */
  readonly unavailable?: Expected | undefined
}

/** The route, with the method, headers and body of its requests, and what the cases need of the app. */
export interface RouteCasesOptions extends RequestInit {
  /** The route's path, such as `/notes`. */
  readonly path: string
  /** Signs a new visitor in, with the app's `fetch`: `() => signIn(auth, { fetch: app.fetch })`. */
  readonly visitor: () => Promise<SignedInVisitor<TestAuth>>
  /** The app's store, or another over the same data. */
  readonly store: TestStore
  /** The app while its store is down, such as one over `withOutage(store)`. Absent: no such case. */
  readonly outage?: Fetch | undefined
  /** Whether the route reads `Authorization: Bearer`, and not the session cookie. Default `false`. */
  readonly bearer?: boolean | undefined
  /** How the app answers, where it differs from the defaults. */
  readonly expected?: ExpectedResponses | undefined
}

/** One case, for any test runner. */
export interface RouteCase {
  /** The route and what it does, such as `POST /notes refuses a revoked session`. */
  readonly name: string
  /** Rejects when the route does something else. */
  readonly run: () => Promise<void>
}

const DEFAULTS = {
  accepted: ({ status }: Response) => status < 400,
  unauthenticated: 401,
  crossOrigin: 403,
  unavailable: ({ status }: Response) => status >= 500,
}
const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

/**
 * Creates the cases for one route: signed in, not signed in, cross-origin (unsafe methods), idle,
 * expired, revoked, and an outage of the store. Each signs a visitor of its own in.
 *
 * A route that needs a recent sign-in refuses an idle session: leave that case out by its name.
 *
 * @param options The route and the app.
 * @returns The cases, to loop over: `it(name, run)`, `test(name, run)` or `Deno.test(name, run)`.
 *
 * @example
 * const store = memoryStore()
 * const auth = limen({ store })
 * app.post('/notes', requireSession(auth), (c) => c.text('written', 201))
 * const visitor = () => signIn(auth, { fetch: app.fetch })
 * for (const { name, run } of routeCases({ path: '/notes', method: 'POST', visitor, store })) {
 *   it(name, run)
 * }
 */
export function routeCases(options: RouteCasesOptions): readonly RouteCase[] {
  const { path, visitor, store, outage, bearer = false, expected, ...init } = options
  const { method = 'GET' } = init

  const withHeaders = (headers: HeadersInit): RequestInit => {
    const joined = new Headers(init.headers)
    new Headers(headers).forEach((value, name) => joined.set(name, value))
    return { ...init, headers: joined }
  }
  const signedIn = (ada: Ada): Request =>
    bearer
      ? new Request(new URL(path, ada.origin), withHeaders(ada.bearerHeaders()))
      : ada.request(path, init)
  const anonymous = (ada: Ada): Request =>
    bearer ? new Request(new URL(path, ada.origin), init) : anonymousAt(ada).request(path, init)
  const crossOrigin = (ada: Ada): Request => ada.request(path, withHeaders(CROSS_SITE))

  // No cookie is renewed for HEAD, nor for a bearer token.
  const isRenewed = !bearer && method !== 'HEAD'
  const cases: (Step & { readonly does: string; readonly applies?: boolean })[] = [
    { does: 'accepts a signed-in visitor', expects: 'accepted' },
    {
      does: 'refuses a visitor who is not signed in',
      request: anonymous,
      expects: 'unauthenticated',
    },
    {
      does: 'refuses a cross-origin request and keeps the session',
      applies: !bearer && !/^(GET|HEAD|OPTIONS|TRACE)$/.test(method),
      request: crossOrigin,
      expects: 'crossOrigin',
      hasCookie: false,
    },
    {
      does: `accepts an idle session${isRenewed ? ' and sends a session cookie' : ''}`,
      ageTo: 'activePeriodExpiresAt',
      expects: 'accepted',
      ...(isRenewed && { hasCookie: true }),
    },
    {
      does: 'refuses an expired session',
      ageTo: 'idlePeriodExpiresAt',
      expects: 'unauthenticated',
    },
    { does: 'refuses a revoked session', isRevoked: true, expects: 'unauthenticated' },
    {
      does: 'fails while the store is down and signs no visitor out',
      applies: outage !== undefined,
      send: outage,
      expects: 'unavailable',
      hasCookie: false,
    },
  ]
  return cases
    .filter(({ applies = true }) => applies)
    .map(({ does, ...step }) => ({ name: `${method} ${path} ${does}`, run: () => run(step) }))

  async function run({ request = signedIn, ageTo, isRevoked, send, ...wanted }: Step) {
    const ada = await visitor()
    const { session } = ada
    const name = bearer ? undefined : cookieNameOf(ada)
    if (ageTo) await ageSession(store, session, +session[ageTo] - +session.createdAt)
    const plain = withPlainIds(store)
    if (isRevoked) await plain.delete(session.sessionId)

    const response = send ? await answerOf(send, request(ada)) : await ada.fetch(request(ada))

    const { status, headers } = response
    const fit: Expected = expected?.[wanted.expects] ?? DEFAULTS[wanted.expects]
    const code = typeof fit === 'number' ? ` (${fit})` : ''
    hold(
      typeof fit === 'number' ? fit === status : fit(response),
      `a response with status ${status} is not the one that is expected: ${wanted.expects}${code}`,
    )
    if (wanted.hasCookie === undefined) return
    const isSent = headers.getSetCookie().some((line) => line.startsWith(`${name}=`))
    hold(isSent === wanted.hasCookie, `the response has ${isSent ? 'a' : 'no'} session cookie`)
    const exists = isSent || (await plain.read(session.sessionId, { consistency: 'strong' }))
    hold(exists, 'the session was revoked')
  }

  /** The name of the cookie that carries the session. */
  function cookieNameOf(ada: Ada): string {
    const token = ada.bearerHeaders().get('Authorization')!.replace('Bearer ', '')
    const pairs = ada.request(path).headers.get('Cookie')?.split('; ') ?? []
    const name = pairs.find((pair) => pair.endsWith(`=${token}`))?.split('=')[0]
    hold(name, 'the visitor has no session cookie for this path')
    return name
  }

  function hold(fits: unknown, failure: string): asserts fits {
    if (!fits) throw new Error(`${method} ${path}: ${failure}`)
  }
}

type Ada = SignedInVisitor<TestAuth>

/** What a case does before its request, and what it expects of the response. */
interface Step {
  /** Default: of a signed-in visitor. */
  readonly request?: (ada: Ada) => Request
  /** Makes the session so old. */
  readonly ageTo?: 'activePeriodExpiresAt' | 'idlePeriodExpiresAt'
  readonly isRevoked?: boolean
  /** Default: the visitor's own `fetch`. */
  readonly send?: Fetch | undefined
  readonly expects: keyof ExpectedResponses
  /** Whether the response has a session cookie. Default: either. */
  readonly hasCookie?: boolean
}

/** The response of an app. A server answers an error that the app does not handle with 500. */
async function answerOf(send: Fetch, request: Request): Promise<Response> {
  try {
    return await send(request)
  } catch {
    return new Response(null, { status: 500 })
  }
}
