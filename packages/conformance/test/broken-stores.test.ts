import { AuthError, type SessionLimit } from '@limen/core'
import {
  endedByLimit,
  laterDeadlines,
  sessionLimitReached,
  withoutUndefined,
} from '@limen/core/store-kit'
import { describe, expect, it } from 'vitest'
import { storeSuite } from '../src/index.ts'
import {
  type AnyStore,
  type Break,
  type Client,
  type StoredSession,
  subject,
} from './right-store.ts'

const asNumber = (id: string): string => (id.trim() && !Number.isNaN(Number(id)) ? `${+id}` : id)
const inBmp = (text: string): string => text.replace(/[\u{10000}-\u{10FFFF}]/gu, '?')
const in15Digits = (digits: string): string =>
  JSON.stringify(Number(Number(digits).toPrecision(15)))
const withoutSubnormals = (value: number): number => (Math.abs(value) < 2 ** -1021 ? 0 : value)
const isIsoTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(value)

/** Attributes with each value within them changed. */
function revived(attributes: object, change: (value: unknown) => unknown): object {
  return JSON.parse(JSON.stringify(attributes), (_, value: unknown) => change(value)) as object
}

function rounded(round: (value: number) => number) {
  return (attributes: object) =>
    revived(attributes, (value) => (typeof value === 'number' ? round(value) : value))
}

function withDates(attributes: object): object {
  return revived(attributes, (value) => (isIsoTime(value) ? new Date(value) : value))
}

function withShortArrays(attributes: object): object {
  return revived(attributes, (value) => (Array.isArray(value) ? value.slice(0, 256) : value))
}

function withoutQuotes(attributes: object): object {
  return revived(attributes, (value) =>
    typeof value === 'string' && /^[[{]/.test(value) && /[\]}]$/.test(value)
      ? JSON.parse(value)
      : value,
  )
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return null
  if (Array.isArray(value)) return value.map((item) => cut(item, levels - 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, cut(item, levels - 1)]),
  )
}

function byAssignment(attributes: object): object {
  const assigned: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(attributes)) assigned[name] = value
  return assigned
}

function inNulls(attributes: object): object {
  const entries = Object.entries(attributes).map(([name, value]) => [name, value ?? null])
  return Object.fromEntries(entries) as object
}

function withoutNulls(attributes: object): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, value ?? undefined]),
  )
}

/** The suite for a broken store, with a fixed seed, and with more histories than stores get. */
const suiteOf = (broken?: Break) => storeSuite(subject(broken), { histories: 2000, seed: 1 })

const HISTORIES = 'P1, P2, P7: random histories are linearizable'
const LOST = 'P4: random histories with lost answers are linearizable'

const putting =
  (client: Client): AnyStore['renew'] =>
  async (id, deadlines) => {
    const text = await client.get(`session/${id}`)
    if (!text) return false
    const session = JSON.parse(text) as StoredSession
    const renewed = { ...session, ...laterDeadlines(session, deadlines) }
    await client.put(`session/${id}`, JSON.stringify(renewed))
    return true
  }

