/** An app with device-bound sessions over a store under test, whose clock and store a case controls. */
import {
  type Auth,
  type AuthEvent,
  type OriginRequest,
  type RequestContext,
  type Session,
  handle,
  limen,
} from '@limen/core'
import { type DeviceCalls, deviceBound } from '@limen/core/device-bound'
import type { DeviceServer, SignedIn } from './device-run.ts'
import { equal, holds, outcomeOf } from './expect.ts'
import type { AnyCaseStore, CaseSession, CaseUser } from './store-case.ts'

const ORIGIN = 'https://app.example'
/** The proof cookie. */
export const PROOF = '__Host-session-proof'
const BROWSER = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' }

/** The app. `/sign-in` and `/sign-out` do what they say; any other page shows the session's id. */
export interface DeviceApp {
  readonly auth: Auth<
    CaseUser,
    CaseSession,
    object,
    object,
    [request: OriginRequest],
    RequestContext
  > &
    DeviceCalls
  readonly clock: { now: number }
  readonly events: AuthEvent[]
  /** Whether the store fails. */
  readonly store: { isDown: boolean }
  /** Signs a new user in, in the response to a request. */
  readonly signIn: () => Promise<{ session: Session; response: Response }>
  readonly fetch: (request: Request) => Promise<Response>
}

/** Creates the app. */
export function deviceApp(store: AnyCaseStore): DeviceApp {
  const clock = { now: 1_800_000_000_000 }
  const events: AuthEvent[] = []
  const state = { isDown: false }
  let users = 0
  const auth = limen({
    store: new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown =>
          state.isDown
            ? Promise.reject(new Error('the store is down'))
            : Reflect.apply(member, target, args)
      },
    }),
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
    // An attribute that every layout of the tests has a place for.
    extensions: [deviceBound({ path: '/device', attribute: 'device' })],
  })
  const signIn = async () => {
    const userId = `user ${++users}`
    await auth.createUser({ userId, attributes: { name: userId } })
    const request = new Request(`${ORIGIN}/sign-in`, { method: 'POST', headers: BROWSER })
    let session: Session | undefined
    const response = await handle(auth, request, async (authRequest) => {
      session = await auth.createSession({ userId, attributes: { device: 'phone' } })
      authRequest.setSession(session)
      return new Response(null, { status: 303, headers: { Location: '/' } })
    })
    return { session: session!, response }
  }
  return {
    auth,
    clock,
    events,
    store: state,
    signIn,
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/device') return auth.answerDevice(request)
      if (pathname === '/sign-in') return (await signIn()).response
      return handle(auth, request, async (authRequest) => {
        const session = await authRequest.validate()
        if (pathname === '/sign-out' && session) {
          await auth.invalidateSession(session.sessionId)
          authRequest.setSession(null)
        }
        return new Response(session?.sessionId ?? 'anonymous')
      })
    },
  }
}

/** The app as the scenarios call it. */
export function deviceServer(app: DeviceApp): DeviceServer {
  const { auth, clock, events, store } = app
  const tokenOf = ({ cookie }: SignedIn) => cookie.slice(cookie.indexOf('=') + 1)
  return {
    async signIn() {
      const { session, response } = await app.signIn()
      const [line = '', deletion] = response.headers.getSetCookie()
      const [, offer = ''] =
        /^\(ES256 RS256\);path="\/device";challenge="([\w.-]+)"$/.exec(
          response.headers.get('Secure-Session-Registration') ?? '',
        ) ?? []
      holds(offer !== '', 'the response of a sign-in offers a device session')
      holds(
        deletion?.startsWith(`${PROOF}=; Path=/; Max-Age=0`) === true,
        'a sign-in deletes the proof of an earlier session',
      )
      return { id: session.sessionId, cookie: line.slice(0, line.indexOf(';')), offer }
    },
    send: (headers) =>
      auth.answerDevice(new Request(`${ORIGIN}/device`, { method: 'POST', headers })),
    async visit(session, proofs) {
      const token = tokenOf(session)
      const cookies = proofs.map((proof) => `${PROOF}=${proof}`)
      const withCookie = { ...BROWSER, Cookie: [session.cookie, ...cookies].join('; ') }
      const withBearer = {
        Authorization: `Bearer ${token}`,
        ...(cookies.length && { Cookie: cookies.join('; ') }),
      }
      const page = new Request(`${ORIGIN}/`, { headers: withCookie })
      const form = new Request(`${ORIGIN}/`, { method: 'POST', headers: withCookie })
      const api = new Request(`${ORIGIN}/`, { headers: withBearer })
      const strong = { token, consistency: 'strong' } as const
      const response = await app.fetch(page)
      const text = await response.text()
      equal(
        response.headers.get('Secure-Session-Registration'),
        null,
        'an offer to who has the cookie',
      )
      const exists = (await auth.getSession(session.id)) !== null
      // Deleted: the session cookie and the proof, and only when the session does not exist.
      equal(response.headers.getSetCookie().length, exists ? 0 : 2, 'cookies that are deleted')
      const results = [
        text === session.id,
        (await auth.openRequest({ request: form, setCookie() {} }).validate()) !== null,
        (await auth.openRequest({ request: api }).validateBearerToken()) !== null,
        (await auth.validateToken({ ...strong, request: page })).valid,
      ]
      // Without a request there is no proof.
      const alone = [
        (await auth.validateToken(strong)).valid,
        (await outcomeOf(() => auth.validateSession(token))) !== 'AUTH_INVALID_SESSION_ID',
      ]
      const [isSignedIn] = results
      const others = isSignedIn && proofs.length ? results : [...results, ...alone]
      equal(new Set(others).size, 1, `the ways in agree: ${others.join()}`)
      return isSignedIn!
    },
    revoke: ({ id }) => auth.invalidateSession(id),
    wait(seconds) {
      clock.now += 1000 * seconds
    },
    setStore(isDown) {
      store.isDown = isDown
    },
    refusals() {
      const refused = events
        .splice(0)
        .flatMap((event) => (event.type === 'device-refused' ? [event.reason] : []))
      return refused
    },
  }
}
