import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type Pace, recordsFor, storeSuite } from '@limen/conformance'
import { limen, splitStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { kvStore } from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'
import stores from '../stores.json' with { type: 'json' }
import { DAY, ada, bound, never, store, storeOver } from '../test/kv.ts'

beforeEach(() => reset())

describe('kvStore()', () => {
  const { knownExceptions } = stores.kvStore
  const open = async () => {
    await reset()
    return { connect: (pace: Pace) => storeOver(pace(bound)) }
  }
  it.each(storeSuite({ open, knownExceptions }, { histories: 10 }))('$name', ({ run }) => run())

  it('lists and revokes more sessions than fit into one call of KV', async () => {
    const bob = { id: 'bob', attributes: { name: 'Bob' } }
    const record = await recordsFor(store)
    const idsOf = async (userId: string, client = store) =>
      (await client.listByUser(userId)).map(({ session }) => session.id)
    const signedIn: string[] = []
    for (const { id: userId, attributes } of [ada, bob]) {
      await store.createUser({ id: userId, attributes })
      for (let n = 0; n < 130; n++) {
        const session = record('s', { userId, createdAt: n, id: `s${n}`.padEnd(22, '_') })
        await store.insert(session)
        signedIn.push(session.id)
      }
    }
    const [all, bobs] = [signedIn.slice(0, 130), signedIn.slice(130)]
    const paged = withPlainIds(
      storeOver({ ...bound, list: (options) => env.KV.list({ ...options, limit: 50 }) }),
    )
    for (const client of [store, paged]) expect(await idsOf('ada', client)).toEqual(all)

    await store.deleteByUser('bob', { except: bobs[7]! })
    expect(await idsOf('bob')).toEqual([bobs[7]])

    await store.deleteByUser('ada', {})
    expect(await idsOf('ada')).toEqual([])
    const { keys } = await env.KV.list({ prefix: `limen:2:session:${all[0]!.slice(0, 22)}` })
    expect(keys, 'those that one request could not delete').toHaveLength(30)
    await store.deleteByUser('ada', { except: keys.at(-1)!.name.slice('limen:2:session:'.length) })
    expect(await idsOf('ada')).toEqual([])
  })

  it('writes each value with the lifetime of its session, also when that is over', async () => {
    const record = await recordsFor(store)
    const createdAt = Date.now() - DAY
    const renewed = { activePeriodExpiresAt: 0, idlePeriodExpiresAt: createdAt + 20 * DAY }
    await store.createUser(ada)
    await store.insert(record('a', { createdAt }))
    await store.insert(record('b', { createdAt: 1, idlePeriodExpiresAt: 2 }))
    await store.renew(record('a').id, renewed)
    await store.renew(record('b').id, { activePeriodExpiresAt: 2, idlePeriodExpiresAt: 3 })
    await store.update(record('a').id, { seen: 1 })

    expect(await hoursLeft()).toEqual({
      [`limen:2:attributes:${record('a').id}`]: 399 * 24 + 1,
      [`limen:2:deadlines:${record('a').id}`]: 19 * 24 + 1,
      [`limen:2:deadlines:${record('b').id}`]: 1,
      [`limen:2:session:${record('a').id}`]: 399 * 24 + 1,
      [`limen:2:session:${record('b').id}`]: 1,
      [`limen:2:user:${await routeOf('ada')}`]: undefined,
    })
  })

  it('accepts sessions that live for the longest period that core allows', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    const century = withPlainIds(kvStore(env.KV, { absolutePeriodMs: 36_500 * DAY }))
    expect(await century.insert(record('a', { createdAt: Date.now() }))).toEqual(ada)
    expect(await century.renew(record('a').id, never)).toBe(true)
    await century.deleteByUser('ada', {})
    expect(await hoursLeft()).toMatchObject({
      [`limen:2:revocation:${await routeOf('ada')}`]: Math.round((2 ** 31 - 1) / 3600),
    })
  })

  it('treats the records of another layout as missing', async () => {
    const route = await routeOf('ada')
    const { id } = (await recordsFor(store))('a')
    await env.KV.put(`limen:user:${route}`, JSON.stringify({ ...ada, birth: 'b' }))
    await env.KV.put(`limen:session:${id}`, JSON.stringify({ birth: 'b', since: 1 }))
    expect(await store.readUser('ada')).toBeNull()
    expect(await store.read(id, { consistency: 'strong' })).toBeNull()
    expect(await store.listByUser('ada')).toEqual([])
    expect(await store.createUser(ada)).toBe(true)
    expect(await store.listByUser('ada')).toEqual([])
  })

  it('applies a change to a user that is stored without a generation', async () => {
    await env.KV.put(`limen:2:user:${await routeOf('ada')}`, JSON.stringify(ada))
    expect(await store.updateUser('ada', { note: 'new' })).toBe(true)
    expect(await store.readUser('ada')).toEqual({
      id: 'ada',
      attributes: { ...ada.attributes, note: 'new' },
    })
  })

  it('rejects calls that were taken out of the store without its traits', async () => {
    const { traits: _, ...calls } = kvStore(env.KV)
    const users = calls as never
    const auth = limen({ store: splitStore({ sessions: memoryStore(), users }) })
    const rejected = { code: 'AUTH_STORE_REJECTED' }
    await expect(auth.createUser({ userId: 'ada' })).rejects.toMatchObject(rejected)
    await expect(auth.getUser('ada')).rejects.toMatchObject(rejected)
    expect((await env.KV.list()).keys).toEqual([])
  })

  it('deletes every key of a revoked session, and of a deleted user', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    const { keys: before } = await env.KV.list()
    await store.insert(record('a'))
    await store.renew(record('a').id, record('a'))
    await store.update(record('a').id, { seen: 1 })
    await store.delete(record('a').id)
    expect((await env.KV.list()).keys).toEqual(before)

    await store.insert(record('b'))
    await store.updateUser('ada', { note: 'still here' })
    await store.deleteByUser('ada', {})
    await store.deleteUser('ada')
    expect((await env.KV.list()).keys).toEqual([])
  })
})

/** In how many hours KV deletes each key. */
async function hoursLeft() {
  const { keys } = await env.KV.list()
  const left = keys.map(({ name, expiration }) => [
    name,
    expiration && Math.round((expiration * 1000 - Date.now()) / 3_600_000),
  ])
  return Object.fromEntries(left) as Record<string, number | undefined>
}
