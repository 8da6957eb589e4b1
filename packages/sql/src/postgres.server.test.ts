import { afterAll, describe, expect, inject, it } from 'vitest'
import { postgresEngines } from '../test/engines.ts'
import { startNeonEndpoint } from '../test/neon-endpoint.ts'
import { plansOf } from '../test/plans.ts'
import { describeStore } from '../test/server-suite.ts'

const server = inject('postgres')
const endpoint = await startNeonEndpoint()
afterAll(() => endpoint.stop())
const engines = server ? postgresEngines(server.url, endpoint.url) : []

describeStore('PostgreSQL', engines)

// The plan does not depend on the client.
describe.each(engines.slice(0, 1))('the statements in PostgreSQL', ({ open }) => {
  it('all use an index, planned for their values and for any', async () => {
    const database = await open()

    const plans = await plansOf(database, (sql, values) => [
      { text: `explain ${sql}`, values },
      { text: `explain (generic_plan) ${sql}`, values: [] },
    ])

    const texts = plans.map(({ sql, steps }) => [sql, ...steps].join('\n'))
    expect(texts.length).toBeGreaterThan(20)
    expect(texts.filter((text) => !/Index/.test(text))).toEqual([])
    expect(texts.filter((text) => /Seq Scan/.test(text))).toEqual([])
    await database.close()
  })
})
