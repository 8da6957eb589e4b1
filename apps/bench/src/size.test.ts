import { describe, expect, it } from 'vitest'
import { addedToHono } from './size.ts'

describe('the Hono middleware', () => {
  it('adds at most 1,700 bytes gzip to an app that has Hono and Limen', async () => {
    expect(await addedToHono()).toBeLessThanOrEqual(1700)
  }, 60_000)
})
