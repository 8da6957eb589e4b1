/** What the tests share: an auth object with a signed-in user, over a store that resolves later. */
import { type AuthEvent, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { elysia } from '@limen/elysia'

export const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
export const URL = 'https://app.example/'
export const PUBLIC = 'public, max-age=60'

/** The `Set-Cookie` header that deletes the session cookie. */
export const deleting: string = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`

/** An auth object with a signed-in user, and a record of its store calls. */
export async function createAuth() {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent['type'][] = []
  const memory = memoryStore<{ name: string }>()
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
    store,
    middleware: elysia(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
    onEvent: ({ type }) => void events.push(type),
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  /** The `Set-Cookie` header that sets the session cookie. */
  const setting = `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`
  return { auth, calls, clock, events, headers, session, setting, token }
}

export type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']

/** The headers that Limen adds to a response. */
export const marksOf = ({ headers }: Response) => ({
  cookies: headers.getSetCookie(),
  cacheControl: headers.get('Cache-Control'),
  vary: headers.get('Vary'),
})