describe('storeSuite() on a store over a slow engine', () => {
  it.each(suiteOf())('passes a right store: $name', ({ run }) => run(), 60_000)

  type Case = [what: string, broken: Break, caughtBy: string]
  const cases: Case[] = [
    [
      'a renewal that writes what it has read',
      (_, client) => ({ renew: putting(client) }),
      HISTORIES,
    ],
    [
      'a revocation that is not awaited',
      (_, client) => ({
        async delete(id) {
          client.delete(`session/${id}`).catch(() => {})
        },
      }),
      HISTORIES,
    ],
    [
      'an object shared by its readers',
      (right) => {
        const shared = new Map<string, NonNullable<Awaited<ReturnType<AnyStore['read']>>>>()
        return {
          async read(id, options) {
            const found = await right.read(id, options)
            if (found && !shared.has(id)) shared.set(id, found)
            return found && shared.get(id)!
          },
          async readUser(id) {
            const one = [...shared.values()].find(({ user }) => user.id === id)
            return one ? one.user : right.readUser(id)
          },
        }
      },
      'returns records that the caller can change without changing the store',
    ],
    [
      'an index by the beginning of the user id',
      (right, client) => ({
        async deleteByUser(userId) {
          for (const key of await client.list('session/')) {
            const session = JSON.parse((await client.get(key)) ?? 'null') as StoredSession | null
            if (session?.userId.startsWith(userId)) await right.delete(session.id)
          }
        },
      }),
      'P2: distinguishes users whose ids begin alike',
    ],
    [
      'reads that omit expired sessions',
      (right) => ({
        async read(id, options) {
          const found = await right.read(id, options)
          return found && found.session.idlePeriodExpiresAt > Date.now() ? found : null
        },
      }),
      'returns expired sessions too',
    ],
    [
      'an index that loses an entry during concurrent sign-ins',
      (right, client) => {
        const indexed = async (userId: string) =>
          JSON.parse((await client.get(`index/${userId}`)) ?? '[]') as string[]
        return {
          async insert(session) {
            const user = await right.insert(session)
            const ids = await indexed(session.userId)
            await client.put(`index/${session.userId}`, JSON.stringify([...ids, session.id]))
            return user
          },
          async deleteByUser(userId, { except }) {
            for (const id of await indexed(userId)) if (id !== except) await right.delete(id)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a renewal in two steps, of which one may be lost',
      (right, client) => ({
        async renew(id, deadlines) {
          const found = await right.read(id, { consistency: 'strong' })
          if (!found) return false
          await right.delete(id)
          await client.put(`session/${id}`, JSON.stringify(found.session))
          return right.renew(id, deadlines)
        },
      }),
      LOST,
    ],
    [
      'an eventual read that misses an existing session',
      (right) => {
        const seen = new Set<string>()
        return {
          async read(id, options) {
            const isFirst = !seen.has(id)
            seen.add(id)
            return isFirst && options.consistency === 'eventual' ? null : right.read(id, options)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a strong read from a replica',
      (right) => {
        const copies = new Map<string, Awaited<ReturnType<AnyStore['read']>>>()
        return {
          async read(id, options) {
            const copy = copies.get(id) ?? (await right.read(id, options))
            if (copy) copies.set(id, copy)
            return structuredClone(copy)
          },
        }
      },
      HISTORIES,
    ],
    [
      'a renewal that shortens',
      (right, client) => ({
        async renew(id, deadlines) {
          const found = await right.read(id, { consistency: 'strong' })
          if (found)
            await client.put(`session/${id}`, JSON.stringify({ ...found.session, ...deadlines }))
          return found !== null
        },
      }),
      'P7: never moves a deadline to an earlier time',
    ],
    [
      'ids compared without the case of their letters',
      (right) => ({ read: (id, options) => right.read(id.toLowerCase(), options) }),
      'distinguishes ids that differ in case',
    ],
    [
      'a merge that reads an empty list as an empty object',
      (right) => ({
        async readUser(id) {
          const user = await right.readUser(id)
          return JSON.parse(JSON.stringify(user).replaceAll('[]', '{}'))
        },
      }),
      'stores JSON values exactly: empty, nested, large and small',
    ],
    [
      'a deletion of a user without the sessions',
      (_, client) => ({ deleteUser: (id) => client.delete(`user/${id}`) }),
      'deletes a user with all sessions',
    ],
    [
      'a sign-in of an unknown user',
      (right, client) => ({
        async insert(session) {
          await client.put(`session/${session.id}`, JSON.stringify(session))
          return right.insert(session)
        },
      }),
      'stores nothing for a user that does not exist',
    ],
  ]

  const REPLACES = 'replaces a session with a new one'
  const REPLACES_OTHER = 'replaces a session of another user'
  const ONE_REPLACES = 'P1: of many concurrent replacements of a session, one succeeds'
  const GONE = 'P1: a deleted session cannot be replaced'
  const AT_ONCE = 'P1: a session that is replaced and revoked at once does not remain'
  const NO_USER = 'changes nothing when the new session has no user'
  const strong = { consistency: 'strong' } as const
  const lookingFirst: Break = (right) => ({
    async insert(session, { replaces, limit } = {}) {
      if (replaces && !(await right.read(replaces, strong))) return null
      const user = await right.insert(session, { limit })
      if (user && replaces) await right.delete(replaces)
      return user
    },
  })
  const ignoringReplaces: Break = (right) => ({
    insert: (session, { limit } = {}) => right.insert(session, { limit }),
  })
  const replacing: Case[] = [
    ['replaces that is ignored', ignoringReplaces, REPLACES],
    ['replaces that is ignored, in histories', ignoringReplaces, HISTORIES],
    [
      'replaces that is ignored, through limen()',
      ignoringReplaces,
      'P1: replaceSession() ends a session and creates another, also of another user',
    ],
    [
      'a user id that is returned in another case, through limen()',
      (right) => ({
        async read(id, options) {
          const found = await right.read(id, options)
          const userId = found?.session.userId.toUpperCase() ?? ''
          return found && { ...found, session: { ...found.session, userId } }
        },
      }),
      'invalidateSession() with a userId revokes only a session of this user',
    ],
    [
      'a replacement that deletes all sessions of the user',
      (right) => ({
        async insert(session, options) {
          const user = await right.insert(session, options)
          if (user && options?.replaces) {
            await right.deleteByUser(session.userId, { except: session.id })
          }
          return user
        },
      }),
      REPLACES,
    ],
    [
      'a replacement of none but own sessions',
      (right) => ({
        async insert(session, options = {}) {
          const old = options.replaces ? await right.read(options.replaces, strong) : null
          const isOwn = old?.user.id === session.userId
          return !options.replaces || isOwn ? right.insert(session, options) : null
        },
      }),
      REPLACES_OTHER,
    ],
    [
      'a replacement that leaves the session of another user',
      (right) => ({
        async insert(session, { replaces, limit } = {}) {
          const old = replaces ? await right.read(replaces, strong) : null
          if (replaces && !old) return null
          return right.insert(session, old?.user.id === session.userId ? { replaces, limit } : {})
        },
      }),
      REPLACES_OTHER,
    ],
    [
      'a replacement that deletes the old session although the new one has no user',
      (right) => ({
        async insert(session, options) {
          const user = await right.insert(session, options)
          if (!user && options?.replaces) await right.delete(options.replaces)
          return user
        },
      }),
      NO_USER,
    ],
    [
      'a replacement that stores a session without a user',
      (right, client) => ({
        async insert(session, options) {
          const user = await right.insert(session, options)
          if (!user && options?.replaces && (await right.read(options.replaces, strong))) {
            await client.put(`session/${session.id}`, JSON.stringify(session))
          }
          return user
        },
      }),
      NO_USER,
    ],
    [
      'a replacement of a session that is gone',
      (right) => ({
        async insert(session, options) {
          return (await right.insert(session, options)) ?? right.insert(session)
        },
      }),
      GONE,
    ],
    [
      'a replacement that restores what it replaces when the user is missing',
      (right, client) => ({
        async insert(session, { replaces, limit } = {}) {
          if (!replaces) return right.insert(session, { limit })
          const text = await client.get(`session/${replaces}`)
          await right.delete(replaces)
          const user = text && (await right.insert(session, { limit }))
          if (text && !user) await client.put(`session/${replaces}`, text)
          return user || null
        },
      }),
      HISTORIES,
    ],
    ['a replacement that looks for the old session first', lookingFirst, ONE_REPLACES],
    ['a replacement that looks for the old session first, in histories', lookingFirst, HISTORIES],
    [
      'a replacement that writes what it replaces once more',
      (right, client) => ({
        async insert(session, options) {
          const replaces = options?.replaces
          const text = replaces ? await client.get(`session/${replaces}`) : null
          const user = await right.insert(session, options)
          if (!user && text) await client.put(`session/${replaces}`, text)
          return user
        },
      }),
      AT_ONCE,
    ],
    [
      'a replacement in two steps, of which one may be lost',
      (right, client) => ({
        async insert(session, { replaces, limit } = {}) {
          const user = await right.insert(session, { replaces, limit })
          if (!user || !replaces) return user
          await client.delete(`session/${session.id}`)
          await client.put(`session/${session.id}`, JSON.stringify(session))
          return user
        },
      }),
      LOST,
    ],
    [
      'a failed replacement of which only the deletion has happened',
      (right, client) => ({
        async insert(session, { replaces, limit } = {}) {
          if (!replaces || !(await client.get(`session/${replaces}`))) {
            return replaces ? null : right.insert(session, { limit })
          }
          await client.delete(`session/${replaces}`)
          return right.insert(session, { limit })
        },
      }),
      LOST,
    ],
  ]

  const OLDEST = 'revokes the oldest sessions of a user above the limit'
  const REFUSES = 'refuses a session above the limit, and stores nothing'
  const BELOW = 'stores a session below the limit, and revokes none'
  const ONLY_NEW = 'keeps only the new session at a limit of 1, also when a clock runs behind'
  const EXPIRED = 'does not count expired sessions'
  const REVOKED = 'does not count revoked sessions'
  const REPLACED = 'does not count the replaced session'
  const OF_NEW_USER = 'counts the sessions of the new user when a session of another is replaced'
  const ANY_LIMIT = 'returns null for a user that does not exist, whatever the limit'
  const HELD = 'holds a limit during 50 concurrent sign-ins'

  /** A call that has a limit. */
  interface Limited {
    readonly all: readonly StoredSession[]
    readonly session: StoredSession
    readonly limit: SessionLimit
    readonly replaces: string | undefined
  }
  type EndedOf = (limited: Limited) => readonly string[]
  const rightly: EndedOf = ({ all, session, limit, replaces }) =>
    endedByLimit(
      all.filter(({ id, userId }) => userId === session.userId && id !== replaces),
      limit,
    )
  /** A store that applies limits itself: it reads all sessions before it stores the new one. */
  const limitedBy =
    (endedOf: EndedOf): Break =>
    (right, client) => ({
      async insert(session, { replaces, limit } = {}) {
        if (!(await right.readUser(session.userId))) return null
        if (replaces && !(await right.read(replaces, strong))) return null
        const keys = limit ? await client.list('session/') : []
        const texts = await Promise.all(keys.map((key) => client.get(key)))
        const all = texts.flatMap((text) => (text ? [JSON.parse(text) as StoredSession] : []))
        const ended = limit ? endedOf({ all, session, limit, replaces }) : []
        const user = await right.insert(session, { replaces })
        if (user) for (const id of ended) await right.delete(id)
        return user
      },
    })
  const ignoringLimits: Break = (right) => ({
    insert: (session, { replaces } = {}) => right.insert(session, { replaces }),
  })
  const THROUGH_LIMEN = 'maxSessionsPerUser holds for sign-ins and replacements'
  const limiting: Case[] = [
    ['a limit that is ignored', ignoringLimits, OLDEST],
    ['a limit that is ignored, through limen()', ignoringLimits, `${THROUGH_LIMEN} (refuse)`],
    [
      'a limit that is ignored, through limen(), where it should revoke',
      ignoringLimits,
      `${THROUGH_LIMEN} (revoke-oldest)`,
    ],
    [
      'a limit that never refuses',
      limitedBy((one) => (one.limit.onLimit === 'refuse' ? [] : rightly(one))),
      REFUSES,
    ],
    [
      'a limit that refuses where it should revoke',
      limitedBy((one) => rightly({ ...one, limit: { ...one.limit, onLimit: 'refuse' } })),
      OLDEST,
    ],
    [
      'a limit that is one too low',
      limitedBy((one) => rightly({ ...one, limit: { ...one.limit, most: one.limit.most - 1 } })),
      BELOW,
    ],
    [
      'a limit that does not count the new session',
      limitedBy((one) => rightly({ ...one, limit: { ...one.limit, most: one.limit.most + 1 } })),
      OLDEST,
    ],
    [
      'a limit that revokes one session at most',
      limitedBy((one) => rightly(one).slice(0, 1)),
      OLDEST,
    ],
    [
      'a limit that revokes the newest sessions',
      limitedBy((one) =>
        rightly({ ...one, all: one.all.map((old) => ({ ...old, createdAt: -old.createdAt })) }),
      ),
      OLDEST,
    ],
    [
      'a limit that revokes the new session when its clock runs behind',
      limitedBy(({ limit, ...one }) =>
        rightly({
          ...one,
          all: [...one.all, one.session],
          limit: { ...limit, most: limit.most + 1 },
        }),
      ),
      ONLY_NEW,
    ],
    [
      'a limit that counts expired sessions',
      limitedBy((one) => rightly({ ...one, limit: { ...one.limit, now: 0 } })),
      EXPIRED,
    ],
    [
      'a limit that counts no idle session',
      limitedBy((one) =>
        rightly({
          ...one,
          all: one.all.filter((old) => old.activePeriodExpiresAt > one.limit.now + 1),
          limit: { ...one.limit, now: one.limit.now + 15 * 86_400_000 },
        }),
      ),
      REFUSES,
    ],
    [
      'a limit that counts the sessions of all users',
      limitedBy(({ all, limit, replaces }) =>
        endedByLimit(
          all.filter(({ id }) => id !== replaces),
          limit,
        ),
      ),
      OLDEST,
    ],
    [
      'a limit that counts the replaced session',
      limitedBy((one) => rightly({ ...one, replaces: undefined })),
      REPLACED,
    ],
    [
      'a limit that revokes for a replacement that fails',
      (right) => ({
        async insert(session, options) {
          const user = await right.insert(session, options)
          if (!user && options?.limit?.onLimit === 'revoke-oldest') {
            const [oldest] = await right.listByUser(session.userId)
            if (oldest) await right.delete(oldest.session.id)
          }
          return user
        },
      }),
      REPLACED,
    ],
    [
      'a limit of the user whose session is replaced',
      limitedBy(({ all, session, limit, replaces }) => {
        const { userId } = all.find(({ id }) => id === replaces) ?? session
        return rightly({ all, session: { ...session, userId }, limit, replaces })
      }),
      OF_NEW_USER,
    ],
    [
      'a refused session that is stored',
      (right) => ({
        async insert(session, options) {
          try {
            return await right.insert(session, options)
          } catch (error) {
            await right.insert(session)
            throw error
          }
        },
      }),
      REFUSES,
    ],
    [
      'a refused replacement that ends the old session',
      (right) => ({
        async insert(session, options) {
          try {
            return await right.insert(session, options)
          } catch (error) {
            if (options?.replaces) await right.delete(options.replaces)
            throw error
          }
        },
      }),
      REPLACED,
    ],
    [
      'a refused sign-in of an unknown user',
      (right) => ({
        async insert(session, options) {
          const user = await right.insert(session, options)
          if (!user && options?.limit?.onLimit === 'refuse') throw sessionLimitReached(1)
          return user
        },
      }),
      ANY_LIMIT,
    ],
    [
      'a limit that counts sign-ins, not sessions',
      (right) => {
        const signIns = new Map<string, number>()
        return {
          async insert(session, options) {
            const count = signIns.get(session.userId) ?? 0
            const { limit } = options ?? {}
            if (limit?.onLimit === 'refuse' && count >= limit.most) {
              throw sessionLimitReached(limit.most)
            }
            const user = await right.insert(session, options)
            if (user) signIns.set(session.userId, count + 1)
            return user
          },
        }
      },
      REVOKED,
    ],
    ['a limit that is not exact under concurrency', limitedBy(rightly), `${HELD} (refuse)`],
    ['a limit that is exceeded under concurrency', limitedBy(rightly), `${HELD} (revoke-oldest)`],
    [
      'a limited sign-in that revokes sessions and is then lost',
      (right) => ({
        async insert(session, options) {
          const { limit, replaces } = options ?? {}
          if (limit?.onLimit !== 'revoke-oldest' || replaces) return right.insert(session, options)
          for (const { session: old } of await right.listByUser(session.userId)) {
            await right.delete(old.id)
          }
          return right.insert(session)
        },
      }),
      LOST,
    ],
  ]

  /** A store that changes attributes on their way in, or on their way out. */
  const attributesChanged =
    (change: (attributes: object) => object, isOut = false): Break =>
    (right) => {
      const changed = <Stored extends { readonly attributes: object }>(stored: Stored): Stored =>
        isOut ? { ...stored, attributes: change(stored.attributes) } : stored
      const found = <Found extends { readonly user: { readonly attributes: object } } | null>(
        one: Found,
      ): Found => one && { ...one, user: changed(one.user) }
      const written = <Attributes extends object>(attributes: Attributes): Attributes =>
        isOut ? attributes : (change(attributes) as Attributes)
      return {
        createUser: ({ id, attributes }) =>
          right.createUser({ id, attributes: written(attributes) }),
        updateUser: (id, attributes) => right.updateUser(id, written(attributes)),
        update: (id, attributes) => right.update(id, written(attributes)),
        insert: async (session) => {
          const user = await right.insert({ ...session, attributes: written(session.attributes) })
          return user && changed(user)
        },
        read: async (id, options) => found(await right.read(id, options)),
        readUser: async (id) => {
          const user = await right.readUser(id)
          return user && changed(user)
        },
        listByUser: async (userId) => (await right.listByUser(userId)).map(found),
      }
    }
  /** Changes each value within attributes, by its text. */
  const inJson = (change: (text: string) => string) => (attributes: object) =>
    JSON.parse(change(JSON.stringify(attributes))) as object
  const named = (change: (name: string) => string) => (attributes: object) =>
    Object.fromEntries(Object.entries(attributes).map(([name, value]) => [change(name), value]))
  /** A store that confuses some user ids. */
  const idsChanged =
    (change: (id: string) => string): Break =>
    (right) => ({
      createUser: ({ id, attributes }) => right.createUser({ id: change(id), attributes }),
      readUser: async (id) => {
        const user = await right.readUser(change(id))
        return user && { ...user, id }
      },
      deleteUser: (id) => right.deleteUser(change(id)),
    })

  const SAME_IDS = 'A2: ids that engines compare as equal are different users'
  const EXACT = 'A7: stores exactly what JSON carries, and returns it as the next read does'
  const NAMES = 'stores attributes of any name'
  const UNDEFINED = 'A7: undefined removes an attribute in an update, and is omitted at creation'
  const LONG = 'A7: stores a string of 100,000 characters, or rejects it and stores nothing'
  const EXCEPT = 'A3: an except that is null or undefined excepts no session'
  const lossy: Case[] = [
    ['ids that look like numbers, compared as numbers', idsChanged(asNumber), SAME_IDS],
    ['ids compared without blanks at their ends', idsChanged((id) => id.trimEnd()), SAME_IDS],
    ['ids in one normal form', idsChanged((id) => id.normalize('NFC')), SAME_IDS],
    ['ids that end at a backslash', idsChanged((id) => id.replace(/\\.*/, '')), SAME_IDS],
    ['ids without what is beyond 16 bits', idsChanged(inBmp), SAME_IDS],
    [
      'numbers with 15 digits',
      attributesChanged(inJson((text) => text.replace(/-?\d[\d.e+-]*/g, in15Digits))),
      EXACT,
    ],
    ['numbers of 32 bits', attributesChanged(rounded(Math.fround)), EXACT],
    ['the smallest numbers as 0', attributesChanged(rounded(withoutSubnormals)), EXACT],
    ['strings without what is beyond 16 bits', attributesChanged(inJson(inBmp)), EXACT],
    [
      'strings without line separators',
      attributesChanged(inJson((text) => text.replace(/[\u2028\u2029]/g, ''))),
      EXACT,
    ],
    [
      'strings in one normal form',
      attributesChanged(inJson((text) => text.normalize('NFC'))),
      EXACT,
    ],
    ['strings read as dates', attributesChanged(withDates, true), EXACT],
    ['JSON in a string read as JSON', attributesChanged(withoutQuotes), EXACT],
    ['arrays that end at 256 items', attributesChanged(withShortArrays), EXACT],
    [
      'JSON of at most 32 levels',
      attributesChanged((attributes) => cut(attributes, 32) as object),
      EXACT,
    ],
    [
      'a name without its quotes',
      attributesChanged(named((name) => name.replaceAll('"', ''))),
      NAMES,
    ],
    ['a name read as a path', attributesChanged(named((name) => name.split('.')[0]!)), NAMES],
    ['a name without blanks at its ends', attributesChanged(named((name) => name.trim())), NAMES],
    [
      'names of at most 255 characters',
      attributesChanged(named((name) => name.slice(0, 255))),
      NAMES,
    ],
    ['names without regard to case', attributesChanged(named((name) => name.toLowerCase())), NAMES],
    ['the name __proto__ set on the prototype', attributesChanged(byAssignment), NAMES],
    [
      'at most 49 attributes',
      attributesChanged((given) => Object.fromEntries(Object.entries(given).slice(0, 49))),
      NAMES,
    ],
    ['undefined stored as null', attributesChanged(inNulls), UNDEFINED],
    ['undefined ignored', attributesChanged(withoutUndefined), UNDEFINED],
    ['null read as undefined', attributesChanged(withoutNulls), UNDEFINED],
    [
      'strings that end at 65,535 characters',
      attributesChanged(inJson((text) => text.replace(/"(?:[^"\\]|\\.){65536,}"/g, 'null'))),
      LONG,
    ],
    [
      'a part of a record that is too large',
      (right) => ({
        async createUser({ id, attributes }) {
          const isTooLarge = JSON.stringify(attributes).length > 65_536
          await right.createUser({ id, attributes: isTooLarge ? { name: '' } : attributes })
          if (isTooLarge) throw new AuthError('AUTH_RECORD_TOO_LARGE')
          return true
        },
      }),
      LONG,
    ],
    [
      'a missing except read as an exception',
      (right) => ({
        async deleteByUser(userId, options) {
          if (options.except !== undefined) await right.deleteByUser(userId, options)
        },
      }),
      EXCEPT,
    ],
  ]

  it.each([...cases, ...replacing, ...limiting, ...lossy])(
    'catches %s',
    async (_, broken, caughtBy) => {
      const { run } = suiteOf(broken).find(({ name }) => name === caughtBy)!
      await expect(run()).rejects.toThrow()
    },
    60_000,
  )

  const whole: [what: string, broken: Break][] = [
    ['attributes on their way in', attributesChanged((attributes) => attributes)],
    ['attributes on their way out', attributesChanged((attributes) => attributes, true)],
    ['ids', idsChanged((id) => id)],
  ]
  it.each(whole)('passes a store that only copies %s', async (_, broken) => {
    const caughtBy = new Set(lossy.map(([, , name]) => name))
    for (const { name, run } of suiteOf(broken)) if (caughtBy.has(name)) await run()
  })

  it.each([OLDEST, REFUSES, BELOW, ONLY_NEW, EXPIRED, REVOKED, REPLACED, OF_NEW_USER, ANY_LIMIT])(
    'passes a store that applies limits itself: %s',
    async (limitCase) => {
      await suiteOf(limitedBy(rightly))
        .find(({ name }) => name === limitCase)!
        .run()
    },
  )

  it('shows a known exception with its reason, and does not fail', async () => {
    const name = 'returns expired sessions too'
    const filtering: Break = (right) => ({ ...right, read: async () => null })
    const suite = storeSuite({ ...subject(filtering), knownExceptions: { [name]: 'it has none' } })
    const shown = suite.find((one) => one.name === `${name} (known exception: it has none)`)
    await expect(shown!.run()).resolves.toBeUndefined()
  })

  it('rejects a known exception that is not the name of a case', () => {
    expect(() => storeSuite({ ...subject(), knownExceptions: { typo: 'x' } })).toThrow('typo')
  })
})
