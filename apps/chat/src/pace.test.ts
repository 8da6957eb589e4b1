import { describe, expect, it } from 'vitest'
import { type Pace, isRested, take } from './pace.ts'

const NOW = 1_800_000_000_000

/** How many messages in a row are accepted at one time. */
function burst(pace: Pace | undefined, now: number): number {
  let accepted = 0
  for (let next = take(pace, now); next.turn === 'accepted'; next = take(next.pace, now)) accepted++
  return accepted
}

describe('take()', () => {
  it('F: accepts ten at once, then one a second', () => {
    expect(burst(undefined, NOW)).toBe(10)
    let pace: Pace | undefined
    for (let n = 0; n < 10; n++) pace = take(pace, NOW).pace
    expect(burst(pace, NOW)).toBe(0)
    expect(burst(pace, NOW + 999)).toBe(0)
    expect(burst(pace, NOW + 1000)).toBe(1)
    expect(burst(pace, NOW + 5500)).toBe(5)
    expect(burst(pace, NOW + 3_600_000)).toBe(10)
  })

  it('F: returns abuse after twenty refusals, and an accepted message resets the count', () => {
    let pace: Pace | undefined
    const turns = Array.from({ length: 40 }, () => {
      const next = take(pace, NOW)
      pace = next.pace
      return next.turn
    })
    expect(turns.filter((turn) => turn === 'accepted')).toHaveLength(10)
    expect(turns.filter((turn) => turn === 'too-fast')).toHaveLength(20)
    expect(turns.at(-1)).toBe('abuse')
    expect(take(pace, NOW + 1000)).toMatchObject({ turn: 'accepted', pace: { refused: 0 } })
  })

  it('F: a refusal does not extend the wait', () => {
    let pace: Pace | undefined
    for (let n = 0; n < 1000; n++) pace = take(pace, NOW).pace
    expect(isRested(pace!, NOW + 10_000)).toBe(true)
  })

  it('F: a clock that is set back extends the wait to ten seconds at most', () => {
    const { pace } = take({ busyUntil: NOW + 86_400_000, refused: 0 }, NOW)
    expect(pace.busyUntil).toBe(NOW + 10_000)
  })
})
