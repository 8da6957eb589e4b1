import { type StoreCache, cached, splitStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { LRUCache } from 'lru-cache'
import { describe, inject, it } from 'vitest'
import {
  type CaseSession,
  type CaseUser,
  type Engine,
  type Pace,
  storeSuite,
} from '../src/index.ts'

const MINUTES = 600_000

declare module 'vitest' {
  interface ProvidedContext {
    /** How many histories `pnpm soak` runs on every store, in place of the number in its test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
  }
}

/** The stores of core: in memory, and those that wrap others. */
const engines: [name: string, histories: number, open: () => Engine][] = [
  ['memoryStore()', 1000, alone],
  ['cached() in one isolate', 1000, () => behind(lru())],
  ['cached() in one isolate, with few entries', 100, () => behind(lru(3))],
  [
    'cached() over an asynchronous cache',
    1000,
    () => {
      const remote = lru()
      return behind({
        get: async (key) => structuredClone(remote.get(key)),
        set: async (key, value, options) => void remote.set(key, structuredClone(value), options),
        delete: async (key) => remote.delete(key),
      })
    },
  ],
  ['splitStore()', 1000, split],
  [
    'splitStore(), behind a cache',
    100,
    () => {
      const [cache, { connect }] = [lru(), split()]
      return { connect: (pace) => cached(connect(pace), { cache, maxAgeMs: MINUTES }) }
    },
  ],
]

describe.each(engines)('%s', (_name, histories, open) => {
  const chance = { histories, ...inject('soak') }
  it.each(storeSuite({ open }, chance))('$name', ({ run }) => run())
})

function alone() {
  const store = memoryStore<CaseUser, CaseSession>()
  return { connect: () => store }
}

function lru(max = 1000): LRUCache<string, object> {
  return new LRUCache({ max })
}

function behind(cache: StoreCache) {
  const store = memoryStore<CaseUser, CaseSession>()
  return {
    connect: (pace: Pace) => cached(pace(store), { cache: pace(cache), maxAgeMs: MINUTES }),
  }
}

function split() {
  const [sessions, users] = [memoryStore<object, CaseSession>(), memoryStore<CaseUser>()]
  return {
    connect: (pace: Pace) => splitStore({ sessions: pace(sessions), users: pace(users) }),
  }
}
