import { reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { ticketSuite } from '@limen/conformance'
import { type SqlDriver, d1, durableObjectSql, migrate, sqlTicketStore } from '@limen/sql'
import { beforeEach, describe, expect, it } from 'vitest'

beforeEach(() => reset())

async function expectTransactions(driver: SqlDriver): Promise<void> {
  await driver.batch(['create table numbers (n int primary key)'])
  const insert = (n: number) => ({
    text: 'insert into numbers values (?)',
    values: [n],
    returnsRows: false,
  })
  const all = { text: 'select n from numbers order by n', values: [], returnsRows: true }
  expect(await driver.transaction([insert(1), insert(2), all])).toEqual([
    { rows: [], count: 1 },
    { rows: [], count: 1 },
    { rows: [{ n: 1 }, { n: 2 }], count: 2 },
  ])
  await expect(driver.transaction([insert(3), insert(1)])).rejects.toThrow(/UNIQUE/)
  await expect(driver.transaction([insert(3), { ...all, text: 'no SQL' }])).rejects.toThrow()
  expect(await driver.query(all.text, [])).toEqual([{ n: 1 }, { n: 2 }])
}

describe('sqlTicketStore() in D1', () => {
  const suite = ticketSuite({
    async open() {
      await migrate(d1(env.DB))
      return { connect: () => sqlTicketStore(d1(env.DB)) }
    },
  })
  it.each(suite)('$name', ({ run }) => run())

  it('transaction() changes all or nothing', () => expectTransactions(d1(env.DB)))
})

describe('sqlTicketStore() in the SQLite of a Durable Object', () => {
  let storage: DurableObjectStorage
  const inObject = async (name: string, run: () => Promise<void>) => {
    const object = env.SESSIONS.get(env.SESSIONS.idFromName(name))
    await runInDurableObject(object, async (_, state) => {
      storage = state.storage
      await run()
    })
  }
  const suite = ticketSuite({
    async open() {
      await migrate(durableObjectSql(storage))
      return { connect: () => sqlTicketStore(durableObjectSql(storage)) }
    },
  })
  it.each(suite)('$name', ({ name, run }) => inObject(name, run))

  it('transaction() changes all or nothing', () =>
    inObject('transaction', () => expectTransactions(durableObjectSql(storage))))
})
