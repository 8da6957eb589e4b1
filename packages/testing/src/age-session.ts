/** Makes a stored session older, where the app's clock cannot be moved. */
import type { AnyStore } from '@limen/core'
import { withPlainIds } from '@limen/core/store-kit'
import { type Duration, millisecondsIn } from './clock.ts'

/** A store, with any attributes. */
export type TestStore = AnyStore<unknown, unknown>

/**
 * Makes a stored session older, as if it had been created and last renewed earlier. It needs neither a
 * clock nor a table's name: for an app that creates `auth` for each request, or that runs in another
 * process.
 *
 * @param store The app's store, or another over the same data.
 * @param session The session.
 * @param by How much older it becomes.
 * @throws {Error} When the store has no such session.
 *
 * @example
 * const store = memoryStore()
 * const auth = limen({ store })
 * const { session } = await signIn(auth, {})
 * await ageSession(store, session, { days: 2 })
 * const { state } = (await auth.getSession(session.sessionId)) ?? {}
 * state
 * // 'idle'
 */
export async function ageSession(
  store: TestStore,
  session: { readonly sessionId: string },
  by: Duration,
): Promise<void> {
  const ms = millisecondsIn('ageSession', by)
  const plain = withPlainIds(store)
  const found = await plain.read(session.sessionId, { consistency: 'strong' })
  if (!found) throw new Error(`ageSession(): there is no session ${session.sessionId}`)
  const { createdAt, activePeriodExpiresAt, idlePeriodExpiresAt } = found.session
  // No call of a store moves a deadline to an earlier time.
  await plain.delete(session.sessionId)
  await plain.insert({
    ...found.session,
    createdAt: createdAt - ms,
    activePeriodExpiresAt: activePeriodExpiresAt - ms,
    idlePeriodExpiresAt: idlePeriodExpiresAt - ms,
  })
}
