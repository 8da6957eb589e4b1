/** An application under test: a memory store that records its calls, a clock, a browser's request. */
import {
  type AuthEvent,
  type Consistency,
  type CookieContext,
  type LimenConfig,
  type RequestContext,
  type SessionCookie,
  type Store,
  limen,
} from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

export interface AppUser {
  readonly name: string
  readonly passphraseHash?: string
}

export interface AppSession {
  readonly device: string
}

export const DAY = 86_400_000
export const APP = 'https://app.example'
export const COOKIE = '__Host-Http-session'

type Options = Partial<
  Omit<
    LimenConfig<
      AppUser,
      AppSession,
      { name: string },
      { device: string },
      [context: RequestContext],
      CookieContext
    >,
    'getUserAttributes' | 'getSessionAttributes' | 'middleware' | 'now'
  >
>

/** A whole app: `auth` over a memory store, with its recorded calls and events. */
export function createApp(options: Options = {}) {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent[] = []
  const faults = new Map<string, unknown>()
  const given = options.store ?? memoryStore<AppUser, AppSession>()
  // A test that gives a routed store does not call it.
  const store = recorded(given as Store<AppUser, AppSession>, calls, faults)
  const auth = limen({
    onEvent: (event) => events.push(event),
    ...options,
    store,
    getUserAttributes: ({ name }) => ({ name }),
    getSessionAttributes: ({ device }) => ({ device }),
    now: () => clock.now,
  })

  /** An AuthRequest that collects its own cookies. */
  function open(request: Request | RequestContext['request'], more: Partial<RequestContext> = {}) {
    const cookies: SessionCookie[] = []
    const authRequest = auth.openRequest({
      request,
      setCookie: (cookie) => cookies.push(cookie),
      ...more,
    })
    const sent = () => cookies.map((cookie) => cookie.serialize())
    return { authRequest, cookies, sent }
  }

  /** Signs a new user in, and clears the calls and events until then. */
  async function signIn(name = 'Ada') {
    const user = await auth.createUser({ attributes: { name, passphraseHash: 'scrypt…' } })
    const session = await auth.createSession({
      userId: user.userId,
      attributes: { device: 'Laptop' },
    })
    const token = auth.createBearerToken(session)
    calls.length = 0
    events.length = 0
    return { user, session, token }
  }

  return { auth, store, clock, calls, events, faults, open, signIn }
}

/** A request as a browser sends it to the app's own pages. */
export function visit(
  token: string | null,
  headers: Record<string, string> = {},
  method = 'GET',
): Request {
  const cookie = token === null ? {} : { Cookie: `${COOKIE}=${token}` }
  const browser = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' }
  return new Request(`${APP}/page`, { method, headers: { ...browser, ...cookie, ...headers } })
}

/** A memory store that records the consistency of each read. */
export function notingStore<UserAttributes = object, SessionAttributes = object>(
  seen: Consistency[],
): Store<UserAttributes, SessionAttributes> {
  const plain = memoryStore<UserAttributes, SessionAttributes>()
  return {
    ...plain,
    read(id, options) {
      seen.push(options.consistency)
      return plain.read(id, options)
    },
  }
}

/** A store that records its calls and fails those in `faults`. */
function recorded<AnyStore extends object>(
  store: AnyStore,
  calls: string[],
  faults: Map<string, unknown>,
): AnyStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls.push(String(name))
        if (faults.has(String(name))) return Promise.reject(faults.get(String(name)))
        return Reflect.apply(member, target, args) as unknown
      }
    },
  })
}
