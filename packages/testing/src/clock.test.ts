import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type Duration, testClock } from '@limen/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const DAY = 86_400_000

afterEach(() => void vi.useRealTimers())

describe('testClock()', () => {
  it('runs as Date.now() does', () => {
    const clock = testClock()
    const before = Date.now()
    const now = clock.now()
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
  })

  const durations: [by: Duration, ms: number][] = [
    [0, 0],
    [1500, 1500],
    [{ days: 2 }, 2 * DAY],
    [{ days: 1.5 }, 1.5 * DAY],
    [{ hours: 1, minutes: 2, seconds: 3, milliseconds: 4 }, 3_723_004],
    [{ days: 1, hours: undefined }, DAY],
    [{}, 0],
  ]
  it.each(durations)('advance(%j) moves it forward by %i ms', (by, ms) => {
    const clock = testClock()
    const before = clock.now()
    clock.advance(by)
    const passed = clock.now() - before
    expect(passed).toBeGreaterThanOrEqual(ms)
    expect(passed).toBeLessThan(ms + 10_000)
  })

  const broken: [by: unknown, got: string][] = [
    [-1, '-1'],
    [0.5, '0.5'],
    [NaN, 'null'],
    [{ weeks: 1 }, '{"weeks":1}'],
    [{ days: '2 days' }, '{"days":"2 days"}'],
    ['2', '"2"'],
  ]
  it.each(broken)('advance(%j) throws', (by, got) => {
    const message = `advance(): the duration must be whole milliseconds from 0, or an object such as { days: 2 } (got ${got})`
    expect(() => testClock().advance(by as Duration)).toThrow(new TypeError(message))
  })

  it('moves an auth object that has its now()', async () => {
    const clock = testClock()
    const auth = limen({ store: memoryStore(), now: clock.now })
    const session = await auth.createSession(await auth.createUser({}))
    clock.advance({ days: 1 })
    expect((await auth.getSession(session.sessionId))?.state).toBe('idle')
    clock.advance({ days: 14 })
    expect(await auth.getSession(session.sessionId)).toBeNull()
  })

  // Bun's own `vi` has no clock that moves.
  it.skipIf(!('setSystemTime' in vi))('follows fake timers, also after advance()', () => {
    const clock = testClock()
    clock.advance({ days: 1 })
    vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] })
    expect(clock.now()).toBe(1_800_000_000_000 + DAY)
    vi.setSystemTime(1_800_000_000_000 + DAY)
    expect(clock.now()).toBe(1_800_000_000_000 + 2 * DAY)
    clock.advance(1)
    expect(clock.now()).toBe(1_800_000_000_000 + 2 * DAY + 1)
  })

  it('follows another globalThis.Date, as FakeTime of Deno sets it', () => {
    const clock = testClock()
    clock.advance({ days: 1 })
    const { Date } = globalThis
    try {
      Reflect.set(globalThis, 'Date', { now: () => 1_800_000_000_000 })
      expect(clock.now()).toBe(1_800_000_000_000 + DAY)
    } finally {
      globalThis.Date = Date
    }
  })

  it('moves two clocks apart', () => {
    const [one, other] = [testClock(), testClock()]
    one.advance({ days: 1 })
    expect(one.now() - other.now()).toBeGreaterThan(DAY - 10_000)
  })
})
