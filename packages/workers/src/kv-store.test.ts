import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type CaseSession,
  type CaseStore,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { limen } from '@limen/core'
import { type KvNamespace, kvStore } from '@limen/workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import stores from '../stores.json' with { type: 'json' }

const DAY = 86_400_000
const never = { activePeriodExpiresAt: 9e12, idlePeriodExpiresAt: 9e12 }
const ada = { id: 'ada', attributes: { name: 'Ada' } }

const storeOver = (kv: KvNamespace) => kvStore<CaseUser, CaseSession>(kv)
const store = storeOver(env.KV)

beforeEach(() => reset())

describe('kvStore()', () => {
  const declared = stores.kvStore.cannot
  const open = async () => {
    await reset()
    return { connect: (pace: Pace) => storeOver(pace(bound)) }
  }
  it.each(storeSuite({ open, declared }, { histories: 20 }))('$name', ({ run }) => run())

  it('lists and revokes more sessions than fit into one call', async () => {
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
    const paged = storeOver({
      ...bound,
      list: (options) => env.KV.list({ ...options, limit: 50 }),
    })
    for (const client of [store, paged]) expect(await idsOf('ada', client)).toEqual(all)

    await store.deleteByUser('bob', { except: bobs[7]! })
    expect(await idsOf('bob')).toEqual([bobs[7]])

    await store.deleteByUser('ada', {})
    expect(await idsOf('ada')).toEqual([])
    const { keys } = await env.KV.list({ prefix: `limen:session:${all[0]!.slice(0, 22)}` })
    expect(keys).toHaveLength(30)
    await store.deleteByUser('ada', { except: keys.at(-1)!.name.slice('limen:session:'.length) })
    expect(await idsOf('ada')).toEqual([])
  })

  it('has KV remove what is over by itself, and refuses no time that is long past', async () => {
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
      [`limen:attributes:${record('a').id}`]: 399 * 24 + 1,
      [`limen:deadlines:${record('a').id}`]: 19 * 24 + 1,
      [`limen:deadlines:${record('b').id}`]: 1,
      [`limen:session:${record('a').id}`]: 399 * 24 + 1,
      [`limen:session:${record('b').id}`]: 1,
      [`limen:user:${await store.route?.('ada')}`]: undefined,
    })
  })

  it('takes sessions that live for as long as the core allows', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    const centuries = kvStore(env.KV, { absolutePeriod: 36_500 * DAY })
    expect(await centuries.insert(record('a', { createdAt: Date.now() }))).toEqual(ada)
    expect(await centuries.renew(record('a').id, never)).toBe(true)
    await centuries.deleteByUser('ada', {})
    expect(await hoursLeft()).toMatchObject({
      [`limen:end:${await store.route?.('ada')}`]: Math.round((2 ** 31 - 1) / 3600),
    })
  })

  it('leaves nothing of a session that was revoked, and nothing of a user who was deleted', async () => {
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

describe('kvStore(), counted at the binding', () => {
  it('costs one read to validate, one more and a write to renew, a read and a write to sign in', async () => {
    const calls: string[] = []
    let now = Date.now()
    const counting = watched((call) => calls.push(call))
    const auth = limen({ store: kvStore(counting), now: () => now })
    const { userId } = await auth.createUser({})
    const counted = async (act: () => Promise<unknown>) => {
      calls.length = 0
      await act()
      return [...calls]
    }
    const validate = (token: string, method = 'GET') =>
      auth.handleRequest(withCookie(token, method)).validate()

    let token = ''
    const signIn = async () => {
      token = auth.createBearerToken(await auth.createSession({ userId }))
    }
    expect(await counted(signIn)).toEqual(['get', 'put'])
    expect(await counted(() => validate(token))).toEqual(['get'])
    expect(await counted(() => validate(token, 'POST'))).toEqual(['get'])
    now += 2 * DAY
    expect(await counted(() => validate(token))).toEqual(['get', 'get', 'put'])
    const ended = await counted(() => auth.invalidateAllUserSessions(userId))
    expect(ended.join(' ')).toBe('get put list put list delete delete delete')
    expect(await counted(() => validate(token))).toEqual(['get'])
    expect(await counted(() => validate('malformed'))).toEqual([])
  })

  it('reads six keys, no older than asked for', async () => {
    const asked: unknown[][] = []
    const kv = watched((call, args) => call === 'get' && asked.push(args))
    const { id } = (await recordsFor(store))('a')
    await kvStore(kv).read(id, { consistency: 'strong' })
    await kvStore(kv, { cacheTtl: 300 }).read(id, { consistency: 'eventual' })
    expect(asked.map(([keys, options]) => [(keys as string[]).length, options])).toEqual([
      [6, { type: 'json', cacheTtl: 30 }],
      [6, { type: 'json', cacheTtl: 300 }],
    ])
  })
})

describe('P4: kvStore() when KV refuses', () => {
  const unavailable = { code: 'AUTH_STORE_UNAVAILABLE' }

  it('is renewed when another request has just done it, and by nothing else', async () => {
    const record = await recordsFor(store)
    await store.createUser(ada)
    await store.insert(record('a'))
    const renewWith = (message: string) =>
      storeOver(refusing('put', message)).renew(record('a').id, record('a'))
    expect(await renewWith('KV PUT failed: 429 Too Many Requests')).toBe(true)
    await expect(renewWith('KV PUT failed: 429: the free usage limit')).rejects.toThrow('429')
    await expect(renewWith('KV PUT failed: 500 Internal Server Error')).rejects.toThrow('500')
  })

  it.each(['get', 'put', 'list', 'delete'] as const)(
    'confirms no revocation when a %s fails',
    async (call) => {
      const auth = limen({ store })
      const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
      const attributes = { device: 'phone' }
      const { sessionId } = await auth.createSession({ userId, attributes })
      const failing = limen({ store: storeOver(refusing(call, `KV failed: 500`)) })
      const revoked = failing.invalidateAllUserSessions(userId)
      await expect(revoked).rejects.toMatchObject(unavailable)
      const signedOut = failing.invalidateSession(sessionId)
      if (call === 'delete') await expect(signedOut).rejects.toMatchObject(unavailable)
      else await signedOut
    },
  )

  it('says that attributes are too large, and keeps nothing of them', async () => {
    const auth = limen({ store })
    const attributes = { name: 'x'.repeat(26_300_000) }
    await expect(auth.createUser({ userId: 'ada', attributes })).rejects.toMatchObject({
      code: 'AUTH_RECORD_TOO_LARGE',
    })
    expect(await store.readUser('ada')).toBe(null)
  })
})

describe('kvStore() in places that know only what they knew', () => {
  type Late = (place: CaseStore, id: string) => Promise<unknown>
  const late: [call: string, act: Late][] = [
    ['a renewal', (place, id) => place.renew(id, never)],
    ['a change of it', (place, id) => place.update(id, { seen: 1 })],
    ['a change of its user', (place) => place.updateUser('ada', { note: 'late' })],
    ['a sign-in', async (place) => place.insert((await recordsFor(place))('l'))],
    ['the end of all the others', (place, id) => place.deleteByUser('ada', { except: id })],
  ]
  const revocations: [call: string, act: Late][] = [
    ['it was revoked', (place, id) => place.delete(id)],
    ['all were revoked', (place) => place.deleteByUser('ada', {})],
    ['all others were revoked', (place, id) => place.deleteByUser('ada', { except: other(id) })],
    ['its user was deleted', (place) => place.deleteUser('ada')],
  ]
  const other = (id: string) => id.slice(0, 22) + 'b'.repeat(22)
  const cases = revocations.flatMap(([revoked, revoke]) =>
    late.map(([call, act]) => ({ revoked, revoke, call, act })),
  )

  it.each(cases)('P1: after $revoked, $call brings no session back', async ({ revoke, act }) => {
    const [here, there] = [placeOf(env.KV), placeOf(env.KV)]
    const record = await recordsFor(store)
    const { id } = record('a')
    await here.store.createUser(ada)
    for (const letter of ['a', 'b']) await here.store.insert(record(letter))
    for (const place of [here, there]) {
      expect(await place.store.read(id, { consistency: 'strong' })).not.toBe(null)
      expect(await place.store.read(other(id), { consistency: 'strong' })).not.toBe(null)
    }

    await revoke(here.store, id)
    expect(await there.store.read(id, { consistency: 'strong' }), 'still known').not.toBe(null)
    await act(there.store, id)

    for (const place of [here, there]) {
      place.forget()
      expect(await place.store.read(id, { consistency: 'strong' })).toBe(null)
      expect(await place.store.renew(id, never)).toBe(false)
      const listed = (await place.store.listByUser('ada')).map(({ session }) => session.id)
      expect(listed).not.toContain(id)
    }
  })

  it('a user who was deleted stays deleted, and one who comes anew has none of the sessions', async () => {
    const [here, there] = [placeOf(env.KV), placeOf(env.KV)]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    await here.store.insert(record('a'))
    await there.store.readUser('ada')
    await here.store.deleteUser('ada')
    await there.store.updateUser('ada', { note: 'late' })
    there.forget()
    expect(await there.store.readUser('ada')).toBe(null)
    expect(await there.store.createUser(ada)).toBe(true)
    there.forget()
    expect(await there.store.readUser('ada')).toEqual(ada)
    expect(await there.store.listByUser('ada')).toEqual([])
  })

  it('who signs in as a user who was deleted is not signed in as the one who comes anew', async () => {
    const [here, there] = [placeOf(env.KV), placeOf(env.KV)]
    const record = await recordsFor(store)
    await here.store.createUser(ada)
    await there.store.readUser('ada')
    await here.store.deleteUser('ada')
    expect(await there.store.insert(record('l'))).toEqual(ada)
    expect(await here.store.createUser(ada)).toBe(true)
    for (const place of [here, there]) {
      place.forget()
      expect(await place.store.read(record('l').id, { consistency: 'strong' })).toBe(null)
    }
  })

  it('whoever signs up can sign in at once, though a place remembers what was not there', async () => {
    const here = placeOf(env.KV, { seesItsOwnWrites: false })
    const auth = limen({ store: here.store })
    const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
    const session = await auth.createSession({ userId, attributes: { device: 'phone' } })
    const { user } = await auth.validateSession(auth.createBearerToken(session))
    expect(user.userId).toBe(userId)
  })

  const lists: [which: string, sees: (key: string) => boolean][] = [
    ['', () => true],
    [', with no session listed', (key) => !key.startsWith('limen:session:')],
  ]
  it.each(lists)('P1: all that was revoked is gone once everybody knows%s', async (_, sees) => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    const chance = chanceOf(seed)
    const places = [1, 2, 3].map(() => placeOf(env.KV, { sees }))
    const record = await recordsFor(store)
    for (let round = 0; round < 25; round++) {
      const said = `seed ${seed}, round ${round}`
      const ids = [0, 1, 2].map((n) => `r${round}_${n}`.padEnd(22, '_'))
      const left = new Set<string>()
      for (const place of places) place.forget()
      await store.createUser(ada)
      for (const id of ids) {
        await store.insert(record('r', { id }))
        left.add(record('r', { id }).id)
      }
      const all = [...left]
      for (let step = 0; step < 8; step++) {
        const { store: place, forget } = places[chance(3)]!
        const id = all[chance(3)]!
        const act = chance(8)
        if (act === 0) forget()
        else if (act === 1) await place.renew(id, never)
        else if (act === 2) await place.update(id, { seen: step })
        else if (act === 3) await place.updateUser('ada', { note: `${step}` })
        else if (act === 4) await place.read(id, { consistency: 'strong' })
        else if (act === 5) {
          await place.delete(id)
          left.delete(id)
        } else if (act === 6) {
          await place.deleteByUser('ada', { except: id })
          for (const one of all) if (one !== id) left.delete(one)
        } else if (chance(3) === 0) {
          await place.deleteByUser('ada', {})
          left.clear()
        }
      }
      for (const { store: place, forget } of places) {
        forget()
        for (const id of all.filter((one) => !left.has(one))) {
          expect(await place.read(id, { consistency: 'strong' }), said).toBe(null)
        }
      }
      await store.deleteUser('ada')
    }
  })

  const thieves = [
    { sessions: 1, unlisted: ['session'], until: 'at once' },
    { sessions: 130, unlisted: [], until: 'at once' },
    { sessions: 1, unlisted: ['session', 'ends'], until: 'at its next renewal' },
  ]
  it.each(thieves)(
    'P1: a thief who signs the others out late stays out $until: $sessions sessions, unlisted: $unlisted',
    async ({ sessions, unlisted, until }) => {
      const sees = (key: string) => !unlisted.some((kind) => key.startsWith(`limen:${kind}:`))
      const [here, there] = [placeOf(env.KV, { sees }), placeOf(env.KV, { sees })]
      const record = await recordsFor(store)
      await here.store.createUser(ada)
      for (let n = 0; n < sessions; n++) {
        await there.store.insert(record('s', { id: `s${n}`.padEnd(22, '_') }))
      }
      const thief = record('t', { id: 't'.repeat(22) })
      const victim = record('v', { id: '0'.repeat(22) })
      for (const session of [thief, victim]) await there.store.insert(session)
      const isIn = (id: string, { store: place } = placeOf(env.KV)) =>
        place.read(id, { consistency: 'strong' }).then(Boolean)
      expect(await isIn(thief.id, there)).toBe(true)

      await here.store.deleteByUser('ada', { except: victim.id })
      expect([await isIn(thief.id), await isIn(victim.id)]).toEqual([false, true])
      expect(await isIn(thief.id, there), 'still known').toBe(true)
      await there.store.deleteByUser('ada', { except: thief.id })

      if (until !== 'at once') {
        expect(await isIn(thief.id)).toBe(true)
        expect(await placeOf(env.KV).store.renew(thief.id, never)).toBe(false)
      }
      expect([await isIn(thief.id), await isIn(victim.id)]).toEqual([false, false])
    },
  )

  it('P1: whoever is signed out while signing the others out does not come back', async () => {
    const record = await recordsFor(store)
    const sees = (key: string) => !key.startsWith('limen:session:')
    const there = placeOf(env.KV, { sees })
    const slow = storeOver({
      ...bound,
      async put(key, value, options) {
        const ofAll = key.startsWith('limen:end:')
        if (ofAll) await there.store.deleteByUser('ada', { except: record('b').id })
        return env.KV.put(key, value, options)
      },
    })
    await store.createUser(ada)
    for (const letter of ['a', 'b']) await store.insert(record(letter))
    await slow.deleteByUser('ada', { except: record('a').id })
    expect(await store.listByUser('ada')).toEqual([])
  })

  it('P1: a place whose clock is behind brings back nobody whose end it does not know', async () => {
    const sees = (key: string) => !key.startsWith('limen:session:')
    const [here, there] = [placeOf(env.KV, { sees }), placeOf(env.KV, { sees })]
    const { id, ...session } = (await recordsFor(store))('a')
    await here.store.createUser(ada)
    await there.store.readUser('ada')
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000)
    await here.store.insert({ id, ...session })
    await here.store.deleteByUser('ada', {})
    clock.mockRestore()
    await there.store.deleteByUser('ada', {})
    expect(await store.read(id, { consistency: 'strong' })).toBe(null)
  })

  it('P5: nobody’s cookie is deleted for a session that is not known here yet', async () => {
    const [here, there] = [placeOf(env.KV), placeOf(env.KV)]
    const [signedIn, elsewhere] = [here, there].map((place) => limen({ store: place.store }))
    const { userId } = await signedIn!.createUser({ attributes: { name: 'Ada' } })
    await there.store.readUser(userId)
    there.know({ [`limen:user:${await store.route?.(userId)}`]: null })
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

/** The binding's calls, to be changed one by one. */
const bound: KvNamespace = {
  get: (keys, options) => env.KV.get(keys, options),
  put: (key, value, options) => env.KV.put(key, value, options),
  delete: (key) => env.KV.delete(key),
  list: (options) => env.KV.list(options),
}

/** The binding, with something that happens before each call. */
function watched(before: (call: string, args: unknown[]) => unknown): KvNamespace {
  return new Proxy(bound, {
    get:
      (_, call: keyof KvNamespace) =>
      async (...args: unknown[]) => {
        await before(call, args)
        return (bound[call] as (...args: unknown[]) => Promise<unknown>)(...args)
      },
  })
}

function refusing(refused: string, message: string): KvNamespace {
  return watched((call) => {
    if (call === refused) throw new Error(message)
  })
}

/** In how many hours KV removes each key. */
async function hoursLeft() {
  const { keys } = await env.KV.list()
  const left = keys.map(({ name, expiration }) => [
    name,
    expiration && Math.round((expiration * 1000 - Date.now()) / 3_600_000),
  ])
  return Object.fromEntries(left) as Record<string, number | undefined>
}

/**
 * A place on the network: what it has read once it keeps, also that something was not there; and
 * it does not list what it does not see.
 */
function placeOf(
  kv: KVNamespace,
  { seesItsOwnWrites = true, sees = (_key: string): boolean => true } = {},
) {
  const known = new Map<string, unknown>()
  const place = storeOver({
    ...bound,
    async get<Value>(keys: string[]) {
      const unknown = keys.filter((key) => !known.has(key))
      if (unknown.length) {
        for (const [key, value] of await kv.get(unknown, 'json')) known.set(key, value)
      }
      return new Map(keys.map((key) => [key, known.get(key) as Value | null]))
    },
    async put(key, value, options) {
      await kv.put(key, value, options)
      if (seesItsOwnWrites) known.set(key, JSON.parse(value))
    },
    async delete(key) {
      await kv.delete(key)
      if (seesItsOwnWrites) known.set(key, null)
    },
    async list(options) {
      const page = await kv.list(options)
      return { ...page, keys: page.keys.filter(({ name }) => sees(name)) }
    },
  })
  return {
    store: place,
    forget: () => known.clear(),
    know: (entries: Record<string, unknown>) => {
      for (const [key, value] of Object.entries(entries)) known.set(key, value)
    },
  }
}

/** Whole numbers below a limit, the same ones for the same seed. */
function chanceOf(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

function withCookie(token: string, method = 'GET'): Request {
  return new Request('https://app.example/', {
    method,
    headers: { Cookie: `__Host-Http-session=${token}`, 'Sec-Fetch-Site': 'same-origin' },
  })
}
