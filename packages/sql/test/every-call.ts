/** Every call of a store, to count its statements and to see their plans. */
import { type CaseSession, type CaseUser, recordsFor } from '@limen/conformance'
import type { Store } from '@limen/core'
import type { Ran } from './recorded.ts'

const DAY = 86_400_000

/** Makes every call once, and returns how many statements each took. */
export async function everyCall(
  store: Store<CaseUser, CaseSession>,
  ran: Ran[],
): Promise<Record<string, number>> {
  const record = await recordsFor(store)
  const limit = { most: 3, now: 1_700_000_000_000 }
  const [revoke, refuse] = (['revoke-oldest', 'refuse'] as const).map((onLimit) => ({
    ...limit,
    onLimit,
  }))
  const all: Record<string, () => Promise<unknown>> = {
    createUser: () => store.createUser({ id: 'ada', attributes: { name: 'Ada' } }),
    'createUser, taken': () => store.createUser({ id: 'ada', attributes: { name: 'Ada' } }),
    readUser: () => store.readUser('ada'),
    updateUser: () => store.updateUser('ada', { note: 'x', settings: { theme: 'dark' } }),
    'updateUser, nothing': () => store.updateUser('ada', {}),
    insert: () => store.insert(record('a')),
    'insert, replacing': () => store.insert(record('b'), { replaces: record('a').id }),
    'insert, revoking': () => store.insert(record('c'), { limit: revoke }),
    'insert, refusing': () => store.insert(record('d'), { limit: refuse }),
    'insert, replacing and revoking': () =>
      store.insert(record('e'), { replaces: record('d').id, limit: revoke }),
    'insert, replacing and refusing': () =>
      store.insert(record('a'), { replaces: record('e').id, limit: refuse }),
    read: () => store.read(record('a').id, { consistency: 'eventual' }),
    renew: () =>
      store.renew(record('a').id, { activePeriodExpiresAt: 1, idlePeriodExpiresAt: 2 * DAY }),
    update: () => store.update(record('a').id, { seen: 5 }),
    listByUser: () => store.listByUser('ada'),
    delete: () => store.delete(record('b').id),
    deleteByUser: () => store.deleteByUser('ada', { except: record('a').id }),
    deleteExpired: () => store.deleteExpired!({ now: DAY, limit: 9 }),
    deleteUser: () => store.deleteUser('ada'),
  }
  const cost: Record<string, number> = {}
  for (const [name, call] of Object.entries(all)) {
    const before = ran.length
    await call()
    cost[name] = ran.length - before
  }
  return cost
}
