/** `kvStore()` when it replaces and limits sessions: costs, stale reads, failures. */
import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { recordsFor } from '@limen/conformance'
import { withPlainIds } from '@limen/core/store-kit'
import { beforeEach, describe, expect, it } from 'vitest'
import { DAY, ada, dataCenter, failing, never, store, storeOver, watched } from '../test/kv.ts'

const strong = { consistency: 'strong' } as const
const bob = { id: 'bob', attributes: { name: 'Bob' } }
type Store = typeof store

beforeEach(() => reset())

const isValid = async (id: string, { store: there } = dataCenter()) =>
  (await there.read(id, strong)) !== null

describe('kvStore() that replaces a session', () => {
  it('counts its calls: two reads and two lists, one write, three deletions', async () => {
    const calls: string[] = []
    const counting = withPlainIds(storeOver(watched((call) => calls.push(call))))
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    await counting.insert(record('b'), { replaces: record('a').id })
    expect(calls.join(' ')).toBe('get get list list put delete delete delete')
    calls.length = 0
    expect(await counting.insert(record('c'), { replaces: record('a').id })).toBe(null)
    expect(calls.join(' '), 'a session that is gone').toBe('get get')
  })

  const revocations: [string, (here: Store, id: string) => Promise<unknown>][] = [
    ['it was revoked', (here, id) => here.delete(id)],
    ['all were revoked', (here) => here.deleteByUser('ada', {})],
    ['all others were revoked', (here, id) => here.deleteByUser('ada', { except: other(id) })],
    ['its user was deleted', (here) => here.deleteUser('ada')],
  ]
  const other = (id: string) => id.slice(0, 22) + 'b'.repeat(22)

  it.each(revocations)(
    'P1: after %s, a data center that still reads a session cannot replace it',
    async (_, revoke) => {
      const [here, there] = [dataCenter(), dataCenter()]
      const record = await recordsFor(store)
      const { id } = record('a')
      await here.store.createUser(ada)
      await here.store.createUser(bob)
      for (const letter of ['a', 'b']) await here.store.insert(record(letter))
      expect(await isValid(id, there)).toBe(true)
      await revoke(here.store, id)
      expect(await isValid(id, there), 'a stale read').toBe(true)
      for (const userId of ['ada', 'bob']) {
        const replacement = record('n', { userId })
        expect(await there.store.insert(replacement, { replaces: id })).toBe(null)
        expect(await isValid(replacement.id)).toBe(false)
      }
    },
  )

  it('P1: a revocation that a data center neither reads nor lists revokes the new session too', async () => {
    const sees = (key: string) => !key.startsWith('limen:2:revocations:')
    const [here, there] = [dataCenter({ sees: () => false }), dataCenter({ sees })]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    await here.store.insert(record('a'))
    expect(await isValid(record('a').id, there)).toBe(true)
    await here.store.deleteByUser('ada', {})
    expect(await there.store.insert(record('n'), { replaces: record('a').id })).toEqual(ada)
    expect(await isValid(record('n').id)).toBe(false)
    expect(await store.listByUser('ada')).toEqual([])
  })

  it('a revocation that excepts a session excepts those that replace it, and their renewals', async () => {
    const record = await recordsFor(store)
    const revokeOthers = (letter: string) =>
      store.deleteByUser('ada', { except: record(letter).id })
    await store.createUser(ada)
    for (const letter of ['a', 'x']) await store.insert(record(letter))
    await revokeOthers('a')
    await store.insert(record('b'), { replaces: record('a').id })
    await revokeOthers('b')
    await store.insert(record('c'), { replaces: record('b').id })
    await store.insert(record('d'), { replaces: record('c').id })
    expect(await store.renew(record('d').id, never)).toBe(true)
    expect((await store.listByUser('ada')).map(({ session }) => session)).toEqual([
      { ...record('d'), ...never },
    ])
    await store.insert(record('x'))
    await revokeOthers('x')
    expect(await isValid(record('d').id)).toBe(false)
  })

  it('excepts the new session where only the list has the revocation yet', async () => {
    const here = dataCenter({ seesItsOwnWrites: false })
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    expect(await isValid(record('a').id, here)).toBe(true)
    await here.store.deleteByUser('ada', { except: record('a').id })
    await here.store.insert(record('b'), { replaces: record('a').id })
    expect(await isValid(record('b').id)).toBe(true)
  })

  it('P1: the session of a thief that a list revokes cannot be replaced', async () => {
    const sees = (key: string) => !/:(session|revocations):/.test(key)
    const [here, there] = [dataCenter({ sees }), dataCenter({ sees })]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    for (const letter of ['t', 'v']) await here.store.insert(record(letter))
    expect(await isValid(record('t').id, there)).toBe(true)
    await here.store.deleteByUser('ada', { except: record('v').id })
    await there.store.deleteByUser('ada', { except: record('t').id })
    expect(await isValid(record('t').id), 'until a list is read').toBe(true)
    expect(await store.insert(record('n'), { replaces: record('t').id })).toBe(null)
    expect([await isValid(record('n').id), await isValid(record('t').id)]).toEqual([false, false])
  })

  it('P4: rejects, and the old session stays or the new one is unused, when KV fails', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    const replaceWith = (name: string) =>
      withPlainIds(storeOver(failing(name, 'KV failed: 500'))).insert(record('b'), {
        replaces: record('a').id,
      })
    for (const name of ['get', 'list', 'put']) {
      await expect(replaceWith(name)).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
      expect([await isValid(record('a').id), await isValid(record('b').id)]).toEqual([true, false])
    }
    await expect(replaceWith('delete')).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    expect(await isValid(record('a').id)).toBe(true)
  })

  it('writes the session with the lifetime of the new one', async () => {
    const record = await recordsFor(store)
    const createdAt = Date.now()
    await store.createUser(ada)
    await store.insert(record('a', { createdAt: createdAt - 300 * DAY }))
    await store.insert(record('b', { createdAt }), { replaces: record('a').id })
    const { keys } = await env.KV.list({ prefix: 'limen:2:session:' })
    const days = keys.map(({ expiration }) => Math.round((expiration! * 1000 - createdAt) / DAY))
    expect(days).toEqual([400])
  })
})

