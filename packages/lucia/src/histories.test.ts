import type { SqlDriver } from '@limen/sql'
import { describe, expect, inject, it } from 'vitest'
import { availableEngines } from '../test/engines.ts'
import { createGuideTables, guideApps } from '../test/guide-apps.ts'
import { guideSubject, luciaSubject } from '../test/history-subject.ts'
import { runRandomHistories } from '../test/random-histories.ts'

/** Round trips to a server are slow. */
const few = (name: string, histories: number) => ({
  histories: name === 'node:sqlite' ? histories : histories / 4,
  ...inject('soak'),
})

describe.each(availableEngines())('P1, P2 across both tables in $name', ({ name, open }) => {
  it.each([2, 3] as const)(
    'of Lucia %i: nothing comes back, and everyone else stays signed in (random histories)',
    async (version) => {
      const database = await open(version)
      await runRandomHistories(luciaSubject(database, version), few(name, 100))
      await database.close()
    },
  )

  it.each(name === 'node:sqlite' ? guideApps : [guideApps[0]!, guideApps[3]!])(
    '$title: nothing comes back, and everyone else stays signed in (random histories)',
    async (app) => {
      const database = await open(3)
      await createGuideTables(database, app)
      await runRandomHistories(guideSubject(database, app), few(name, 20))
      await database.close()
    },
  )
})

describe('the histories find', () => {
  /** What they report about the app over a broken driver. */
  async function reported(change: (driver: SqlDriver) => SqlDriver): Promise<string> {
    const [sqlite] = availableEngines()
    const database = await sqlite!.open(3)
    const subject = luciaSubject(database, 3, change)
    const report = await runRandomHistories(subject, {
      histories: 400,
      seed: 2,
      endOnFailure: true,
    }).then(
      () => 'nothing',
      (error: Error) => String(error.cause),
    )
    await database.close()
    return report
  }

  it('a transaction that is none', async () => {
    const report = await reported((driver) => ({
      ...driver,
      async transaction(statements) {
        const results = []
        for (const { text, values, returnsRows } of statements) {
          const rows = returnsRows ? await driver.query(text, values) : []
          results.push({ rows, count: returnsRows ? 0 : await driver.change(text, values) })
        }
        return results
      },
    }))
    expect(report).toMatch(/a revoked session came back|a session is in two tables/)
  })

  it('a session that is deleted and not moved', async () => {
    const report = await reported((driver) => ({
      ...driver,
      transaction: (statements) =>
        driver.transaction(statements.filter(({ text }) => !text.trimStart().startsWith('insert'))),
    }))
    expect(report).toMatch(/a visitor was signed out/)
  })
})

/** Statements that pause a transaction for 0.4 s. */
const PAUSES = { postgres: 'select pg_sleep(0.4)', mariadb: 'select sleep(0.4)' }

describe.each(availableEngines().filter(({ name }) => name !== 'node:sqlite'))(
  'P2: in $name, a revocation during a move waits for it',
  ({ name, open }) => {
    /** Whether a visitor is signed in after a revocation that began while the session was moved. */
    async function signedIn(change: (driver: SqlDriver) => SqlDriver) {
      const database = await open(3)
      const { dialect } = database.driver
      const pause = { text: PAUSES[dialect as 'mariadb'], values: [], returnsRows: true } as const
      const paused = (driver: SqlDriver): SqlDriver => ({
        ...driver,
        transaction: (statements) => driver.transaction([...statements, pause]),
      })
      const mover = luciaSubject(database, 3, paused)
      const revoker = luciaSubject(database, 3, change)
      const plain = (driver: SqlDriver) => driver
      const [moving, revoking] = [mover.connect(plain, Date.now), revoker.connect(plain, Date.now)]
      const userId = await mover.createUser()
      const token = await mover.signIn(userId)
      const visit = moving.validateToken({ token, consistency: 'strong' })
      await new Promise((resolve) => setTimeout(resolve, 100))
      await revoking.invalidateAllUserSessions(userId)
      await visit
      const { valid } = await revoking.validateToken({ token, consistency: 'strong' })
      await database.close()
      return valid
    }

    it('so the session does not come back', async () => {
      expect(await signedIn((driver) => driver)).toBe(false)
    })

    // MariaDB waits for a row of another transaction in any order.
    if (name !== 'PostgreSQL') return
    it('which needs that it deletes from the table of Lucia first', async () => {
      const otherOrder = (driver: SqlDriver): SqlDriver => ({
        ...driver,
        transaction: (statements) => driver.transaction(statements.toReversed()),
      })
      expect(await signedIn(otherOrder)).toBe(true)
    })
  },
)
