/** What the tests share: an auth object with a signed-in user, and requests of a browser. */
import { type AuthEvent, type CsrfProtection, type Middleware, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

export const DAY = 86_400_000
export const COOKIE = '__Host-Http-session'
export const PRIVATE = 'private, no-store'

/** The `Set-Cookie` header that sets the session cookie. */
export const setting = (token: string): string =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

interface User {
  readonly name: string
}

/** An auth object over a memory store that resolves later, with a signed-in user and its store calls. */
export async function createAuth<Args extends unknown[]>(
  middleware: Middleware<Args>,
  more: { readonly csrfProtection?: CsrfProtection } = {},
) {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent[] = []
  const memory = memoryStore<User>()
  const later = () => new Promise((resolve) => setTimeout(resolve, 1))
  const store: typeof memory = {
    ...memory,
    async read(...args) {
      calls.push('read')
      await later()
      return memory.read(...args)
    },
    async renew(...args) {
      calls.push('renew')
      await later()
      return memory.renew(...args)
    },
  }
  const auth = limen({
    ...more,
    store,
    middleware,
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
    onEvent: (event) => void events.push(event),
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  const get = (path = '/', own: Record<string, string> = {}) =>
    new Request(`https://app.example${path}`, { headers: { ...headers, ...own } })
  const post = (own: Record<string, string> = { Origin: 'https://app.example' }, path = '/') => {
    const given = { Cookie: headers.Cookie, ...own }
    return new Request(`https://app.example${path}`, { method: 'POST', headers: given })
  }
  return { auth, calls, clock, events, get, headers, post, session, token }
}

/** The headers of a response that Limen can change. */
export function headersOf({ headers, status }: Response) {
  return {
    status,
    cookies: headers.getSetCookie(),
    cacheControl: headers.get('Cache-Control'),
    vary: headers.get('Vary'),
  }
}

/** The code of the error that a function throws. */
export function codeOf(act: () => unknown): string {
  try {
    act()
    return 'no error'
  } catch (error) {
    return (error as { code: string }).code
  }
}
