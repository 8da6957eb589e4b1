/**
 * Sessions and users in Deno KV.
 *
 * | key | value | lifetime |
 * | --- | --- | --- |
 * | `['limen', 'user', route]` | {@link KeptUser} | until it is deleted |
 * | `['limen', 'session', route, sessionId]` | {@link KeptSession} | until its idle period ends |
 *
 * `route` is the first half of the SHA-256 of the user id, as 32 hexadecimal characters. It begins
 * every session id, so one `getMany` reads a session with its user, and one `list` all sessions of a
 * user: there is no index that could lose an entry. A session counts only while it carries its
 * user's `epoch`; ending all sessions is one change of that number. A value of another `layout` is
 * no session and no user.
 *
 * An idle session is renewed from what was read of it, if nothing of that has changed since.
 */
import { AuthError, type SessionAndUser, type SessionRecord, type Store } from '@limen/core'
import type { Kv, KvEntry, KvKey, KvReadOptions } from './kv.ts'

const LAYOUT = 1
const ROUTE_LENGTH = 32
const ATTEMPTS = 20
/** How many idle sessions are remembered between their read and their renewal. */
const REMEMBERED = 100
/** How long a dead session is kept, so that clocks need not agree. */
const GRACE = 60 * 60 * 1000

/** A user, as it is kept. */
interface KeptUser<UserAttributes> {
  readonly layout: typeof LAYOUT
  readonly id: string
  /** A new one ends all sessions. Random, so that a user who is created anew has none of the old. */
  readonly epoch: string
  readonly attributes: UserAttributes
}

/** A session, as it is kept: its record, and the epoch of its user. */
interface KeptSession<SessionAttributes> extends SessionRecord<SessionAttributes> {
  readonly layout: typeof LAYOUT
  readonly epoch: string
}

