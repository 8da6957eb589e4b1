import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RETRY, retrying } from '@limen/core/store-kit'

const options = { attempts: 5, longestWaitMs: 6, message: 'Engine: gave up after 5 attempts' }

describe('retrying()', () => {
  const waits: number[] = []
  beforeEach(() => {
    waits.length = 0
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const atOnce = (resolve: () => void, ms = 0) => {
      waits.push(Math.ceil(ms))
      queueMicrotask(resolve)
    }
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(atOnce as never)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  /** An attempt that collides a number of times. */
  const colliding = (times: number) => {
    let made = 0
    const attempt = async () => (made++ < times ? RETRY : `attempt ${made}`)
    return { attempt, made: () => made }
  }

  it('resolves with the result of the first attempt that does not collide', async () => {
    for (const times of [0, 1, 4]) {
      expect(await retrying(colliding(times).attempt, options)).toBe(`attempt ${times + 1}`)
    }
  })

  it('makes the second attempt at once, and waits longer and longer before the others', async () => {
    await retrying(colliding(1).attempt, options)
    expect(waits).toEqual([])
    await retrying(colliding(4).attempt, options)
    expect(waits, 'up to longestWaitMs').toEqual([4, 6, 6])
  })

  it('waits for a random part of the time, so that clients do not collide again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    await retrying(colliding(3).attempt, options)
    expect(waits).toEqual([2, 3])
  })

  it('rejects with AUTH_STORE_UNAVAILABLE and the message after the last attempt', async () => {
    const { attempt, made } = colliding(Infinity)
    await expect(retrying(attempt, options)).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
      message: options.message,
    })
    expect(made()).toBe(5)
  })

  it('does not retry a rejection', async () => {
    const attempt = vi.fn(() => Promise.reject(new Error('the engine is down')))
    await expect(retrying(attempt, options)).rejects.toThrow('the engine is down')
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it.each([undefined, null, false, 0, ''])('returns %o as the result', async (result) => {
    expect(await retrying(async () => result, options)).toBe(result)
  })
})
