/** A clock that a test moves, by itself or with fake timers. */

/** A length of time: milliseconds, or the sum of its parts. */
export type Duration =
  | number
  | {
      readonly days?: number | undefined
      readonly hours?: number | undefined
      readonly minutes?: number | undefined
      readonly seconds?: number | undefined
      readonly milliseconds?: number | undefined
    }

/** A clock for `limen({ now: clock.now })`. */
export interface TestClock {
  /** The clock's time in milliseconds since the epoch. Needs no `this`. */
  readonly now: () => number
  /**
   * Moves the clock forward.
   *
   * @throws {TypeError} When the duration is not a whole number of milliseconds from 0.
   */
  readonly advance: (by: Duration) => void
}

const UNITS = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
}

/**
 * Creates a clock that runs as `Date.now()` does, and that `advance()` moves forward. Between calls it
 * goes on with real time. It reads `Date.now()` at each call, so fake timers move and stop it:
 * `vi.useFakeTimers()` and `vi.setSystemTime()` of vitest, `FakeTime` of Deno.
 *
 * `tickets()` has an option `now` of its own: pass it `clock.now` too.
 *
 * @returns The clock.
 *
 * @example
 * const clock = testClock()
 * const auth = limen({ store: memoryStore(), now: clock.now })
 * const session = await auth.createSession(await auth.createUser({}))
 * clock.advance({ days: 2 })
 * const { state } = await auth.validateSession(auth.createBearerToken(session))
 * clock.advance({ days: 15 })
 * await auth.getSession(session.sessionId)
 * // null
 */
export function testClock(): TestClock {
  let ahead = 0
  return {
    now: () => Date.now() + ahead,
    advance(by) {
      ahead += millisecondsIn('advance', by)
    },
  }
}

/** A duration in milliseconds. */
export function millisecondsIn(caller: string, duration: Duration): number {
  const parts = typeof duration === 'number' ? { milliseconds: duration } : duration
  const sum = Object.entries(parts).reduce(
    (total, [unit, count = 0]) => total + count * UNITS[unit as keyof typeof UNITS],
    0,
  )
  if (Number.isSafeInteger(sum) && sum >= 0) return sum
  throw new TypeError(
    `${caller}(): the duration must be whole milliseconds from 0, or an object such as { days: 2 } (got ${JSON.stringify(duration)})`,
  )
}
