/** What the tests share: an auth object with a signed-in user, and names for Hono's generics. */
import { type AuthEvent, type AuthRequest, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import type { Hono, MiddlewareHandler } from 'hono'
import { type AuthVariables, authenticate, hono, requireOrigin, requireSession } from '@limen/hono'

export const DAY = 86_400_000
export const COOKIE = '__Host-Http-session'
export const URL = 'https://app.example/'
export const PUBLIC = 'public, max-age=60'

/** The `Set-Cookie` header that deletes the session cookie. */
export const deleting: string = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`

/** The `Set-Cookie` header that sets the session cookie. */
export const setting = (token: string): string =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

/** An auth object over a memory store, with a signed-in user and a record of its store calls. */
export async function createAuth() {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent[] = []
  const memory = memoryStore<{ name: string }>()
  const store: typeof memory = {
    ...memory,
    async read(...args) {
      calls.push('read')
      // A database takes some time, too.
      await new Promise((resolve) => setTimeout(resolve, 1))
      return memory.read(...args)
    },
    renew(...args) {
      calls.push('renew')
      return memory.renew(...args)
    },
  }
  const auth = limen({
    store,
    middleware: hono(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  return { auth, calls, clock, events, headers, session, token }
}

/** An auth object whose store is unavailable. */
export const createAuthWithoutStore = () =>
  limen({ store: { ...memoryStore(), read: () => Promise.reject(new Error('down')) } })

export type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']
export type TestRequest = AuthRequest<Awaited<ReturnType<TestAuth['createSession']>>>
export type App = Hono<{ Variables: AuthVariables<TestAuth> }>
export type Handler = (c: Parameters<MiddlewareHandler>[0]) => Response | Promise<Response>

/** Each middleware of this package. */
export const guards: [what: string, guard: (auth: TestAuth) => MiddlewareHandler][] = [
  ['authenticate()', (auth) => authenticate(auth)],
  ['requireOrigin()', (auth) => requireOrigin(auth)],
  ['requireSession()', (auth) => requireSession(auth)],
]

/** A middleware that does nothing: with one, Hono reads `c.res`. */
export const passing: MiddlewareHandler = async (_c, next) => {
  await next()
}

export const cookiesOf = (response: Response): string[] => response.headers.getSetCookie()

/** The code of the error that a function throws. */
export function codeOf(act: () => unknown): string {
  try {
    act()
    return 'no error'
  } catch (error) {
    return (error as { code: string }).code
  }
}