/**
 * Keeps sessions and users in Deno KV. Every change is one atomic operation that checks what it
 * builds on; a session that is over removes itself, so nothing needs a purge.
 *
 * @param kv What `Deno.openKv()` gave.
 * @returns The store for `limen({ store })`.
 * @throws {AuthError} `AUTH_RECORD_TOO_LARGE` from calls whose attributes exceed the 64 KiB of a
 * value in Deno KV; nothing is kept then.
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
): Store<UserAttributes, SessionAttributes> {
  type AnyUser = KeptUser<UserAttributes>
  type AnySession = KeptSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Entries = [user: KvEntry<AnyUser>, session: KvEntry<AnySession>]
  /** What was read of idle sessions, so that renewing one need not read it again. */
  const idle = new Map<string, Entries>()

  return {
    routeLength: ROUTE_LENGTH,
    route,

    read: async (sessionId, options) =>
      (await find(sessionId, options)) ??
      (options.consistency === 'strong' ? null : find(sessionId, { consistency: 'strong' })),

    async insert(session) {
      const key = sessionKey(session.id)
      return attempt(async () => {
        const user = await kv.get<AnyUser>(userKey(session.id))
        if (!isKept(user)) return null
        const kept: AnySession = { ...session, layout: LAYOUT, epoch: user.value.epoch }
        const { ok } = await kv
          .atomic()
          .check(user)
          .check({ key, versionstamp: null })
          .set(key, kept, lifetime(kept))
          .commit()
        return ok ? { id: user.value.id, attributes: user.value.attributes } : retry
      })
    },

    renew(sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) {
      const seen = idle.get(sessionId)
      idle.delete(sessionId)
      const renewed = (session: AnySession): AnySession => ({
        ...session,
        activePeriodExpiresAt: Math.max(session.activePeriodExpiresAt, activePeriodExpiresAt),
        idlePeriodExpiresAt: Math.max(session.idlePeriodExpiresAt, idlePeriodExpiresAt),
      })
      return change(sessionId, renewed, seen)
    },

    update: (sessionId, attributes) =>
      change(sessionId, (session) => ({
        ...session,
        attributes: { ...session.attributes, ...attributes },
      })),

    async delete(sessionId) {
      await kv.atomic().delete(sessionKey(sessionId)).commit()
    },

    async deleteByUser(userId, { except }) {
      const key = userKey(await route(userId))
      await attempt(async () => {
        const user = await kv.get<AnyUser>(key)
        if (!isKept(user)) return null
        const epoch = newEpoch()
        const ending = kv
          .atomic()
          .check(user)
          .set(key, { ...user.value, epoch } satisfies AnyUser)
        if (except !== undefined) {
          const spared = await kv.get<AnySession>(sessionKey(except))
          // Checked also when it is not there yet: it may be created at this moment.
          ending.check(spared)
          if (foundOf(user, spared)) {
            const kept = { ...spared.value!, epoch }
            ending.set(sessionKey(except), kept, lifetime(kept))
          }
        }
        return (await ending.commit()).ok ? null : retry
      })
    },

    async listByUser(userId) {
      const path = await route(userId)
      return attempt(async () => {
        const user = await kv.get<AnyUser>(userKey(path))
        const found: Found[] = []
        let ended = 0
        const prefix = ['limen', 'session', path]
        for await (const session of kv.list<AnySession>({ prefix }, { batchSize: 500 })) {
          const one = foundOf(user, session)
          if (one) found.push(one)
          else ended++
        }
        // A session that was spared by an ending after we read the user looks ended to us.
        if (ended && (await kv.get(userKey(path))).versionstamp !== user.versionstamp) return retry
        return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
      })
    },

    async deleteExpired() {
      return 0
    },

    async createUser({ id, attributes }) {
      const key = userKey(await route(id))
      const user: AnyUser = { layout: LAYOUT, id, epoch: newEpoch(), attributes }
      return attempt(async () => {
        const { ok } = await kv.atomic().check({ key, versionstamp: null }).set(key, user).commit()
        return ok
      })
    },

    async readUser(userId) {
      const user = await kv.get<AnyUser>(userKey(await route(userId)))
      return isKept(user) ? { id: user.value.id, attributes: user.value.attributes } : null
    },

    async updateUser(userId, attributes) {
      const key = userKey(await route(userId))
      return attempt(async () => {
        const user = await kv.get<AnyUser>(key)
        if (!isKept(user)) return false
        const changed = {
          ...user.value,
          attributes: { ...user.value.attributes, ...attributes },
        }
        const { ok } = await kv.atomic().check(user).set(key, changed).commit()
        return ok || retry
      })
    },

    async deleteUser(userId) {
      await kv
        .atomic()
        .delete(userKey(await route(userId)))
        .commit()
    },
  }

  async function find(sessionId: string, options: KvReadOptions): Promise<Found | null> {
    const entries = await readBoth(sessionId, options)
    const found = foundOf(...entries)
    if (found && found.session.activePeriodExpiresAt <= Date.now()) remember(sessionId, entries)
    return found
  }

  function readBoth(sessionId: string, options?: KvReadOptions): Promise<Entries> {
    const keys = [userKey(sessionId), sessionKey(sessionId)] as const
    return kv.getMany<[AnyUser, AnySession]>(keys, options)
  }

  function remember(sessionId: string, [user, session]: Entries): void {
    idle.delete(sessionId)
    if (idle.size === REMEMBERED) idle.delete(idle.keys().next().value!)
    // A copy: who asked for the session may change the attributes that he was given.
    idle.set(sessionId, [user, { ...session, value: structuredClone(session.value) }])
  }

  /**
   * Changes a session that still counts, whatever changes it meanwhile; `false` when it is gone.
   * What was seen of it before is tried first: if anything of it changed since, it is read again.
   */
  function change(
    sessionId: string,
    changed: (session: AnySession) => AnySession,
    seen?: Entries,
  ): Promise<boolean> {
    const key = sessionKey(sessionId)
    let remembered = seen
    return attempt(async () => {
      const [user, session] = remembered ?? (await readBoth(sessionId))
      if (!foundOf(user, session)) return false
      const kept = changed(session.value!)
      const changing = kv.atomic().check(session).set(key, kept, lifetime(kept))
      // Since then all sessions of the user may have ended.
      if (remembered) changing.check(user)
      remembered = undefined
      const { ok } = await changing.commit()
      return ok || retry
    })
  }

  function foundOf(user: KvEntry<AnyUser>, session: KvEntry<AnySession>): Found | null {
    if (!isKept(user) || !isKept(session) || session.value.epoch !== user.value.epoch) return null
    const { layout: _layout, epoch: _epoch, ...record } = session.value
    const { id, attributes } = user.value
    return { session: record, user: { id, attributes } }
  }
}

const retry = Symbol('retry')

/** Tries an atomic change again while somebody else changes the same entries. */
async function attempt<Answer>(once: () => Promise<Answer | typeof retry>): Promise<Answer> {
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    const answer = await once().catch(tooLarge)
    if (answer !== retry) return answer
  }
  throw new Error(`Deno KV: the entry was changed ${ATTEMPTS} times while it was being changed`)
}

function tooLarge(cause: unknown): never {
  if (cause instanceof TypeError && /too large/i.test(cause.message)) {
    const why = 'The attributes do not fit into a value of Deno KV, which holds 64 KiB'
    throw new AuthError('AUTH_RECORD_TOO_LARGE', why, { cause })
  }
  throw cause
}

function isKept<Kept extends { readonly layout: typeof LAYOUT }>(
  entry: KvEntry<Kept>,
): entry is KvEntry<Kept> & { readonly value: Kept } {
  return entry.value?.layout === LAYOUT
}

function userKey(routed: string): KvKey {
  return ['limen', 'user', routed.slice(0, ROUTE_LENGTH)]
}

function sessionKey(sessionId: string): KvKey {
  return ['limen', 'session', sessionId.slice(0, ROUTE_LENGTH), sessionId]
}

function lifetime({ idlePeriodExpiresAt }: { readonly idlePeriodExpiresAt: number }) {
  return { expireIn: Math.max(0, idlePeriodExpiresAt - Date.now()) + GRACE }
}

function newEpoch(): string {
  return crypto.randomUUID()
}

async function route(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(userId))
  const half = new Uint8Array(digest, 0, ROUTE_LENGTH / 2)
  return Array.from(half, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
