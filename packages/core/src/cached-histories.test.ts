import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { describe, expect, it } from 'vitest'
import {
  type InsertOptions,
  type SessionAndUser,
  type Store,
  type StoreCache,
  cached,
} from '@limen/core'
import { memoryStore } from './memory-store.ts'

interface User {
  readonly name: number
}
interface Device {
  readonly seen: number
}
type AnyStore = Store<User, Device>
type Found = SessionAndUser<User, Device> | null

const NOW = 1_700_000_000_000
const MAX_AGE = 10
const owners = { a: 'ada', b: 'ada', c: 'bob' } as const
type Id = keyof typeof owners

const kinds = ['renew', 'update', 'delete', 'deleteByUser', 'updateUser'] as const
const rareKinds = ['replace', 'insertLimited', 'deleteUser'] as const
const command = fc.record({
  kind: fc.oneof(
    { weight: 16, arbitrary: fc.constant('read' as const) },
    { weight: 6, arbitrary: fc.constantFrom(...kinds) },
    { weight: 2, arbitrary: fc.constantFrom(...rareKinds) },
  ),
  id: fc.constantFrom<Id>('a', 'b', 'c'),
  /** Two stores over the same cache, and the store without a cache. */
  via: fc.constantFrom('one', 'two', 'past'),
  isStrong: fc.oneof(
    { weight: 3, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  wait: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(MAX_AGE + 1)),
  isLost: fc.boolean(),
})
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never

/** A value that a session or user had, and the change that made it. */
interface Value {
  readonly text: string | null
  /** When the store had it: by the clock, and in the order of all events. */
  readonly clock: number
  readonly order: number
  readonly isThrough: boolean
  /** When the change had an answer, or failed. */
  resolved: number
}

const textOf = (found: Found) =>
  found && `${found.session.attributes.seen} ${found.session.idlePeriodExpiresAt}`

/** Plays rounds of concurrent commands, and returns what reads must not have returned. */
async function play(
  rounds: readonly (readonly Command[])[],
  scheduler: fc.Scheduler,
  makeCache: (turn: () => Promise<void>, clock: { now: number }) => StoreCache,
  isStrict: boolean,
): Promise<{ wrong: string[]; hits: number }> {
  const turn = () => scheduler.schedule(Promise.resolve())
  const clock = { now: NOW }
  const base: AnyStore = memoryStore<User, Device>()
  for (const id of ['ada', 'bob']) await base.createUser({ id, attributes: { name: 0 } })
  const expired = { activePeriodExpiresAt: NOW, idlePeriodExpiresAt: NOW }
  for (const id of ['a', 'b', 'c'] as const) {
    const session = { id, userId: owners[id], secretHash: id, createdAt: NOW, ...expired }
    await base.insert({ ...session, attributes: { seen: 0 } })
  }

  let order = 0
  const initial = { clock: -Infinity, order: order++, isThrough: true, resolved: 0 }
  const past: Record<string, Value[]> = {}
  for (const id of ['a', 'b', 'c'] as const) {
    past[id] = [{ ...initial, text: textOf(await base.read(id, { consistency: 'strong' })) }]
    past[owners[id]] = [{ ...initial, text: '0' }]
  }
  let storeReads = 0
  let hits = 0
  let count = 0
  const wrong: string[] = []

  /** Records what a change has changed, at the moment when the store has it. */
  async function recorded(isThrough: boolean): Promise<Value[]> {
    const values: Value[] = []
    for (const [thing, before] of Object.entries(past)) {
      const found = thing in owners && (await base.read(thing, { consistency: 'strong' }))
      const user = await base.readUser(thing)
      const text = thing in owners ? textOf(found || null) : user && String(user.attributes.name)
      if (before.at(-1)!.text === text) continue
      values.push({ text, clock: clock.now, order: order++, isThrough, resolved: Infinity })
      before.push(values.at(-1)!)
    }
    return values
  }

  const cache = makeCache(turn, clock)
  const options = { cache, maxAgeMs: MAX_AGE, now: () => clock.now }
  async function run({ kind, id, via, isStrong, wait, isLost }: Command): Promise<void> {
    await turn()
    clock.now += wait
    let values: Value[] = []
    const slow = Object.fromEntries(
      Object.entries(base).map(([name, call]) => [
        name,
        async (...args: never[]) => {
          if (name === 'read') storeReads++
          await turn()
          const answer = await (call as (...args: never[]) => Promise<unknown>)(...args)
          if (name !== 'read') values = await recorded(via !== 'past')
          await turn()
          if (isLost && name !== 'read') throw new Error('the answer was lost')
          return answer
        },
      ]),
    ) as unknown as AnyStore
    const store = via === 'past' ? slow : cached(slow, options)
    const idle = { activePeriodExpiresAt: NOW, idlePeriodExpiresAt: NOW + ++count }
    const userId = owners[id]
    const made = { id: `new ${count}`, secretHash: '', createdAt: NOW, ...expired }
    const insert = (user: string, given: InsertOptions) =>
      store.insert({ ...made, userId: user, attributes: { seen: 0 } }, given)
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    const changes: Record<Exclude<Command['kind'], 'read'>, () => Promise<unknown>> = {
      // The new session is the same user's or another's.
      replace: () => insert(isStrong ? 'bob' : userId, { replaces: id }),
      insertLimited: () => insert(userId, { limit }),
      renew: () => store.renew(id, idle),
      update: () => store.update(id, { seen: count }),
      delete: () => store.delete(id),
      deleteByUser: () => store.deleteByUser(userId, isStrong ? { except: id } : {}),
      updateUser: () => store.updateUser(userId, { name: count }),
      deleteUser: () => store.deleteUser(userId),
    }
    if (kind !== 'read') {
      await changes[kind]().catch(() => {})
      for (const value of values) value.resolved = order
      order++
    } else if (via !== 'past') {
      const began = { clock: clock.now, order: order++, storeReads }
      const found = await store.read(id, { consistency: isStrong ? 'strong' : 'eventual' })
      if (storeReads === began.storeReads) hits++
      check(id, textOf(found), began, isStrong)
      if (found) check(owners[id], String(found.user.attributes.name), began, isStrong)
    }
  }

  function check(
    thing: string,
    text: string | null,
    began: { clock: number; order: number },
    isStrong: boolean,
  ): void {
    const values = past[thing]!
    const after = values.slice(values.findIndex((value) => value.text === text) + 1)
    for (const value of after) {
      const isTooOld =
        began.clock - value.clock >= MAX_AGE ||
        (isStrict && value.isThrough && value.resolved < began.order) ||
        (isStrong && value.order < began.order)
      if (isTooOld) wrong.push(`${thing}: ${text} was read after it had become ${value.text}`)
    }
    if (!values.some((value) => value.text === text)) wrong.push(`${thing} never was ${text}`)
  }

  for (const commands of rounds) await scheduler.waitFor(Promise.all(commands.map(run)))
  return { wrong, hits }
}

async function checkHistories(
  makeCache: Parameters<typeof play>[2],
  isStrict: boolean,
  numRuns: number,
): Promise<void> {
  let hits = 0
  const round = fc.array(command, { minLength: 1, maxLength: 5 })
  const plan = fc.array(round, { minLength: 2, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(plan, fc.scheduler({ act }), async (rounds, scheduler) => {
      const result = await play(rounds, scheduler, makeCache, isStrict)
      hits += result.hits
      expect(result.wrong).toEqual([])
    }),
    { numRuns },
  )
  expect(hits, 'reads that the cache answered').toBeGreaterThan(numRuns / 10)
}

/** One turn, and everything that follows from it before the next. */
async function act(turn: () => Promise<void>): Promise<void> {
  await turn()
  for (let step = 0; step < 100; step++) await Promise.resolve()
}

describe('P1: cached() with concurrent reads and changes of several stores', () => {
  const sizes = [1, 2, 3, 4, 5, 100]
  it('P1: over an LRU cache, shows its own changes at once and others after maxAgeMs', async () => {
    let made = 0
    const lru = (_turn: unknown, clock: { now: number }) =>
      new LRUCache<string, object>({ max: sizes[made++ % sizes.length]!, perf: clockOf(clock) })
    await checkHistories(lru, true, 2000)
  }, 60_000)

  it('P1: over a cache that loses values at random, shows its own changes at once and others after maxAgeMs', async () => {
    let chance = 1
    const losing = () => {
      const map = new Map<string, object>()
      const get = (key: string) => {
        chance = (chance * 48_271) % 2_147_483_647
        if (chance % 5 === 0) map.delete([...map.keys()][chance % map.size] ?? '')
        return map.get(key)
      }
      return {
        get,
        set: (key: string, value: object) => map.set(key, value),
        delete: map.delete.bind(map),
      }
    }
    await checkHistories(losing, true, 2000)
  }, 60_000)

  it('P1: over an asynchronous cache, shows every change after maxAgeMs', async () => {
    const remote = (turn: () => Promise<void>): StoreCache => {
      const map = new Map<string, object>()
      const late = async <Answer>(act: () => Answer) => {
        await turn()
        const answer = structuredClone(act())
        await turn()
        return answer
      }
      return {
        get: (key) => late(() => map.get(key)),
        set: (key, value) => late(() => void map.set(key, structuredClone(value))),
        delete: (key) => late(() => map.delete(key)),
      }
    }
    await checkHistories(remote, false, 1000)
  }, 60_000)

  it('P1: over a cache that fails at random, shows every change after maxAgeMs, and no read fails', async () => {
    let chance = 1
    const failing = () => {
      const map = new Map<string, object>()
      const maybe = <Answer>(act: () => Answer) => {
        chance = (chance * 48_271) % 2_147_483_647
        if (chance % 17 === 0) throw new Error('down')
        return chance % 17 === 1 ? Promise.reject(new Error('down')) : act()
      }
      return {
        get: (key: string) => maybe(() => map.get(key)),
        set: (key: string, value: object) => maybe(() => map.set(key, value)),
        delete: (key: string) => maybe(() => map.delete(key)),
      }
    }
    await checkHistories(failing, false, 1000)
  }, 60_000)
})

function clockOf(clock: { readonly now: number }) {
  return { now: () => clock.now }
}
