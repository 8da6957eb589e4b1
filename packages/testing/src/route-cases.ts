/** Cases for a route of the app that only signed-in visitors can use. */
import { type TestStore, ageSession, sessionKey } from './age-session.ts'
import type { SignedInVisitor, TestAuth } from './sign-in.ts'
import { type Fetch, visitor as anonymousAt } from './visitor.ts'

/** A status, or a function that returns whether a response is the expected one. */
export type Expected = number | ((response: Response) => boolean)

/** How the app answers. */
export interface ExpectedResponses {
  /** To a signed-in visitor. Default: a status below 400. */
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

const CROSS_SITE = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

/**
 * Creates the cases for one route: signed in, not signed in, cross-origin (unsafe methods), idle,
 * expired, revoked, and an outage of the store. Each signs a visitor of its own in.
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
  const { path, visitor, store, outage, bearer = false, expected = {}, ...init } = options
  const { method = 'GET' } = init
  const {
    accepted = ({ status }) => status < 400,
    unauthenticated = 401,
    crossOrigin = 403,
    unavailable = ({ status }) => status >= 500,
  } = expected
  const isSafe = /^(GET|HEAD|OPTIONS|TRACE)$/.test(method)
  type Ada = SignedInVisitor<TestAuth>

  /** A request without a browser's headers. */
  const plain = (ada: Ada, headers: HeadersInit = {}): Request =>
    new Request(new URL(path, ada.origin), { ...init, headers: joined(init.headers, headers) })
  const signedIn = (ada: Ada): Request =>
    bearer ? plain(ada, ada.bearerHeaders()) : ada.request(path, init)
  const anonymous = (ada: Ada): Request =>
    bearer ? plain(ada) : anonymousAt(ada).request(path, init)

  const cases: [does: string, applies: boolean, run: (ada: Ada) => Promise<void>][] = [
    [
      'accepts a signed-in visitor',
      true,
      async (ada) => check(await ada.fetch(signedIn(ada)), accepted, 'accepted'),
    ],
    [
      'refuses a visitor who is not signed in',
      true,
      async (ada) => check(await ada.fetch(anonymous(ada)), unauthenticated, 'unauthenticated'),
    ],
    [
      'refuses a cross-origin request and keeps the session',
      !isSafe && !bearer,
      async (ada) => {
        const name = cookieNameOf(ada)
        const headers = joined(init.headers, CROSS_SITE)
        const response = await ada.fetch(path, { ...init, headers })
        check(response, crossOrigin, 'crossOrigin')
        hold(!hasCookie(response, name), 'the response has a session cookie')
        const { read } = store as { read: (...args: unknown[]) => Promise<unknown> }
        const found = await read.call(store, keyOf(ada), { consistency: 'strong' })
        hold(found, 'the session was revoked')
      },
    ],
    [
      bearer || method === 'HEAD'
        ? 'accepts an idle session'
        : 'accepts an idle session and sends a session cookie',
      true,
      async (ada) => {
        const name = cookieNameOf(ada)
        const { activePeriodExpiresAt, createdAt } = ada.session
        await ageSession(store, ada.session, +activePeriodExpiresAt - +createdAt)
        const response = await ada.fetch(signedIn(ada))
        check(response, accepted, 'accepted')
        // The renewed one, or another: the route can sign out or replace the session.
        const isSent = bearer || method === 'HEAD' || hasCookie(response, name)
        hold(isSent, 'the response has no session cookie, and the session was renewed')
      },
    ],
    [
      'refuses an expired session',
      true,
      async (ada) => {
        const { idlePeriodExpiresAt, createdAt } = ada.session
        await ageSession(store, ada.session, +idlePeriodExpiresAt - +createdAt)
        check(await ada.fetch(signedIn(ada)), unauthenticated, 'unauthenticated')
      },
    ],
    [
      'refuses a revoked session',
      true,
      async (ada) => {
        await store.delete(keyOf(ada))
        check(await ada.fetch(signedIn(ada)), unauthenticated, 'unauthenticated')
      },
    ],
    [
      'fails while the store is down and keeps the session cookie',
      outage !== undefined,
      async (ada) => {
        const name = cookieNameOf(ada)
        // A server answers an error that the app does not handle with 500.
        const send = async () => outage?.(signedIn(ada))
        const response = await send().catch(() => undefined)
        check(response ?? new Response(null, { status: 500 }), unavailable, 'unavailable')
        hold(!(response && hasCookie(response, name)), 'the response has a session cookie')
      },
    ],
  ]

  return cases
    .filter(([, applies]) => applies)
    .map(([does, , run]) => ({
      name: `${method} ${path} ${does}`,
      run: async () => run(await visitor()),
    }))

  function keyOf({ session }: Ada): never {
    return sessionKey(store, session) as never
  }

  /** The name of the cookie that carries the session. */
  function cookieNameOf(ada: Ada): string {
    if (bearer) return ''
    const token = ada.bearerHeaders().get('Authorization')!.replace('Bearer ', '')
    const pairs = ada.request(path).headers.get('Cookie')?.split('; ') ?? []
    const name = pairs.find((pair) => pair.endsWith(`=${token}`))?.split('=')[0]
    hold(name, 'the visitor has no session cookie for this path')
    return name
  }

  function check(response: Response, wanted: Expected, name: keyof ExpectedResponses): void {
    const { status } = response
    const fits = typeof wanted === 'number' ? status === wanted : wanted(response)
    const text = typeof wanted === 'number' ? ` (${wanted})` : ''
    hold(fits, `a response with status ${status} is not the one that is expected: ${name}${text}`)
  }

  function hold(fits: unknown, failure: string): asserts fits {
    if (!fits) throw new Error(`${method} ${path}: ${failure}`)
  }
}

function hasCookie({ headers }: Response, name: string): boolean {
  return headers.getSetCookie().some((line) => line.startsWith(`${name}=`))
}

function joined(...lists: (HeadersInit | undefined)[]): Headers {
  const headers = new Headers()
  for (const list of lists) new Headers(list).forEach((value, name) => headers.set(name, value))
  return headers
}
