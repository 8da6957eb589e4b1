/** E10: tests that replace the clock. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LRUCache } from 'lru-cache'
import { cached, limen } from '@limen/core'
import { COOKIE } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'

const DAY = 86_400_000
const store = memoryStore()
// Created before a test replaces the clock, like an `auth` at module level of an app.
const auth = limen({ store })
const cache = new LRUCache<string, object>({ max: 10 })
const front = limen({ store: cached(store, { cache, maxAgeMs: 10_000 }) })

afterEach(() => void vi.useRealTimers())

// Bun's own `vi` cannot set the time.
describe.skipIf(!('setSystemTime' in vi))(
  'E10: vi.useFakeTimers() with an `auth` at module level',
  () => {
    it('moves the time of sessions', async () => {
      vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] })
      const { userId } = await auth.createUser({})
      const session = await auth.createSession({ userId })
      expect(session.createdAt).toEqual(new Date(1_800_000_000_000))
      vi.setSystemTime(1_800_000_000_000 + DAY)
      expect(await auth.getSession(session.sessionId)).toMatchObject({ state: 'idle' })
      vi.setSystemTime(1_800_000_000_000 + 15 * DAY)
      expect(await auth.getSession(session.sessionId)).toBeNull()
      expect(await auth.deleteExpiredSessions()).toBe(1)
    })

    it('moves the time of a cache', async () => {
      vi.useFakeTimers({ now: 1_900_000_000_000, toFake: ['Date'] })
      const { userId } = await front.createUser({})
      const session = await front.createSession({ userId })
      const headers = new Headers({ Cookie: `${COOKIE}=${front.createBearerToken(session)}` })
      const view = () =>
        front
          .openRequest({ request: { method: 'GET', url: 'https://a.example', headers } })
          .validate()
      expect(await view()).not.toBeNull()
      await store.delete(session.sessionId)
      expect(await view(), 'from the cache').not.toBeNull()
      vi.setSystemTime(1_900_000_000_000 + 10_000)
      expect(await view()).toBeNull()
    })
  },
)
