/** Stores sessions and users in Deno KV. */
import type { RoutedId, RoutedStore, SessionAndUser } from '@limen/core'
import {
  RETRY,
  laterDeadlines,
  mergedAttributes,
  newGeneration,
  withoutUndefined,
} from '@limen/core/store-kit'
import { atomicCall, checkKv } from './deno-kv-call.ts'
import { insertSession } from './deno-kv-insert.ts'
import {
  type Entries,
  LAYOUT,
  type StoredSession,
  type StoredUser,
  entryKeys,
  foundIn,
  generationKey,
  isStored,
  lifetime,
  limitKey,
  sessionKey,
  userKey,
} from './deno-kv-layout.ts'
import { listSessions } from './deno-kv-list.ts'
import type { Kv, KvReadOptions } from './kv.ts'
import { KV_STORE } from './messages.ts'

/** How many idle sessions are remembered between their read and their renewal. */
const REMEMBERED = 100

/**
 * Stores sessions and users in Deno KV. Every change is one atomic operation that checks what it
 * builds on. Deno KV deletes expired sessions by itself.
 *
 * A renewal reuses the read that validated the idle session, if nothing of that has changed since.
 *
 * @param kv What `Deno.openKv()` returned, awaited.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when
 * attributes exceed the 64 KiB of a value in Deno KV, with `AUTH_STORE_REJECTED` for what Deno KV
 * rejects and will reject again, and with `AUTH_STORE_UNAVAILABLE` otherwise. The first two change
 * nothing. After the last, the change might have been made: its answer can be lost.
 * @throws {AuthError} `AUTH_CONFIG` when `kv` is no Deno KV.
 * @see {@link https://docs.deno.com/deploy/kv/transactions/ Deno KV transactions}
 *
 * @example
 * const auth = limen({
 *   store: denoKvStore<{ name: string }, { device: string }>(kv),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function denoKvStore<UserAttributes = object, SessionAttributes = object>(
  kv: Kv,
): RoutedStore<UserAttributes, SessionAttributes> {
  type AnyUser = StoredUser<UserAttributes>
  type AnySession = StoredSession<SessionAttributes>
  type AnyEntries = Entries<UserAttributes, SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  /** What was read of idle sessions, so that renewing one need not read it again. */
  const idle = new Map<string, AnyEntries>()
  checkKv(KV_STORE, kv, ['get', 'getMany', 'list', 'atomic'])

  return {
    traits: { routed: true, selfExpiring: true },

    read: (sessionId, options) =>
      atomicCall(
        async () =>
          (await find(sessionId, options)) ??
          (options.consistency === 'strong' ? null : find(sessionId, { consistency: 'strong' })),
      ),

    insert: (session, options = {}) =>
      atomicCall(() => insertSession<UserAttributes, SessionAttributes>(kv, session, options)),

    renew(sessionId, deadlines) {
      const seen = idle.get(sessionId.id)
      idle.delete(sessionId.id)
      const renewed = (session: AnySession) => ({
        ...session,
        ...laterDeadlines(session, deadlines),
      })
      return change(sessionId, renewed, seen)
    },

    update: (sessionId, attributes) =>
      change(sessionId, (session) => ({
        ...session,
        attributes: mergedAttributes(session.attributes, attributes),
      })),

    delete: (sessionId) =>
      atomicCall(async () => {
        await kv.atomic().delete(sessionKey(sessionId)).commit()
      }),

    deleteByUser: (userId, { except }) =>
      atomicCall(async () => {
        const [user, generation] = await readUserAt(userId)
        if (!isStored(user)) return
        const next = newGeneration()
        const revoking = kv.atomic().set(generation.key, next)
        if (except !== undefined) {
          const key = sessionKey({ route: userId.route, id: except })
          const excepted = await kv.get<AnySession>(key)
          // Checked also when it does not exist: it may be created at this moment.
          revoking.check(generation).check(excepted)
          if (foundIn(user, generation, excepted)) {
            const stored = { ...excepted.value!, generation: next }
            revoking.set(excepted.key, stored, lifetime(stored.idlePeriodExpiresAt))
          }
        }
        return (await revoking.commit()).ok ? undefined : RETRY
      }),

    listByUser: (userId) =>
      atomicCall(async () => {
        const [user, generation] = await readUserAt(userId)
        const { found, hasRevoked } = await listSessions<UserAttributes, SessionAttributes>(
          kv,
          userId,
          user,
          generation,
        )
        // A session that was excepted when all others were revoked, after the generation was read,
        // looks revoked.
        if (hasRevoked && (await kv.get(generation.key)).versionstamp !== generation.versionstamp) {
          return RETRY
        }
        return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
      }),

    createUser({ id: userId, attributes }) {
      const user: AnyUser = {
        layout: LAYOUT,
        id: userId.id,
        generation: newGeneration(),
        attributes: withoutUndefined(attributes),
      }
      return atomicCall(async () => {
        const key = userKey(userId)
        const { ok } = await kv.atomic().check({ key, versionstamp: null }).set(key, user).commit()
        return ok
      })
    },

    async readUser(userId) {
      const user = await atomicCall(async () => kv.get<AnyUser>(userKey(userId)))
      return isStored(user) ? { id: user.value.id, attributes: user.value.attributes } : null
    },

    updateUser: (userId, attributes) =>
      atomicCall(async () => {
        const user = await kv.get<AnyUser>(userKey(userId))
        if (!isStored(user)) return false
        const merged = mergedAttributes(user.value.attributes, attributes)
        const changed = { ...user.value, attributes: merged }
        const { ok } = await kv.atomic().check(user).set(user.key, changed).commit()
        return ok || RETRY
      }),

    deleteUser: (userId) =>
      atomicCall(async () => {
        const keys = [userKey(userId), generationKey(userId), limitKey(userId)]
        const deleting = kv.atomic()
        for (const key of keys) deleting.delete(key)
        await deleting.commit()
      }),
  }

  async function find(sessionId: RoutedId, options: KvReadOptions): Promise<Found | null> {
    const entries = await readAll(sessionId, options)
    const found = foundIn(...entries)
    if (found && found.session.activePeriodExpiresAt <= Date.now()) remember(sessionId.id, entries)
    return found
  }

  function readUserAt(userId: RoutedId) {
    return kv.getMany<[AnyUser, string]>([userKey(userId), generationKey(userId)])
  }

  function readAll(sessionId: RoutedId, options?: KvReadOptions): Promise<AnyEntries> {
    return kv.getMany<[AnyUser, string, AnySession]>(entryKeys(sessionId), options)
  }

  function remember(sessionId: string, [user, generation, session]: AnyEntries): void {
    idle.delete(sessionId)
    if (idle.size === REMEMBERED) idle.delete(idle.keys().next().value!)
    // A copy: the caller can change the attributes of the record.
    const copy = { ...session, value: structuredClone(session.value) }
    idle.set(sessionId, [user, generation, copy])
  }

  /**
   * Changes a session that is still valid; `false` when it does not exist. What was seen of it before
   * is tried first: if anything of it has changed since, it is read again.
   */
  function change(
    sessionId: RoutedId,
    changed: (session: AnySession) => AnySession,
    seen?: AnyEntries,
  ): Promise<boolean> {
    let remembered = seen
    return atomicCall(async () => {
      const [user, generation, session] = remembered ?? (await readAll(sessionId))
      if (!foundIn(user, generation, session)) return false
      const stored = changed(session.value!)
      const changing = kv
        .atomic()
        .check(session)
        .set(session.key, stored, lifetime(stored.idlePeriodExpiresAt))
      // All sessions may have been revoked since, or the user deleted.
      if (remembered) changing.check(user).check(generation)
      remembered = undefined
      const { ok } = await changing.commit()
      return ok || RETRY
    })
  }
}
