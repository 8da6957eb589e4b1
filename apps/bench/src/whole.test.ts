import { describe, expect, inject, it } from 'vitest'
import {
  checkWhole,
  costsOnD1,
  costsOnPostgres,
  preparedDatabase,
  signUp,
  startNode,
  startWorker,
} from '../load/whole.ts'
import { wholeApps } from '../whole/subjects.ts'

const server = inject('pagesServer')

describe('the whole app on Workers', () => {
  it.each(wholeApps)(
    '$name: greets a signed-in visitor and refuses a wrong cookie',
    async ({ folder }) => {
      await using running = await startWorker(folder)
      const cookie = await signUp(running.url, 'ada')
      await expect(checkWhole(running.url, 'ada', cookie)).resolves.toBeUndefined()
    },
    120_000,
  )

  it('Limen: reads a session and its user with one call of D1', async () => {
    expect(await costsOnD1('limen')).toEqual({ calls: 1, rowsRead: 2, rowsWritten: 0 })
  }, 120_000)
})

describe.skipIf(!server)('the whole app on PostgreSQL', () => {
  it.each(wholeApps)(
    '$name: greets a signed-in visitor and refuses a wrong cookie',
    async ({ folder }) => {
      const database = await preparedDatabase(server!, `whole_${folder.replace('-', '_')}`, folder)
      await using running = await startNode(folder, database)
      const cookie = await signUp(running.url, 'ada')
      await expect(checkWhole(running.url, 'ada', cookie)).resolves.toBeUndefined()
    },
    120_000,
  )

  it('Limen: reads a session and its user with one statement', async () => {
    const database = await preparedDatabase(server!, 'whole_costs', 'limen')
    const costs = await costsOnPostgres('limen', database)
    expect(costs).toEqual({ calls: 1, rowsRead: 1, rowsWritten: 0 })
  }, 120_000)
})
