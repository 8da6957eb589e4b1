/**
 * Sessions and users in Deno KV.
 *
 * | key | value | lifetime |
 * | --- | --- | --- |
 * | `['limen', 'user', route]` | {@link StoredUser} | until it is deleted |
 * | `['limen', 'generation', route]` | a random text, once all sessions were revoked | the same |
 * | `['limen', 'session', route, sessionId]` | {@link StoredSession} | until its idle period ends |
 *
 * `route` is the first half of the SHA-256 of the user id, as 32 hexadecimal characters. It begins
 * every session id, so one `getMany` reads a session with its user, and one `list` all sessions of a
 * user: there is no index that could lose an entry. A session is valid only while it carries its
 * user's `epoch` and `generation`; revoking all sessions is one write of the generation. That has a
 * key of its own, so that changes of attributes neither delay nor undo it. A value of another `layout`
 * is no session and no user.
 *
 * An idle session is renewed from what was read of it, if nothing of that has changed since.
 */
import { AuthError, type SessionAndUser, type SessionRecord, type Store } from '@limen/core'
import type { Kv, KvEntry, KvKey, KvReadOptions } from './kv.ts'

const LAYOUT = 1
const ROUTE_LENGTH = 32
/** How often a change is tried while others change the same entry: with the waits, about 6 seconds. */
const ATTEMPTS = 100
/** In milliseconds. Longer ones would only help writers that have just begun. */
const LONGEST_WAIT = 128
/** How many idle sessions are remembered between their read and their renewal. */
const REMEMBERED = 100
/** How long an expired session stays, so that clocks need not agree. */
const GRACE = 60 * 60 * 1000

/** A user, as it is stored. */
interface StoredUser<UserAttributes> {
  readonly layout: typeof LAYOUT
  readonly id: string
  /** Random: a user who is created again under the same id has none of the old sessions. */
  readonly epoch: string
  readonly attributes: UserAttributes
}

/** A session, as it is stored: its record, and what its user had at that time. */
interface StoredSession<SessionAttributes> extends SessionRecord<SessionAttributes> {
  readonly layout: typeof LAYOUT
  readonly epoch: string
  /** The user's generation; absent while none of its sessions were ever revoked all at once. */
  readonly generation?: string
}

