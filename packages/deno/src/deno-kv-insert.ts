/** Stores a new session in Deno KV, also in place of another one and within a limit. */
import {
  AuthError,
  type InsertOptions,
  type RoutedId,
  type SessionRecord,
  type UserRecord,
} from '@limen/core'
import { RETRY, endedByLimit, withoutUndefined } from '@limen/core/store-kit'
import {
  type Entries,
  LAYOUT,
  type StoredSession,
  entryKeys,
  foundIn,
  isStored,
  lifetime,
  limitKey,
  sessionKey,
} from './deno-kv-layout.ts'
import { listSessions } from './deno-kv-list.ts'
import type { Kv, KvAtomic, KvEntry } from './kv.ts'
import { ID_TAKEN } from './messages.ts'

/** How many sessions one commit ends: Deno KV makes at most 1000 changes in one. */
const MOST_ENDED = 500

/**
 * Inserts a session in one commit. {@link RETRY} when something that it builds on has changed.
 *
 * A commit checks what was read by key, but no list. So each insertion within a limit also writes the
 * limit key of its user and checks it: the key is read before the list, and when it has not changed,
 * the list contains every session that was inserted within a limit before.
 */
export async function insertSession<UserAttributes, SessionAttributes>(
  kv: Kv,
  { id: sessionId, attributes, ...session }: SessionRecord<SessionAttributes, RoutedId>,
  { replaces, limit }: InsertOptions<RoutedId>,
): Promise<UserRecord<UserAttributes> | null | typeof RETRY> {
  type AnyEntries = Entries<UserAttributes, SessionAttributes>
  const entries: KvEntry<unknown>[] = await kv.getMany([
    ...entryKeys(sessionId),
    ...(replaces ? entryKeys(replaces) : []),
    ...(limit ? [limitKey(sessionId)] : []),
  ])
  const [user, generation, taken] = entries.splice(0, 3) as AnyEntries
  if (!isStored(user) || user.value.id !== session.userId) return null
  const replaced = replaces && (entries.splice(0, 3) as AnyEntries)
  if (replaced && !foundIn(...replaced)) return null
  if (taken.versionstamp !== null) throw new AuthError('AUTH_STORE_REJECTED', ID_TAKEN)

  const stored: StoredSession<SessionAttributes> = {
    ...session,
    id: sessionId.id,
    attributes: withoutUndefined(attributes),
    layout: LAYOUT,
    userGeneration: user.value.generation,
    ...(generation.value !== null && { generation: generation.value }),
  }
  const life = lifetime(stored.idlePeriodExpiresAt)
  // Without a check of the user: a session of a user who was deleted since is not valid.
  const inserting = kv.atomic().check(generation).check(taken).set(taken.key, stored, life)
  if (replaced) {
    const [owner, ownerGeneration, old] = replaced
    inserting.check(old).delete(old.key)
    // Deleting another user, or revoking all its sessions, does not change the replaced session.
    if (replaces.route !== sessionId.route) inserting.check(owner).check(ownerGeneration)
  }
  if (limit) {
    const [last] = entries as [KvEntry<true>]
    const { found } = await listSessions<UserAttributes, SessionAttributes>(
      kv,
      sessionId,
      user,
      generation,
    )
    const others = found.map((one) => one.session).filter(({ id }) => id !== replaces?.id)
    const ended = endedByLimit(others, limit)
    if (ended.length > MOST_ENDED) {
      await deleting(kv.atomic(), ended.slice(0, MOST_ENDED)).commit()
      return RETRY
    }
    deleting(inserting, ended).check(last).set(last.key, true, life)
  }
  const { ok } = await inserting.commit()
  return ok ? { id: user.value.id, attributes: user.value.attributes } : RETRY

  function deleting(atomic: KvAtomic, ids: readonly string[]): KvAtomic {
    for (const id of ids) atomic.delete(sessionKey({ route: sessionId.route, id }))
    return atomic
  }
}
