/** For the tests of adapters: an app whose store resolves later, and a user who is signed in. */
import type { AuthEvent, Consistency } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

export const DAY = 86_400_000
export const COOKIE = '__Host-Http-session'

/** What an app's user has. */
interface TestUser {
  readonly name: string
}

/**
 * Options of `limen()`, with a record of the calls of the store and of the events, and the app's clock.
 *
 * @param readCall How a read is recorded. Default: `read`.
 */
export function recordedApp(readCall: (consistency: Consistency) => string = () => 'read') {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent['type'][] = []
  const memory = memoryStore<TestUser>()
  // As a database does.
  const later = () => new Promise((resolve) => setTimeout(resolve, 1))
  const store: typeof memory = {
    ...memory,
    async read(id, options) {
      calls.push(readCall(options.consistency))
      await later()
      return memory.read(id, options)
    },
    async renew(...args) {
      calls.push('renew')
      await later()
      return memory.renew(...args)
    },
  }
  const config = {
    store,
    getUserAttributes: ({ name }: TestUser) => ({ name }),
    now: () => clock.now,
    onEvent: ({ type }: AuthEvent) => void events.push(type),
  }
  return { calls, clock, config, events }
}

/** The calls of an auth object that {@link signedIn} needs. */
interface TestAuth<AnySession> {
  createUser(options: { attributes: TestUser }): Promise<{ readonly userId: string }>
  createSession(options: { userId: string }): Promise<AnySession>
  createBearerToken(session: NoInfer<AnySession>): string
}

/** Signs Ada in: her session, its token, the headers of her requests, and the `Set-Cookie` header of her sign-in. */
export async function signedIn<AnySession>(auth: TestAuth<AnySession>) {
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const headers = { Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Site': 'same-origin' }
  return { headers, session, setting: settingOf(token), token }
}

/** The `Set-Cookie` header that sets the session cookie. */
export const settingOf = (token: string): string =>
  `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`

/** The `Set-Cookie` header that deletes the session cookie. */
export const deleting: string = `${COOKIE}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax`
