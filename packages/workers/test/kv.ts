/** KV bindings for tests: watched, failing, and with the stale reads of another data center. */
import { env } from 'cloudflare:workers'
import type { CaseSession, CaseUser } from '@limen/conformance'
import type { RoutedStore } from '@limen/core'
import { withPlainIds } from '@limen/core/store-kit'
import { type KvNamespace, kvStore } from '@limen/workers'

export const DAY = 86_400_000
export const never = { activePeriodExpiresAt: 9e12, idlePeriodExpiresAt: 9e12 }
export const ada = { id: 'ada', attributes: { name: 'Ada' } }

export const storeOver = (kv: KvNamespace): RoutedStore<CaseUser, CaseSession> =>
  kvStore<CaseUser, CaseSession>(kv)

/** The store over the real binding, called with plain ids. */
export const store: ReturnType<typeof withPlainIds<CaseUser, CaseSession>> = withPlainIds(
  storeOver(env.KV),
)

/** The calls of the binding, to be replaced one by one. */
export const bound: KvNamespace = {
  get: (keys, options) => env.KV.get(keys, options),
  put: (key, value, options) => env.KV.put(key, value, options),
  delete: (key) => env.KV.delete(key),
  list: (options) => env.KV.list(options),
}

/** The binding, with a callback before each call. */
export function watched(before: (call: string, args: unknown[]) => unknown): KvNamespace {
  return new Proxy(bound, {
    get:
      (_, call: keyof KvNamespace) =>
      async (...args: unknown[]) => {
        await before(call, args)
        return (bound[call] as (...args: unknown[]) => Promise<unknown>)(...args)
      },
  })
}

/** The binding, with one call that fails. */
export function failing(name: string, message: string): KvNamespace {
  return watched((call) => {
    if (call === name) throw new Error(message)
  })
}

/**
 * A data center: it caches what it has read once, also that a key was missing, and it does not list
 * the keys that it does not see.
 */
export function dataCenter({
  seesItsOwnWrites = true,
  sees = (_key: string): boolean => true,
} = {}): {
  readonly itself: RoutedStore<CaseUser, CaseSession>
  readonly store: typeof store
  readonly dropCache: () => void
  readonly cacheValues: (entries: Record<string, unknown>) => void
} {
  const cache = new Map<string, unknown>()
  const itself = storeOver({
    ...bound,
    async get<Value>(keys: string[]) {
      const unknown = keys.filter((key) => !cache.has(key))
      if (unknown.length) {
        for (const [key, value] of await env.KV.get(unknown, 'json')) cache.set(key, value)
      }
      return new Map(keys.map((key) => [key, cache.get(key) as Value | null]))
    },
    async put(key, value, options) {
      await env.KV.put(key, value, options)
      if (seesItsOwnWrites) cache.set(key, JSON.parse(value))
    },
    async delete(key) {
      await env.KV.delete(key)
      if (seesItsOwnWrites) cache.set(key, null)
    },
    async list(options) {
      const page = await env.KV.list(options)
      return { ...page, keys: page.keys.filter(({ name }) => sees(name)) }
    },
  })
  return {
    itself,
    store: withPlainIds(itself),
    dropCache: () => cache.clear(),
    cacheValues: (entries) => {
      for (const [key, value] of Object.entries(entries)) cache.set(key, value)
    },
  }
}
