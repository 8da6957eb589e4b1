import postgres from 'postgres'
import { describe, expect, inject, it } from 'vitest'
import { migrate, postgresJs, sqlStore } from './index.ts'

const server = inject('postgres')

describe.skipIf(!server)('postgresJs()', () => {
  it.each([
    [true, 1, 'so that it costs one round trip from then on'],
    [false, 0, 'where the app turns prepared statements off'],
  ])('with prepare: %j has the server prepare a statement %i times, %s', async (prepare, times) => {
    const schema = `t${crypto.randomUUID().replaceAll('-', '')}`
    const client = postgres(server!.url, {
      max: 1,
      prepare,
      onnotice: () => {},
      connection: { search_path: schema },
    })
    await client.unsafe(`create schema ${schema}`)
    const driver = postgresJs(client)
    await migrate(driver)
    const store = sqlStore(driver)
    await store.createUser({ id: 'ada', attributes: {} })
    for (let turn = 0; turn < 3; turn++) {
      expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes: {} })
    }
    const prepared = await client.unsafe(
      `select from pg_prepared_statements where statement like 'select u.%'`,
    )
    expect(prepared).toHaveLength(times)
    await client.end()
  })
})
