import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import {
  type AllCounts,
  countOnDeno,
  countOnPostgres,
  countOnRedis,
  countOnWorkers,
} from '../costs/count.ts'
import { costsMarkdown } from '../costs/page.ts'

const counts = JSON.parse(
  readFileSync(new URL('../costs/counts.json', import.meta.url), 'utf8'),
) as AllCounts

describe('costs/counts.json has what is counted now: node apps/bench/costs/write.ts', () => {
  it('D1, Workers KV and Durable Objects', async () => {
    const { d1, kv, objects } = counts
    expect(await countOnWorkers()).toEqual({ d1, kv, objects })
  }, 60_000)

  it('Deno KV', async () => {
    expect(await countOnDeno()).toEqual(counts.deno)
  }, 60_000)

  it.skipIf(!inject('hasRedis'))(
    'Redis',
    async () => {
      expect(await countOnRedis()).toEqual(counts.redis)
    },
    60_000,
  )

  it.skipIf(!inject('pagesServer'))(
    'PostgreSQL',
    async () => {
      expect(await countOnPostgres()).toEqual(counts.postgres)
    },
    60_000,
  )
})

describe('costsMarkdown()', () => {
  it('multiplies counts and prices', () => {
    const once = { page: { rowsRead: 2 }, post: {}, forged: {} }
    const d1 = { ...once, renewal: { rowsRead: 3, rowsWritten: 2 }, signIn: {}, signOut: {} }
    const text = costsMarkdown({ ...counts, d1 })
    // (1 - 1/50 - 2/500) * 0.002 + 2.003 / 50
    expect(text.replaceAll(/ +/g, ' ')).toContain(
      '| `d1Store()`, D1 | $0.002 | $2.00 | $0.000 | $0.000 | $0.042 |',
    )
  })
})
