/** What every adapter must do to a response: one case, one sentence. */
import {
  type Auth,
  type AuthEvent,
  type AuthRequest,
  type InferSession,
  type OriginRequest,
  type RequestContext,
  type Store,
  limen,
} from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { paceOf } from './engine.ts'
import { equal, holds, outcomeOf } from './expect.ts'

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const OWN = 'theme=dark; Path=/'

/** The `auth` object that the cases hand to an adapter, with somebody signed in. */
export type CaseAuth = Auth<
  object,
  object,
  object,
  object,
  [request: OriginRequest],
  RequestContext
>

/** A handler as the cases write it, whatever the adapter calls it with. */
export type CaseHandler = (
  authRequest: AuthRequest<InferSession<CaseAuth>>,
) => Response | Promise<Response>

/** How the cases want a handler to be served. */
export interface ServeOptions {
  /** The adapter's own option of this name. Only where {@link CaseAdapter.eager} is true. */
  readonly eager?: boolean
  /**
   * Puts the adapter around the handler twice, as where an app and a part of it both use it. The outer
   * one validates before it calls the inner one, and then calls this with the response that is between
   * both, as a cache that stands there would store it.
   */
  readonly between?: (response: Response) => void
}

/** An adapter under test. */
export interface CaseAdapter {
  /** Joins `auth` and a handler to a server, as the adapter's users would. */
  readonly serve: (
    auth: CaseAuth,
    handler: CaseHandler,
    options?: ServeOptions,
  ) => (request: Request) => Promise<Response>
  /** A response that switches protocols, where the runtime can make one outside a real connection. */
  readonly upgrade?: () => Response
  /** Whether the adapter has an `eager` option. */
  readonly eager?: boolean
  /** Whether a handler can return `undefined`, because the platform has answered already. */
  readonly returnsNothing?: boolean
  /** What a handler throws to answer with a response. Default: the response itself. */
  readonly thrown?: (response: Response) => unknown
}

/** One thing that an adapter must do, ready to be run. */
export interface AdapterSuiteCase {
  readonly name: string
  /** Rejects when the adapter does not do it. */
  readonly run: () => Promise<void>
}

/** What a case has at hand: a user who is signed in, over a store. */
type World = Awaited<ReturnType<typeof signedIn>>

/** One thing that an adapter must do. */
interface AdapterCase {
  readonly name: string
  /** What the case needs of the adapter. */
  readonly needs?: 'upgrade' | 'eager' | 'returnsNothing'
  readonly run: (adapter: CaseAdapter, world: World) => Promise<void>
}

/**
 * All that an adapter must do, for any test runner to loop over: each case on a store that answers at
 * once, and on one that answers later. Cases that the adapter has no hook for are left out.
 *
 * @param adapter The adapter.
 * @returns The cases.
 */
export function adapterSuite(adapter: CaseAdapter): readonly AdapterSuiteCase[] {
  const stores = [
    ['', memoryStore],
    [' (on a store that answers later)', () => paceOf(nextTask)(memoryStore())],
  ] as const
  return stores.flatMap(([suffix, makeStore]) =>
    adapterCases
      .filter(({ needs }) => !needs || adapter[needs])
      .map(({ name, run }) => ({
        name: name + suffix,
        run: async () => run(adapter, await signedIn(makeStore())),
      })),
  )
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve)
  })
}

async function signedIn(store: Store<object, object>) {
  const clock = { now: 1_700_000_000_000 }
  const reads: string[] = []
  const events: AuthEvent['type'][] = []
  const watched: Store<object, object> = {
    ...store,
    read(id, options) {
      reads.push(id)
      return store.read(id, options)
    },
  }
  const auth = limen({
    store: watched,
    now: () => clock.now,
    onEvent: ({ type }) => events.push(type),
  })
  const { userId } = await auth.createUser({})
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const visit = (headers: Record<string, string> = {}, method = 'GET') =>
    new Request('https://app.example/page', {
      method,
      headers: {
        Cookie: `${COOKIE}=${token}`,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
        ...headers,
      },
    })
  const set = `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`
  return { auth, clock, events, reads, session, set, visit }
}

// With Expires for frameworks that drop a Max-Age of 0.
const gone = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
const page = (body: BodyInit | null = 'page') =>
  new Response(body, { headers: { 'Set-Cookie': OWN } })
const asked =
  (answer: () => Response): CaseHandler =>
  async (authRequest) => {
    await authRequest.validate()
    return answer()
  }

/** A response whose body begins when the test lets it, after the response has left. */
function streamed(body: () => Promise<unknown>, headers?: HeadersInit) {
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      await begun
      controller.enqueue(new TextEncoder().encode(String(await body())))
      controller.close()
    },
  })
  return { response: new Response(stream, headers ? { headers } : {}), begin }
}

/** What `Cache-Control` and `Vary` are, and which cookies are set. */
function marksOf({ headers }: Response) {
  return {
    cacheControl: headers.get('Cache-Control'),
    vary: headers.get('Vary'),
    cookies: headers.getSetCookie(),
  }
}

