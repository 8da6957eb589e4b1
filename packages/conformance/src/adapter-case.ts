/** The kinds of a case, and what all cases of adapters have at hand. */
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

const COOKIE = '__Host-Http-session'

export const DAY = 86_400_000
/** A cookie of the app. */
export const OWN = 'theme=dark; Path=/'

/** The `auth` object that the cases pass to an adapter, with a user who is signed in. */
export type CaseAuth = Auth<
  object,
  object,
  object,
  object,
  [request: OriginRequest],
  RequestContext
>

/** A handler as the cases write it, whatever arguments the adapter calls it with. */
export type CaseHandler = (
  authRequest: AuthRequest<InferSession<CaseAuth>>,
) => Response | Promise<Response>

/** How a handler must be served. */
export interface ServeOptions {
  /** The adapter's own option of this name. Only where {@link CaseAdapter.eager} is true. */
  readonly eager?: boolean
  /**
   * Wraps the handler in the adapter twice, as where an app and a part of it both use it. The outer
   * one validates before it calls the inner one, and then calls this with the response between both,
   * as a cache there would store it.
   */
  readonly between?: (response: Response) => void
}

/** An adapter under test. */
export interface CaseAdapter {
  /** Connects `auth` and a handler to a server, as the adapter's users would. */
  readonly serve: (
    auth: CaseAuth,
    handler: CaseHandler,
    options?: ServeOptions,
  ) => (request: Request) => Promise<Response>
  /** A response that switches protocols, where the runtime can make one outside a real connection. */
  readonly upgrade?: () => Response
  /** Whether the adapter has an `eager` option. */
  readonly eager?: boolean
  /** Whether a handler can return `undefined`, because it has responded already. */
  readonly returnsNothing?: boolean
  /** Creates what a handler throws to respond. Default: the response itself. */
  readonly thrown?: (response: Response) => unknown
}

/** What a case receives: a user who is signed in, over a store. */
export interface SignedIn {
  readonly auth: CaseAuth
  /** The time of `auth`. */
  readonly clock: { now: number }
  /** The events of `auth`. */
  readonly events: readonly AuthEvent['type'][]
  /** The ids of the sessions that were read. */
  readonly reads: readonly string[]
  readonly session: InferSession<CaseAuth>
  /** The cookie that sets the session. */
  readonly set: string
  /** Creates a navigation with the cookie of the session. */
  readonly visit: (headers?: Record<string, string>, method?: string) => Request
}

/** One thing that an adapter must do. */
export interface AdapterCase {
  readonly name: string
  /** The hook of the adapter that the case needs. */
  readonly needs?: 'upgrade' | 'eager' | 'returnsNothing'
  readonly run: (adapter: CaseAdapter, signedIn: SignedIn) => Promise<void>
}

/** Signs a user in. */
export async function signedIn(store: Store<object, object>): Promise<SignedIn> {
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

/** The cookie that deletes: with `Expires` for frameworks that drop a `Max-Age` of 0. */
export const gone: string = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`

/** A response with a cookie of the app. */
export function page(body: BodyInit | null = 'page'): Response {
  return new Response(body, { headers: { 'Set-Cookie': OWN } })
}

/** A handler that validates, and then responds. */
export function validating(answer: () => Response): CaseHandler {
  return async (authRequest) => {
    await authRequest.validate()
    return answer()
  }
}

/** A response whose body begins when the test calls `begin`, after the response has left. */
export function streamed(
  body: () => Promise<unknown>,
  headers?: HeadersInit,
): { readonly response: Response; readonly begin: () => void } {
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

/** The headers that an adapter adds to a response. */
export interface Marks {
  readonly cacheControl: string | null
  readonly vary: string | null
  readonly cookies: readonly string[]
}

/** Reads `Cache-Control`, `Vary` and the cookies of a response. */
export function marksOf({ headers }: Response): Marks {
  return {
    cacheControl: headers.get('Cache-Control'),
    vary: headers.get('Vary'),
    cookies: headers.getSetCookie(),
  }
}

/** Waits for the next task of the event loop. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve)
  })
}
