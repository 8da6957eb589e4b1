import { describe, expect, it } from 'vitest'
import { weigh } from './size.ts'

const beside = `
  export { Hono } from 'hono'
  export { HTTPException } from 'hono/http-exception'
  export { limen, respond } from '@limen/core'
  export { d1Store } from '@limen/workers'`

describe('the Hono middleware', () => {
  it('adds at most 600 bytes gzip to an app that has Hono and Limen', async () => {
    const without = await weigh(beside)
    const whole = await weigh(`${beside}; export * from '@limen/hono'`)
    expect(whole.gzip - without.gzip).toBeLessThanOrEqual(600)
  })
})