/**
 * Stores sessions and users in Deno KV. Every change is one atomic operation that checks what it
 * builds on; expired sessions remove themselves, so nothing needs a purge.
 *
 * @param kv What `Deno.openKv()` returned, awaited.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_RECORD_TOO_LARGE` when
 * attributes exceed the 64 KiB of a value in Deno KV, with `AUTH_STORE_REJECTED` for what Deno KV
 * refuses and will refuse again, and with `AUTH_STORE_UNAVAILABLE` otherwise; nothing is changed then.
 * @throws {AuthError} `AUTH_CONFIG` when it is given no Deno KV.
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
  type AnyUser = StoredUser<UserAttributes>
  type AnySession = StoredSession<SessionAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  type Entries = [user: KvEntry<AnyUser>, generation: KvEntry<string>, session: KvEntry<AnySession>]
  /** What was read of idle sessions, so that renewing one need not read it again. */
  const idle = new Map<string, Entries>()
  checkKv(kv)

  return {
    routeLength: ROUTE_LENGTH,
    route,

    read: (sessionId, options) =>
      attempt(
        async () =>
          (await find(sessionId, options)) ??
          (options.consistency === 'strong' ? null : find(sessionId, { consistency: 'strong' })),
      ),

    insert: ({ attributes, ...session }) =>
      attempt(async () => {
        const [user, generation, taken] = await readAll(session.id)
        if (!isStored(user) || user.value.id !== session.userId) return null
        if (taken.versionstamp !== null) {
          throw new AuthError('AUTH_STORE_REJECTED', 'Deno KV: the session id is taken')
        }
        const stored: AnySession = {
          ...session,
          attributes: withoutUndefined(attributes),
          layout: LAYOUT,
          epoch: user.value.epoch,
          ...(generation.value !== null && { generation: generation.value }),
        }
        // Without a check of the user: a session of a user who was deleted since is not valid.
        const { ok } = await kv
          .atomic()
          .check(generation)
          .check(taken)
          .set(taken.key, stored, lifetime(stored))
          .commit()
        return ok ? { id: user.value.id, attributes: user.value.attributes } : retry
      }),

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
        attributes: withoutUndefined({ ...session.attributes, ...attributes }),
      })),

    delete: (sessionId) =>
      attempt(async () => {
        await kv.atomic().delete(sessionKey(sessionId)).commit()
      }),

    async deleteByUser(userId, { except }) {
      const path = await route(userId)
      await attempt(async () => {
        const [user, generation] = await readUserAt(path)
        if (!isStored(user)) return
        const next = crypto.randomUUID()
        const revoking = kv.atomic().set(generation.key, next)
        if (typeof except === 'string') {
          const spared = await kv.get<AnySession>(sessionKey(except))
          // Checked also when it is not there yet: it may be created at this moment.
          revoking.check(generation).check(spared)
          if (foundOf(user, generation, spared)) {
            const stored = { ...spared.value!, generation: next }
            revoking.set(spared.key, stored, lifetime(stored))
          }
        }
        return (await revoking.commit()).ok ? undefined : retry
      })
    },

    async listByUser(userId) {
      const path = await route(userId)
      return attempt(async () => {
        const [user, generation] = await readUserAt(path)
        const found: Found[] = []
        let ended = 0
        const prefix = ['limen', 'session', path]
        for await (const session of kv.list<AnySession>({ prefix }, { batchSize: 500 })) {
          const one = foundOf(user, generation, session)
          if (one) found.push(one)
          else ended++
        }
        // A session that was spared when all others were revoked, after we read the generation,
        // looks revoked to us.
        if (ended && (await kv.get(generation.key)).versionstamp !== generation.versionstamp) {
          return retry
        }
        return found.toSorted((a, b) => a.session.createdAt - b.session.createdAt)
      })
    },

    async deleteExpired() {
      return 0
    },

    async createUser({ id, attributes }) {
      if (typeof id !== 'string') return false
      const key = userKey(await route(id))
      const user: AnyUser = {
        layout: LAYOUT,
        id,
        epoch: crypto.randomUUID(),
        attributes: withoutUndefined(attributes),
      }
      return attempt(async () => {
        const { ok } = await kv.atomic().check({ key, versionstamp: null }).set(key, user).commit()
        return ok
      })
    },

    async readUser(userId) {
      const key = userKey(await route(userId))
      const user = await attempt(async () => kv.get<AnyUser>(key))
      return isStored(user) ? { id: user.value.id, attributes: user.value.attributes } : null
    },

    async updateUser(userId, attributes) {
      const key = userKey(await route(userId))
      return attempt(async () => {
        const user = await kv.get<AnyUser>(key)
        if (!isStored(user)) return false
        const changed = {
          ...user.value,
          attributes: withoutUndefined({ ...user.value.attributes, ...attributes }),
        }
        const { ok } = await kv.atomic().check(user).set(key, changed).commit()
        return ok || retry
      })
    },

    async deleteUser(userId) {
      const path = await route(userId)
      await attempt(async () => {
        await kv.atomic().delete(userKey(path)).delete(generationKey(path)).commit()
      })
    },
  }

  async function find(sessionId: string, options: KvReadOptions): Promise<Found | null> {
    const entries = await readAll(sessionId, options)
    const found = foundOf(...entries)
    if (found && found.session.activePeriodExpiresAt <= Date.now()) remember(sessionId, entries)
    return found
  }

  function readUserAt(routed: string) {
    return kv.getMany<[AnyUser, string]>([userKey(routed), generationKey(routed)])
  }

  function readAll(sessionId: string, options?: KvReadOptions): Promise<Entries> {
    const keys = [userKey(sessionId), generationKey(sessionId), sessionKey(sessionId)] as const
    return kv.getMany<[AnyUser, string, AnySession]>(keys, options)
  }

  function remember(sessionId: string, [user, generation, session]: Entries): void {
    idle.delete(sessionId)
    if (idle.size === REMEMBERED) idle.delete(idle.keys().next().value!)
    // A copy: the caller may change the attributes that it was given.
    const copy = { ...session, value: structuredClone(session.value) }
    idle.set(sessionId, [user, generation, copy])
  }

  /**
   * Changes a session that is still valid, whatever changes it concurrently; `false` when it is gone.
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
      const [user, generation, session] = remembered ?? (await readAll(sessionId))
      if (!foundOf(user, generation, session)) return false
      const stored = changed(session.value!)
      const changing = kv.atomic().check(session).set(key, stored, lifetime(stored))
      // All sessions may have been revoked since, or the user deleted.
      if (remembered) changing.check(user).check(generation)
      remembered = undefined
      const { ok } = await changing.commit()
      return ok || retry
    })
  }

  function foundOf(...[user, { value: generation }, session]: Entries): Found | null {
    if (!isStored(user) || !isStored(session)) return null
    const { layout: _layout, epoch, generation: its = null, ...record } = session.value
    if (epoch !== user.value.epoch || its !== generation) return null
    const { id, attributes } = user.value
    return { session: record, user: { id, attributes } }
  }
}

const retry = Symbol('retry')

/**
 * Tries an atomic change again while others change the same entries. The first time at once, then
 * after waits that grow and differ, so that writers do not meet again and again.
 */
