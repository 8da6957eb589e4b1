import { DatabaseSync } from 'node:sqlite'
import { limen } from '@limen/core'
import type { SqlDriver } from '@limen/sql'
import { describe, expect, it } from 'vitest'
import { openSqlite } from '../test/engines.ts'
import { signInByLucia } from '../test/sign-in.ts'
import { visit } from '../test/visit.ts'
import { luciaV2, luciaV3 } from './index.ts'

/** A driver that records what it is sent. */
function recorded(driver: SqlDriver): { driver: SqlDriver; calls: string[] } {
  const calls: string[] = []
  return {
    calls,
    driver: {
      ...driver,
      query: (...args) => (calls.push('query'), driver.query(...args)),
      change: (...args) => (calls.push('change'), driver.change(...args)),
      transaction: (...args) => (calls.push('transaction'), driver.transaction(...args)),
    },
  }
}

it('a session that another request moves between two reads is found', async () => {
  const database = await openSqlite(3, new DatabaseSync(':memory:'))
  const columns = { user: { columns: { name: 'text' } as const }, upgrade: true } as const
  const other = limen(luciaV3<{ name: string }>(database.driver, columns))
  for (const interrupted of [1, 2]) {
    const old = await signInByLucia(database, 3)
    let queries = 0
    const driver: SqlDriver = {
      ...database.driver,
      async query(...args) {
        const rows = await database.driver.query(...args)
        if (++queries === interrupted) await visit(other, `auth_session=${old}`)
        return rows
      },
    }
    const auth = limen(luciaV3<{ name: string }>(driver, columns))
    expect((await visit(auth, `auth_session=${old}`)).userId).toBe('ada')
  }
})

it('a renewal never moves a deadline in the table of Lucia to an earlier time', async () => {
  for (const version of [2, 3] as const) {
    const database = await openSqlite(version, new DatabaseSync(':memory:'))
    const { store } =
      version === 2
        ? luciaV2(database.driver, { upgrade: false })
        : luciaV3(database.driver, { upgrade: false })
    const id = await signInByLucia(database, version)
    const read = async () => (await store.read(id, { consistency: 'strong' }))!.session
    const { activePeriodExpiresAt, idlePeriodExpiresAt } = await read()
    const by = (ms: number) => ({
      activePeriodExpiresAt: activePeriodExpiresAt + ms,
      idlePeriodExpiresAt: idlePeriodExpiresAt + ms,
    })
    expect(await store.renew(id, by(-60_000))).toBe(true)
    expect(await read()).toMatchObject(by(0))
    expect(await store.renew(id, by(60_000))).toBe(true)
    expect(await read()).toMatchObject(by(60_000))
    await store.delete(id)
    expect(await store.renew(id, by(60_000))).toBe(false)
  }
})

describe('the calls of the database', () => {
  async function opened() {
    const database = await openSqlite(3, new DatabaseSync(':memory:'))
    const { driver, calls } = recorded(database.driver)
    const columns = { name: 'text', country: 'text' } as const
    const auth = limen(
      luciaV3<{ name: string }, { country: string }>(driver, {
        user: { columns: { name: columns.name } },
        session: { columns: { country: columns.country } },
        upgrade: true,
      }),
    )
    const callsOf = async (cookie: string) => {
      calls.length = 0
      const visited = await visit(auth, cookie)
      return { ...visited, calls: calls.splice(0) }
    }
    return { auth, database, callsOf }
  }

  it('are one read and no write for a forged id', async () => {
    const { callsOf } = await opened()
    expect((await callsOf(`auth_session=${'a'.repeat(40)}`)).calls).toEqual(['query'])
  })

  it('are none for a cookie that cannot be an id', async () => {
    const { callsOf } = await opened()
    for (const value of ['short', 'a.b'.repeat(14), 'ä'.repeat(40), 'a'.repeat(256)]) {
      expect((await callsOf(`auth_session=${value}`)).calls).toEqual([])
    }
  })

  it('are one transaction at the first visit, and one read with the new cookie after the overlap', async () => {
    const { database, callsOf } = await opened()
    const old = await signInByLucia(database, 3)
    const first = await callsOf(`auth_session=${old}`)
    expect(first.calls).toEqual(['query', 'transaction', 'query', 'query'])
    const cookie = `__Host-Http-session=${first.token}`
    expect((await callsOf(cookie)).calls).toEqual(['query', 'change'])
    expect((await callsOf(cookie)).calls).toEqual(['query'])
    // With the old cookie, one read more.
    expect((await callsOf(`auth_session=${old}`)).calls).toEqual(['query', 'query'])
  })
})
