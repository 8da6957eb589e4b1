import { describe, expect, it } from 'vitest'
import { addedToHono } from './size.ts'

describe('the Hono middleware', () => {
  it('adds at most 2,450 bytes gzip to an app that has Hono and Limen', async () => {
    expect(await addedToHono()).toBeLessThanOrEqual(2450)
  }, 60_000)
})