const adapterCases: readonly AdapterCase[] = [
  {
    name: 'leaves a response alone whose handler asked nothing',
    async run({ serve }, { auth, visit }) {
      const response = await serve(auth, () => page())(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), null, 'Cache-Control')
      equal(response.headers.get('Vary'), null, 'Vary')
    },
  },
  {
    name: 'sends no cookie on an active session, and keeps the page out of shared caches',
    async run({ serve }, { auth, visit }) {
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), 'private, no-store', 'Cache-Control')
      equal(response.headers.get('Vary'), 'Cookie', 'Vary')
    },
  },
  {
    name: 'sends the cookie of a sign-in beside the app’s own',
    async run({ serve }, { auth, session, set, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
      equal(await response.text(), 'page', 'body')
    },
  },
  {
    name: 'sends a renewed cookie again',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
    },
  },
  {
    name: 'deletes the cookie of a session that is gone',
    async run({ serve }, { auth, session, visit }) {
      await auth.invalidateSession(session.sessionId)
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'sends one cookie, the sign-out, where a renewal came before it',
    async run({ serve }, { auth, clock, visit }) {
      clock.now += DAY
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        authRequest.setSession(null)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'copes with a redirect whose headers are immutable',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const redirect = () => Response.redirect('https://app.example/next', 303)
      const response = await serve(auth, asked(redirect))(visit())
      equal(response.status, 303, 'status')
      equal(response.headers.get('Location'), 'https://app.example/next', 'Location')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'lets a streamed body stream',
    async run({ serve }, { auth, clock, set, visit }) {
      clock.now += DAY
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const response = await serve(
        auth,
        asked(() => page(readable)),
      )(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies, before the body is written')
      const writer = writable.getWriter()
      const written = (async () => {
        for (const part of ['one ', 'two']) await writer.write(new TextEncoder().encode(part))
        await writer.close()
      })()
      equal(await response.text(), 'one two', 'body')
      await written
    },
  },
  {
    name: 'answers 403 where setSession() refused a cross-origin request, without a cookie',
    async run({ serve }, { auth, session, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(response.status, 403, 'status')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
  {
    name: 'lets an error of the handler reach the platform or the app’s error handler',
    async run({ serve }, { auth, visit }) {
      const broken = new Error('broken on purpose')
      const answer = await serve(auth, () => {
        throw broken
      })(visit()).catch((error: unknown) => error)
      holds(
        answer === broken || (answer instanceof Response && answer.status === 500),
        'neither thrown nor answered with 500',
      )
    },
  },
  {
    name: 'switches protocols, with the renewed cookie on the handshake',
    needs: 'upgrade',
    async run({ serve, upgrade }, { auth, clock, set, visit }) {
      clock.now += DAY
      const headers = { Upgrade: 'websocket', Origin: 'https://app.example' }
      const response = await serve(auth, asked(upgrade!))(visit(headers))
      equal(response.status, 101, 'status')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'is anonymous on a handshake from another origin',
    async run({ serve }, { auth, visit }) {
      const handler: CaseHandler = async (authRequest) =>
        new Response((await authRequest.validate()) ? 'signed in' : 'anonymous')
      const headers = { Upgrade: 'websocket', Origin: 'https://evil.example' }
      equal(await (await serve(auth, handler)(visit(headers))).text(), 'anonymous', 'answer')
    },
  },
  {
    name: 'D1: setSession() in a streamed body throws AUTH_RESPONSE_SENT',
    async run({ serve }, { auth, session, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(() => outcomeOf(async () => authRequest.setSession(session)))
        return stream.response
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [], 'cookies')
      stream.begin()
      equal(await response.text(), 'AUTH_RESPONSE_SENT', 'body')
    },
  },
  {
    name: 'D1: setSession() after the handler has returned throws AUTH_RESPONSE_SENT',
    async run({ serve }, { auth, session, visit }) {
      const opened: AuthRequest<InferSession<CaseAuth>>[] = []
      const handler: CaseHandler = (authRequest) => {
        opened.push(authRequest)
        return page()
      }
      await (await serve(auth, handler)(visit({}, 'POST'))).text()
      for (const given of [session, null]) {
        const outcome = await outcomeOf(async () => opened[0]!.setSession(given))
        equal(outcome, 'AUTH_RESPONSE_SENT', 'outcome')
      }
    },
  },
  {
    name: 'D1: validate() in a streamed body finds the session, and renews nothing',
    async run({ serve }, { auth, clock, events, session, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(async () => (await authRequest.validate())?.sessionId)
        return stream.response
      }
      clock.now += DAY
      const response = await serve(auth, handler)(visit())
      stream.begin()
      equal(await response.text(), session.sessionId, 'body')
      const { idlePeriodExpiresAt, state } = (await auth.getSession(session.sessionId))!
      equal([idlePeriodExpiresAt, state], [session.idlePeriodExpiresAt, 'idle'], 'session')
      equal(
        [events.includes('renewed'), events.includes('validated-late')],
        [false, true],
        'events',
      )
    },
  },
  {
    name: 'D2: eager marks a page that validates in its body, and renews its session',
    needs: 'eager',
    async run({ serve }, { auth, clock, reads, session, set, visit }) {
      let stream = streamed(async () => {})
      const handler: CaseHandler = (authRequest) => {
        stream = streamed(async () => (await authRequest.validate())?.sessionId, {
          'Cache-Control': 'public, max-age=60',
        })
        return stream.response
      }
      clock.now += DAY
      const response = await serve(auth, handler, { eager: true })(visit())
      const expected = { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [set] }
      equal(marksOf(response), expected, 'headers')
      stream.begin()
      equal(await response.text(), session.sessionId, 'body')
      equal(reads.length, 1, 'reads')
    },
  },
  {
    name: 'D2: eager reads nothing for anonymous visitors, whose pages stay cacheable',
    needs: 'eager',
    async run({ serve }, { auth, reads, visit }) {
      const cacheControl = 'public, max-age=60'
      const handler = () => new Response('page', { headers: { 'Cache-Control': cacheControl } })
      const response = await serve(auth, handler, { eager: true })(visit({ Cookie: 'theme=dark' }))
      equal(marksOf(response), { cacheControl, vary: 'Cookie', cookies: [] }, 'headers')
      equal(reads, [], 'reads')
    },
  },
  {
    name: 'D3: a cache inside the adapter sees that a page is private',
    async run({ serve }, { auth, visit }) {
      const seen: ReturnType<typeof marksOf>[] = []
      const between = (response: Response) => void seen.push(marksOf(response))
      const handler = asked(
        () => new Response('page', { headers: { 'Cache-Control': 'public, max-age=60' } }),
      )
      const response = await serve(auth, handler, { between })(visit())
      equal(
        seen.map(({ cacheControl, cookies }) => ({ cacheControl, cookies })),
        [{ cacheControl: 'private, no-store', cookies: [] }],
        'what the cache sees',
      )
      equal(marksOf(response), { ...seen[0], vary: 'Cookie' }, 'what leaves')
    },
  },
  {
    name: 'reads the store once, and sets one cookie, where the adapter stands around a handler twice',
    async run({ serve }, { auth, clock, reads, set, visit }) {
      clock.now += DAY
      const response = await serve(auth, asked(page), { between() {} })(visit())
      equal(reads.length, 1, 'reads')
      equal(
        marksOf(response),
        { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [OWN, set] },
        'headers',
      )
    },
  },
  {
    name: 'D9: adds each header once where the adapter stands around a handler twice',
    async run({ serve }, { auth, session, set, visit }) {
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        const headers = { 'Set-Cookie': OWN, 'Cache-Control': 'private', Vary: 'Accept, Cookie' }
        return new Response('page', { headers })
      }
      const response = await serve(auth, handler, { between() {} })(visit({}, 'POST'))
      const expected = { cacheControl: 'private', vary: 'Accept, Cookie', cookies: [OWN, set] }
      equal(marksOf(response), expected, 'headers')
    },
  },
  {
    name: 'D5: keeps the cookie of a sign-in where the handler throws its response',
    async run({ serve, thrown = (response) => response }, { auth, session, set, visit }) {
      for (const validates of [false, true]) {
        const handler: CaseHandler = async (authRequest) => {
          if (validates) await authRequest.validate()
          authRequest.setSession(session)
          throw thrown(Response.redirect('https://app.example/next', 303))
        }
        const response = await serve(auth, handler)(visit({}, 'POST'))
        equal(response.status, 303, 'status')
        equal(response.headers.get('Location'), 'https://app.example/next', 'Location')
        const expected = { cacheControl: 'private, no-store', vary: 'Cookie', cookies: [set] }
        equal(marksOf(response), expected, 'headers')
      }
    },
  },
  {
    name: 'D6: passes on that a handler returned nothing',
    needs: 'returnsNothing',
    async run({ serve }, { auth, visit }) {
      const nothing = (() => undefined) as unknown as () => Response
      equal(await serve(auth, nothing)(visit()), undefined, 'at once')
      equal(await serve(auth, asked(nothing))(visit()), undefined, 'after validate()')
    },
  },
  {
    name: 'D8: a refused setSession() is 403 where the app’s own error handling answers it',
    async run({ serve }, { auth, session, visit }) {
      const statuses: unknown[] = []
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        try {
          authRequest.setSession(session)
          return page()
        } catch (error) {
          const { status, statusCode } = error as { status?: number; statusCode?: number }
          statuses.push(status, statusCode)
          return new Response('Forbidden by the app', { status: status ?? 500 })
        }
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(statuses, [403, 403], 'status and statusCode')
      equal([response.status, await response.text()], [403, 'Forbidden by the app'], 'response')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
  {
    name: 'D8: a refused setSession() is 403 also after an await and a validate()',
    async run({ serve }, { auth, session, visit }) {
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        await nextTask()
        authRequest.setSession(session)
        return page()
      }
      const crossSite = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(crossSite)
      equal(response.status, 403, 'status')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
]
