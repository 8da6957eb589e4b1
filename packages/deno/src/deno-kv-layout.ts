/**
 * How sessions, users and tickets are laid out in Deno KV.
 *
 * | key | value | lifetime |
 * | --- | --- | --- |
 * | `['limen', 'user', route]` | {@link StoredUser} | until it is deleted |
 * | `['limen', 'generation', route]` | a random text, once all sessions were revoked | the same |
 * | `['limen', 'session', route, sessionId]` | {@link StoredSession} | until an hour after its idle period |
 * | `['limen', 'limit', route]` | `true`, once a session was inserted within a limit | as that session |
 * | `['limen', 'ticket', ticketId]` | {@link StoredTicket} | until an hour after it expires |
 *
 * A session id begins with the route, so one `getMany` reads a session with its user, and one `list`
 * all sessions of a user: there is no index that could lose an entry. A session is valid only while it
 * carries both generations of its user; revoking all sessions is one write of the second one. That
 * has a key of its own, so that changes of attributes neither delay nor undo it. The limit has one too,
 * so that sign-ins within a limit delay neither renewals nor revocations. A value of another `layout` is
 * no session, no user and no ticket.
 */
import type { RoutedId, SessionAndUser, SessionRecord } from '@limen/core'
import type { TicketRecord } from '@limen/core/tickets'
import { routeIn } from '@limen/core/store-kit'
import type { KvEntry, KvKey } from './kv.ts'
import { KV_STORE } from './messages.ts'

/** The layout that this version reads and writes. */
export const LAYOUT = 2
/** How long an expired session or ticket stays, in milliseconds, so that clocks need not agree. */
const GRACE = 60 * 60 * 1000

/** A user, as it is stored. */
export interface StoredUser<UserAttributes> {
  readonly layout: typeof LAYOUT
  readonly id: string
  /** A user who is created again under the same id has none of the old sessions. */
  readonly generation: string
  readonly attributes: UserAttributes
}

/** A session, as it is stored: its record, and the generations of its user when it was written. */
export interface StoredSession<SessionAttributes> extends SessionRecord<SessionAttributes> {
  readonly layout: typeof LAYOUT
  /** Of {@link StoredUser}. */
  readonly userGeneration: string
  /** Of the key `generation`; absent while the user's sessions were never revoked all at once. */
  readonly generation?: string
}

/** A ticket, as it is stored. */
export interface StoredTicket extends TicketRecord {
  readonly layout: typeof LAYOUT
}

/** What decides which sessions of a user are valid. */
export type UserEntries<UserAttributes> = [
  user: KvEntry<StoredUser<UserAttributes>>,
  generation: KvEntry<string>,
]

/** What one read of a session returns. */
export type Entries<UserAttributes, SessionAttributes> = [
  ...UserEntries<UserAttributes>,
  session: KvEntry<StoredSession<SessionAttributes>>,
]

/** The key of a user. */
export function userKey(userId: RoutedId): KvKey {
  return ['limen', 'user', routeIn(KV_STORE, userId)]
}

/** The key of the generation of a user's sessions. */
export function generationKey(userId: RoutedId): KvKey {
  return ['limen', 'generation', routeIn(KV_STORE, userId)]
}

/** The key of a session. */
export function sessionKey(sessionId: RoutedId): KvKey {
  return ['limen', 'session', routeIn(KV_STORE, sessionId), sessionId.id]
}

/** What the keys of all sessions of a user begin with. */
export function sessionsKey(userId: RoutedId): KvKey {
  return ['limen', 'session', routeIn(KV_STORE, userId)]
}

/** The keys of {@link Entries}. */
export function entryKeys(
  sessionId: RoutedId,
): readonly [user: KvKey, generation: KvKey, session: KvKey] {
  return [userKey(sessionId), generationKey(sessionId), sessionKey(sessionId)]
}

/** The key that every insertion within a limit writes, by the user of the id. */
export function limitKey(id: RoutedId): KvKey {
  return ['limen', 'limit', routeIn(KV_STORE, id)]
}

/** The key of a ticket. */
export function ticketKey(ticketId: string): KvKey {
  return ['limen', 'ticket', ticketId]
}

/** Whether an entry has a value of this layout. */
export function isStored<Stored extends { readonly layout: typeof LAYOUT }>(
  entry: KvEntry<Stored>,
): entry is KvEntry<Stored> & { readonly value: Stored } {
  return entry.value?.layout === LAYOUT
}

/** The session and user in entries, or `null` when the session does not exist or is revoked. */
export function foundIn<UserAttributes, SessionAttributes>(
  ...[user, generation, session]: Entries<UserAttributes, SessionAttributes>
): SessionAndUser<UserAttributes, SessionAttributes> | null {
  if (!isStored(user) || !isStored(session)) return null
  const { layout: _, userGeneration, generation: own = null, ...record } = session.value
  if (userGeneration !== user.value.generation || own !== generation.value) return null
  const { id, attributes } = user.value
  return { session: record, user: { id, attributes } }
}

/** The option that limits how long Deno KV stores what expires at this time. */
export function lifetime(expiresAt: number): { readonly expireIn: number } {
  return { expireIn: Math.max(0, expiresAt - Date.now()) + GRACE }
}