describe('kvStore() with a limit', () => {
  it('counts its calls: one list more, and the sessions when they reach the limit', async () => {
    const calls: string[] = []
    const counting = withPlainIds(storeOver(watched((call) => calls.push(call))))
    const record = await recordsFor(store)
    await store.createUser(ada)
    const insert = async (letter: string, onLimit: 'refuse' | 'revoke-oldest') => {
      calls.length = 0
      const limit = { most: 2, onLimit, now: 0 }
      await counting.insert(record(letter, { createdAt: letter.charCodeAt(0) }), { limit })
    }
    for (const letter of ['a', 'b']) {
      await insert(letter, 'revoke-oldest')
      expect(calls.join(' ')).toBe('get list put')
    }
    await insert('c', 'revoke-oldest')
    expect(calls.join(' ')).toBe('get list get put delete delete delete')
    await expect(insert('d', 'refuse')).rejects.toMatchObject({ code: 'AUTH_SESSION_LIMIT' })
    expect(calls.join(' ')).toBe('get list get')
  })

  it('does not count sessions that are revoked and not yet deleted', async () => {
    const here = dataCenter({ sees: () => false })
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    await here.store.deleteByUser('ada', {})
    expect((await env.KV.list({ prefix: 'limen:2:session:' })).keys).toHaveLength(1)
    const limit = { most: 1, onLimit: 'refuse', now: 0 } as const
    expect(await store.insert(record('b'), { limit })).toEqual(ada)
  })

  it('deletes at most 100 sessions in one call, those that were created first', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    for (let n = 0; n < 130; n++) {
      await store.insert(record('s', { createdAt: n, id: `s${n}`.padEnd(22, '_') }))
    }
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    await store.insert(record('a', { createdAt: 200 }), { limit })
    const times = (await store.listByUser('ada')).map(({ session }) => session.createdAt)
    expect(times).toEqual([...Array.from({ length: 30 }, (_, n) => 100 + n), 200])
    await store.insert(record('b', { createdAt: 201 }), { limit })
    expect(await store.listByUser('ada')).toHaveLength(1)
  })
})
