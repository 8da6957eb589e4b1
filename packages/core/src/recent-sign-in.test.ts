import { describe, expect, it } from 'vitest'
import { isRecentSignIn } from '@limen/core'
import { DAY, createApp, visit } from '../test/app.ts'

const SIGNED_IN = 1_700_000_000_000
const session = { createdAt: new Date(SIGNED_IN) }

type Case = [now: number, isRecent: boolean, because: string]
const cases: Case[] = [
  [SIGNED_IN, true, 'the user signs in now'],
  [SIGNED_IN + 599_999, true, 'the period has a millisecond left'],
  [SIGNED_IN + 600_000, false, 'a deadline belongs to the period that follows it'],
  [SIGNED_IN + DAY, false, 'the period is over'],
  [SIGNED_IN - 1000, true, 'the clock of another machine can be ahead'],
  [NaN, false, 'an unknown time is never recent'],
]

describe('[T43] isRecentSignIn()', () => {
  it.each(cases)('at %d it is %s: %s', (now, isRecent) => {
    expect(isRecentSignIn(session, { withinMs: 600_000, now })).toBe(isRecent)
  })

  it('reads Date.now() without a time', () => {
    expect(isRecentSignIn(session, { withinMs: 600_000 })).toBe(false)
    expect(isRecentSignIn({ createdAt: new Date() }, { withinMs: 600_000 })).toBe(true)
  })

  it.each([0, -1, 1.5, NaN, Infinity, '600000', null, undefined])(
    'rejects %j as withinMs',
    (withinMs) => {
      expect(() => isRecentSignIn(session, { withinMs: withinMs as number })).toThrow(
        /withinMs must/,
      )
    },
  )

  it('does not count a renewal as a sign-in', async () => {
    const { auth, clock, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += DAY
    const renewed = (await open(visit(token)).authRequest.validate())!
    expect(renewed.fresh).toBe(true)
    expect(isRecentSignIn(renewed, { withinMs: 600_000, now: auth.now() })).toBe(false)
    expect(isRecentSignIn(renewed, { withinMs: DAY + 1, now: auth.now() })).toBe(true)
  })
})

it('auth.now() is the time of the configured clock', () => {
  const { auth, clock } = createApp()
  clock.now += 5
  expect(auth.now()).toBe(1_700_000_000_005)
})
