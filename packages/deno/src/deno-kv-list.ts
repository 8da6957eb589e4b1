/** Lists the sessions of a user in Deno KV. */
import type { RoutedId, SessionAndUser } from '@limen/core'
import {
  type Entries,
  type StoredSession,
  type UserEntries,
  foundIn,
  sessionsKey,
} from './deno-kv-layout.ts'
import type { Kv } from './kv.ts'

/** The sessions under the keys of a user. */
export interface Listed<UserAttributes, SessionAttributes> {
  /** The valid ones. */
  readonly found: readonly SessionAndUser<UserAttributes, SessionAttributes>[]
  /** Whether there are others: revoked when the user's entries were read, or excepted since. */
  readonly hasRevoked: boolean
}

/** Lists the sessions that are valid by entries of their user. Read those first. */
export async function listSessions<UserAttributes, SessionAttributes>(
  kv: Kv,
  userId: RoutedId,
  ...[user, generation]: UserEntries<UserAttributes>
): Promise<Listed<UserAttributes, SessionAttributes>> {
  const prefix = sessionsKey(userId)
  const found: SessionAndUser<UserAttributes, SessionAttributes>[] = []
  let hasRevoked = false
  const all = kv.list<StoredSession<SessionAttributes>>({ prefix }, { batchSize: 500 })
  for await (const session of all) {
    const entries: Entries<UserAttributes, SessionAttributes> = [user, generation, session]
    const one = foundIn(...entries)
    if (one) found.push(one)
    else hasRevoked = true
  }
  return { found, hasRevoked }
}
