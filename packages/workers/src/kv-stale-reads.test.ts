/** `kvStore()` in data centers that read what was true a minute ago. */
import { reset } from 'cloudflare:test'
import { type CaseStore, recordsFor } from '@limen/conformance'
import { limen } from '@limen/core'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ada, bound, dataCenter, never, store, storeOver } from '../test/kv.ts'
import { withCookie } from '../test/with-cookie.ts'

const strong = { consistency: 'strong' } as const
const exceptSessions = (key: string) => !key.startsWith('limen:2:session:')

beforeEach(() => reset())

describe('kvStore() with stale reads', () => {
  type Act = (store: CaseStore, id: string) => Promise<unknown>
  const late: [call: string, act: Act][] = [
    ['a renewal', (there, id) => there.renew(id, never)],
    ['an update of it', (there, id) => there.update(id, { seen: 1 })],
    ['an update of its user', (there) => there.updateUser('ada', { note: 'late' })],
    ['a sign-in', async (there) => there.insert((await recordsFor(there))('l'))],
    ['a revocation of all others', (there, id) => there.deleteByUser('ada', { except: id })],
  ]
  const revocations: [call: string, act: Act][] = [
    ['it was revoked', (here, id) => here.delete(id)],
    ['all were revoked', (here) => here.deleteByUser('ada', {})],
    ['all others were revoked', (here, id) => here.deleteByUser('ada', { except: other(id) })],
    ['its user was deleted', (here) => here.deleteUser('ada')],
  ]
  const other = (id: string) => id.slice(0, 22) + 'b'.repeat(22)
  const cases = revocations.flatMap(([revoked, revoke]) =>
    late.map(([call, act]) => ({ revoked, revoke, call, act })),
  )

  it.each(cases)('P1: after $revoked, $call restores no session', async ({ revoke, act }) => {
    const [here, there] = [dataCenter(), dataCenter()]
    const record = await recordsFor(store)
    const { id } = record('a')
    await here.store.createUser(ada)
    for (const letter of ['a', 'b']) await here.store.insert(record(letter))
    for (const each of [here, there]) {
      expect(await each.store.read(id, strong)).not.toBe(null)
      expect(await each.store.read(other(id), strong)).not.toBe(null)
    }

    await revoke(here.store, id)
    expect(await there.store.read(id, strong), 'a stale read').not.toBe(null)
    await act(there.store, id)

    for (const each of [here, there]) {
      each.dropCache()
      expect(await each.store.read(id, strong)).toBe(null)
      expect(await each.store.renew(id, never)).toBe(false)
      const listed = (await each.store.listByUser('ada')).map(({ session }) => session.id)
      expect(listed).not.toContain(id)
    }
  })

  it('keeps a deleted user deleted, and a user created again has none of the old sessions', async () => {
    const [here, there] = [dataCenter(), dataCenter()]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    await here.store.insert(record('a'))
    await there.store.readUser('ada')
    await here.store.deleteUser('ada')
    await there.store.updateUser('ada', { note: 'late' })
    there.dropCache()
    expect(await there.store.readUser('ada')).toBe(null)
    expect(await there.store.createUser(ada)).toBe(true)
    there.dropCache()
    expect(await there.store.readUser('ada')).toEqual(ada)
    expect(await there.store.listByUser('ada')).toEqual([])
  })

  it('a late sign-in of a deleted user is no sign-in of the user created again', async () => {
    const [here, there] = [dataCenter(), dataCenter()]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    await there.store.readUser('ada')
    await here.store.deleteUser('ada')
    expect(await there.store.insert(record('l'))).toEqual(ada)
    expect(await here.store.createUser(ada)).toBe(true)
    for (const each of [here, there]) {
      each.dropCache()
      expect(await each.store.read(record('l').id, strong)).toBe(null)
    }
  })

  it('signs in a user right after sign-up, in a data center that caches missing keys', async () => {
    const auth = limen({ store: dataCenter({ seesItsOwnWrites: false }).itself })
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    const session = await auth.createSession({ userId, attributes: { device: 'phone' } })
    const { user } = await auth.validateSession(auth.createBearerToken(session))
    expect(user.userId).toBe(userId)
  })

  const lists: [which: string, sees: (key: string) => boolean][] = [
    ['', () => true],
    [', with no session listed', exceptSessions],
  ]
  it.each(lists)('P1: every revoked session is gone once all caches expire%s', async (_, sees) => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const chance = chanceOf(seed)
    const dataCenters = [1, 2, 3].map(() => dataCenter({ sees }))
    const record = await recordsFor(store)
    for (let round = 0; round < 25; round++) {
      const where = `seed ${seed}, round ${round}`
      const ids = [0, 1, 2].map((n) => `r${round}_${n}`.padEnd(22, '_'))
      const valid = new Set<string>()
      for (const { dropCache } of dataCenters) dropCache()
      await store.createUser(ada)
      for (const id of ids) {
        await store.insert(record('r', { id }))
        valid.add(record('r', { id }).id)
      }
      const all = [...valid]
      for (let step = 0; step < 8; step++) {
        const { store: there, dropCache } = dataCenters[chance(3)]!
        const id = all[chance(all.length)]!
        const act = chance(10)
        if (act === 0) dropCache()
        else if (act === 1) await there.renew(id, never)
        else if (act === 2) await there.update(id, { seen: step })
        else if (act === 3) await there.updateUser('ada', { note: `${step}` })
        else if (act === 4) await there.read(id, strong)
        else if (act === 5) {
          await there.delete(id)
          valid.delete(id)
        } else if (act === 6) {
          await there.deleteByUser('ada', { except: id })
          for (const one of all) if (one !== id) valid.delete(one)
        } else if (act >= 8) {
          const replacement = record('r', { id: `r${round}_n${step}`.padEnd(22, '_') })
          if (await there.insert(replacement, { replaces: id })) {
            all.push(replacement.id)
            if (valid.delete(id)) valid.add(replacement.id)
          }
        } else if (chance(3) === 0) {
          await there.deleteByUser('ada', {})
          valid.clear()
        }
      }
      for (const { store: there, dropCache } of dataCenters) {
        dropCache()
        for (const id of all.filter((one) => !valid.has(one))) {
          expect(await there.read(id, strong), where).toBe(null)
        }
      }
      await store.deleteUser('ada')
    }
  })

  const thieves = [
    { sessions: 1, unlisted: ['session'], until: 'at once' },
    { sessions: 130, unlisted: [], until: 'at once' },
    { sessions: 1, unlisted: ['session', 'revocations'], until: 'at its next renewal' },
  ]
  it.each(thieves)(
    'P1: a revoked thief who revokes all others late is revoked $until: $sessions sessions, unlisted: $unlisted',
    async ({ sessions, unlisted, until }) => {
      const sees = (key: string) => !unlisted.some((kind) => key.startsWith(`limen:2:${kind}:`))
      const [here, there] = [dataCenter({ sees }), dataCenter({ sees })]
      const record = await recordsFor(store)
      await here.store.createUser(ada)
      for (let n = 0; n < sessions; n++) {
        await there.store.insert(record('s', { id: `s${n}`.padEnd(22, '_') }))
      }
      const thief = record('t', { id: 't'.repeat(22) })
      const victim = record('v', { id: '0'.repeat(22) })
      for (const session of [thief, victim]) await there.store.insert(session)
      const isValid = (id: string, { store: where } = dataCenter()) =>
        where.read(id, strong).then(Boolean)
      expect(await isValid(thief.id, there)).toBe(true)

      await here.store.deleteByUser('ada', { except: victim.id })
      expect([await isValid(thief.id), await isValid(victim.id)]).toEqual([false, true])
      expect(await isValid(thief.id, there), 'a stale read').toBe(true)
      await there.store.deleteByUser('ada', { except: thief.id })

      if (until !== 'at once') {
        expect(await isValid(thief.id)).toBe(true)
        expect(await dataCenter().store.renew(thief.id, never)).toBe(false)
      }
      expect([await isValid(thief.id), await isValid(victim.id)]).toEqual([false, false])
    },
  )

  it('P1: two sessions that revoke all others at once are both revoked', async () => {
    const record = await recordsFor(store)
    const there = dataCenter({ sees: exceptSessions })
    const slow = withPlainIds(
      storeOver({
        ...bound,
        async put(key, value, options) {
          const isLast = key.startsWith('limen:2:revocation:')
          if (isLast) await there.store.deleteByUser('ada', { except: record('b').id })
          return env.KV.put(key, value, options)
        },
      }),
    )
    await store.createUser(ada)
    for (const letter of ['a', 'b']) await store.insert(record(letter))
    await slow.deleteByUser('ada', { except: record('a').id })
    expect(await store.listByUser('ada')).toEqual([])
  })

  it('P1: a data center whose clock is slow restores no session by a revocation of its own', async () => {
    const [here, there] = [
      dataCenter({ sees: exceptSessions }),
      dataCenter({ sees: exceptSessions }),
    ]
    const { id, ...session } = (await recordsFor(store))('a')
    await here.store.createUser(ada)
    await there.store.readUser('ada')
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    await here.store.insert({ id, ...session })
    await here.store.deleteByUser('ada', {})
    clock.mockRestore()
    await there.store.deleteByUser('ada', {})
    expect(await store.read(id, strong)).toBe(null)
  })

  it('P5: no cookie is deleted for a session that a data center does not read yet', async () => {
    const [here, there] = [dataCenter(), dataCenter()]
    const [signedIn, elsewhere] = [here, there].map(({ itself }) => limen({ store: itself }))
    const { userId } = await signedIn!.createUser({ attributes: { name: 'Ada' } })
    await there.store.readUser(userId)
    there.cacheValues({ [`limen:2:user:${await routeOf(userId)}`]: null })
    const session = await signedIn!.createSession({ userId, attributes: { device: 'phone' } })

    const request = withCookie(signedIn!.createBearerToken(session))
    request.headers.set('Sec-Fetch-Mode', 'navigate')
    const cookies: unknown[] = []
    const setCookie = (cookie: unknown) => cookies.push(cookie)
    const visit = elsewhere!.openRequest({ request, setCookie })
    expect(await visit.validate()).toBe(null)
    expect(cookies).toEqual([])
  })
})

/** Whole numbers below a limit, the same ones for the same seed. */
function chanceOf(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
