/** Compares `store.read` with a read by hand, in whatever runtime this is imported. */
import type { AnyStore } from '@limen/core'
import { type PlainStore, routeOf, withPlainIds } from '@limen/core/store-kit'

/** A store, and a function that reads the same sessions without it. */
export interface Reads {
  readonly store: AnyStore<object, object>
  readonly byHand: (sessionId: string) => ByHand | undefined | Promise<ByHand | undefined>
  /** The sessions to read. */
  readonly ids: readonly string[]
}

/** A session with its user, read by hand. */
export interface ByHand {
  readonly id: string
  readonly attributes: unknown
  readonly user_attributes: unknown
}

/** Microseconds a read, one value for each round. Both sides take turns. */
export interface Turns {
  readonly byHand: readonly number[]
  readonly store: readonly number[]
}

/** The result of one client. */
export interface Comparison {
  /** One read after another. */
  readonly single: Turns
  /** 50 reads at any time; only where the engine is outside this thread. */
  readonly together?: Turns
}

/** How many reads run at the same time. */
export const TOGETHER = 50
/** How many sessions {@link fill} stores for each user. */
export const PER_USER = 5

const ROUNDS = 21
/** Milliseconds of one turn. */
const TURN = 50
/** Makes the order of reads differ from the order of writes. */
const STRIDE = 7919

/** The id of the n-th user, counted from 0. */
export const userIdOf = (n: number): string => `user-${n}`

/** The route that begins a user's session ids; empty where the store is not routed. */
export async function routeIn(
  store: AnyStore<object, object> | PlainStore<object, object>,
  userId: string,
): Promise<string> {
  return store.traits?.routed ? routeOf(userId) : ''
}

/** The store itself, unless it is routed: its reads are measured without a wrapper. */
export function plain(store: AnyStore<object, object>): PlainStore<object, object> {
  return store.traits?.routed ? withPlainIds(store) : (store as PlainStore<object, object>)
}

/** Reads by hand and through the store in turn, and checks each result. */
export async function compare(reads: Reads, isServer: boolean): Promise<Comparison> {
  const { byHand, ids } = reads
  const store = plain(reads.store)
  const read = async (id: string) => (await store.read(id, { consistency: 'strong' }))?.session
  await check(reads)
  const single = await inTurns(byHand, read, ids, 1)
  return isServer ? { single, together: await inTurns(byHand, read, ids, TOGETHER) } : { single }
}

/** Checks that both return the attributes that {@link fill} stored. */
async function check({ store: anyStore, byHand, ids }: Reads): Promise<void> {
  const store = plain(anyStore)
  const id = ids[PER_USER + 1]!
  const row = await byHand(id)
  const found = await store.read(id, { consistency: 'strong' })
  const wanted = JSON.stringify(attributesOf(1))
  for (const one of [
    [row?.user_attributes, row?.attributes],
    [found?.user.attributes, found?.session.attributes],
  ]) {
    if (JSON.stringify(one) !== wanted) throw new Error(`${id}: ${JSON.stringify(one)}`)
  }
}

type Read = (
  id: string,
) => { readonly id: string } | undefined | Promise<{ id: string } | undefined>

async function inTurns(
  byHand: Read,
  store: Read,
  ids: readonly string[],
  together: number,
): Promise<Turns> {
  const found = { byHand: [] as number[], store: [] as number[] }
  const sides = [
    { read: byHand, times: found.byHand, count: await countOf(byHand, ids, together) },
    { read: store, times: found.store, count: await countOf(store, ids, together) },
  ]
  for (let round = 0; round < ROUNDS; round++) {
    for (const { read, times, count } of round % 2 === 0 ? sides : sides.toReversed()) {
      times.push((1000 * (await timeOf(read, ids, count, together))) / count)
    }
  }
  return found
}

/** How many reads fill a turn, once the code is warm. */
async function countOf(read: Read, ids: readonly string[], together: number): Promise<number> {
  let count = together
  for (let warm = 0; warm < 5;) {
    const time = await timeOf(read, ids, count, together)
    const next = Math.max(together, Math.min(count * 4, Math.ceil((count * TURN) / (time || 1))))
    if (next < count * 2) warm++
    count = next
  }
  return count
}

/** Milliseconds for that many reads. */
async function timeOf(
  read: Read,
  ids: readonly string[],
  count: number,
  together: number,
): Promise<number> {
  let next = 0
  const work = async () => {
    while (next < count) {
      const id = ids[(next++ * STRIDE) % ids.length]!
      const found = await read(id)
      if (found?.id !== id) throw new Error(`${id} was not found`)
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: together }, work))
  return performance.now() - start
}

/** The attributes of a user and of each of its sessions. */
const attributesOf = (user: number) => [{ name: `User ${user}` }, { device: 'phone' }] as const

/** An id that is a number. */
export const plainIdOf = (n: number): string => String(n).padStart(22, '0')

/** How sessions are stored. */
export interface Filling {
  /** The number of sessions that the store has already. */
  readonly from?: number
  /** The n-th session's id without its route. */
  readonly bareIdOf?: (n: number) => string
  readonly secretHash?: string
}

/** Stores that many sessions through the store itself, many users at once. Returns their ids in order. */
export async function fill(
  anyStore: AnyStore<object, object>,
  sessions: number,
  { from = 0, bareIdOf = plainIdOf, secretHash = 'x'.repeat(43) }: Filling = {},
): Promise<string[]> {
  const store = plain(anyStore)
  const day = 86_400_000
  const createdAt = Date.now()
  const record = {
    secretHash,
    createdAt,
    activePeriodExpiresAt: createdAt + day,
    idlePeriodExpiresAt: createdAt + 15 * day,
  }
  const ids: string[] = []
  let next = from / PER_USER
  const work = async () => {
    while (next < sessions / PER_USER) {
      const user = next++
      const userId = userIdOf(user)
      const [ofUser, ofSession] = attributesOf(user)
      const route = await routeIn(store, userId)
      await store.createUser({ id: userId, attributes: ofUser })
      for (let n = user * PER_USER; n < (user + 1) * PER_USER; n++) {
        ids[n] = route + bareIdOf(n)
        await store.insert({ ...record, id: ids[n]!, userId, attributes: ofSession })
      }
    }
  }
  await Promise.all(Array.from({ length: 500 }, work))
  return ids
}
