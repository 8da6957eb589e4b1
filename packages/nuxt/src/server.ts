/**
 * The server part of the Nuxt module, for code that has more than one `auth` object.
 *
 * @module
 */
import type { RequestOpener } from '@limen/core'
import { type EventHandler, type H3Event, createError, defineEventHandler } from 'h3'
import { getAuth } from './context.ts'
import { UNAUTHORIZED, forbidden } from './messages.ts'

export { getAuth }
export type { H3Event }

/**
 * Returns the session of an event, or throws h3's error: 403 if the CSRF rules reject the request, 401 if
 * it has no session.
 *
 * @param auth The `auth` object.
 * @param event The event.
 * @returns The session.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object; `AUTH_STORE_UNAVAILABLE` when the
 * store could not be read.
 *
 * @example
 * export default defineEventHandler(async (event) => (await requireSession(auth, event)).user)
 */
export async function requireSession<AnySession>(
  auth: RequestOpener<AnySession>,
  event: H3Event,
): Promise<AnySession> {
  requireOrigin(auth, event)
  const session = await getAuth(auth, event).validate()
  if (!session) throw createError({ statusCode: 401, message: UNAUTHORIZED })
  return session
}

/**
 * Throws h3's error 403 if the CSRF rules reject the request. Call it before a handler writes something
 * for anonymous visitors, such as a sign-up: `setSession()` refuses an untrusted request too, but only
 * after the handler has done its work.
 *
 * @param auth The `auth` object.
 * @param event The event.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * export default defineEventHandler((event) => {
 *   requireOrigin(auth, event)
 *   return 'Welcome'
 * })
 */
export function requireOrigin<AnySession>(auth: RequestOpener<AnySession>, event: H3Event): void {
  const { origin } = getAuth(auth, event)
  if (!origin.trusted) throw createError({ statusCode: 403, message: forbidden(origin.reason) })
}

/**
 * Creates the handler that `useSession()` calls.
 *
 * @param auth The `auth` object.
 * @returns A handler that answers with the session, or `null`, as `{ session }`.
 *
 * @example
 * export default sessionHandler(auth)
 */
export function sessionHandler<AnySession>(
  auth: RequestOpener<AnySession>,
): EventHandler<object, Promise<{ readonly session: AnySession | null }>> {
  return defineEventHandler(async (event) => ({ session: await getAuth(auth, event).validate() }))
}