async function attempt<Answer>(once: () => Promise<Answer | typeof retry>): Promise<Answer> {
  for (let failures = 0; failures < ATTEMPTS; failures++) {
    if (failures > 1) await wait(Math.random() * Math.min(2 ** failures, LONGEST_WAIT))
    const answer = await once().catch(fail)
    if (answer !== retry) return answer
  }
  throw new AuthError(
    'AUTH_STORE_UNAVAILABLE',
    `Deno KV: gave up after ${ATTEMPTS} concurrent changes of the same entry`,
  )
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** What Deno KV refuses by its own limits, in its words. They hold no values. */
const REJECTED =
  /^(Key too large|Too many|Total mutation|Invalid mutation|expireIn must|expected string)/

function fail(cause: unknown): never {
  const { name, code, message } = Object(cause) as Partial<
    Record<'name' | 'code' | 'message', unknown>
  >
  if (name === 'AuthError' && code) throw cause
  const [line] = String(message ?? cause).split('\n')
  if (line!.startsWith('Value too large')) {
    const why = 'Deno KV: the attributes are too large; a value holds at most 64 KiB'
    throw new AuthError('AUTH_RECORD_TOO_LARGE', why, { cause })
  }
  if (name === 'DataCloneError' || /could not be cloned/.test(line!)) {
    // The rest of its message is the value.
    const why = 'Deno KV: an attribute cannot be stored'
    throw new AuthError('AUTH_STORE_REJECTED', why, { cause })
  }
  const advice = name === 'BadResource' ? '. The database was closed' : ''
  throw new AuthError(
    REJECTED.test(line!) ? 'AUTH_STORE_REJECTED' : 'AUTH_STORE_UNAVAILABLE',
    `Deno KV: ${line}${advice}`,
    { cause },
  )
}

/** Refuses what is no Deno KV at once: it would look like an outage at the first call. */
function checkKv(kv: unknown): void {
  const members = kv as Readonly<Record<string, unknown>> | null | undefined
  const has = (method: string) => typeof members?.[method] === 'function'
  if (['get', 'getMany', 'list', 'atomic'].every(has)) return
  const kind = kv === null ? 'null' : typeof kv
  const got = has('then') ? 'a promise: await Deno.openKv()' : kind
  throw new AuthError('AUTH_CONFIG', `denoKvStore() needs what Deno.openKv() returns (got ${got})`)
}

/** Deno KV would store a name without a value, where JSON stores nothing. */
function withoutUndefined<Attributes>(attributes: Attributes): Attributes {
  const defined = Object.entries(attributes as object).filter(([, value]) => value !== undefined)
  return Object.fromEntries(defined) as Attributes
}

function isStored<Stored extends { readonly layout: typeof LAYOUT }>(
  entry: KvEntry<Stored>,
): entry is KvEntry<Stored> & { readonly value: Stored } {
  return entry.value?.layout === LAYOUT
}

function userKey(routed: string): KvKey {
  return ['limen', 'user', routeIn(routed)]
}

function generationKey(routed: string): KvKey {
  return ['limen', 'generation', routeIn(routed)]
}

function sessionKey(sessionId: string): KvKey {
  return ['limen', 'session', routeIn(sessionId), idText(sessionId)]
}

function routeIn(routed: string): string {
  return idText(routed).slice(0, ROUTE_LENGTH)
}

function lifetime({ idlePeriodExpiresAt }: { readonly idlePeriodExpiresAt: number }) {
  return { expireIn: Math.max(0, idlePeriodExpiresAt - Date.now()) + GRACE }
}

async function route(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(idText(userId)))
  const half = new Uint8Array(digest, 0, ROUTE_LENGTH / 2)
  return Array.from(half, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * An id as text. What is no string becomes a text that no id is, as the core refuses NUL in ids:
 * turned into text by JavaScript, `['ada']` would be the user `ada`.
 */
function idText(id: unknown): string {
  return typeof id === 'string' ? id : '\0'
}
