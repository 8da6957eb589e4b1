import {
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import {
  type CaseSession,
  type CaseUser,
  type Pace,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { limen } from '@limen/core'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { type SessionsNamespace, type SessionsObject, durableObjectStore } from '@limen/workers'
import { LimenSessions } from '@limen/workers/durable-object'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import stores from '../stores.json' with { type: 'json' }
import { withCookie } from '../test/with-cookie.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

// Thousands of objects take minutes.
beforeEach(() => reset(), DAY)

describe('durableObjectStore()', () => {
  const { knownExceptions } = stores.durableObjectStore
  const open = () => ({
    connect: (pace: Pace) => durableObjectStore<CaseUser, CaseSession>(watched(() => {}, pace)),
  })
  const chance = { histories: 200, ...inject('soak') }
  it.each(storeSuite({ open, knownExceptions }, chance))('$name', ({ run }) => run(), DAY)
})

describe('durableObjectStore(), counted at the binding', () => {
  it('costs one call to validate, one more to renew, one to sign in, one to revoke all', async () => {
    const calls: string[] = []
    const namespace = watched((call) => calls.push(call))
    const counted = async (act: () => Promise<unknown>) => {
      calls.length = 0
      await act()
      return [...calls]
    }
    let now = Date.now()
    const auth = limen({ store: durableObjectStore(namespace), now: () => now })
    const { userId } = await auth.createUser({})
    const validate = (token: string, method = 'GET') =>
      auth.handleRequest(withCookie(token, method)).validate()

    let token = ''
    const signIn = async () => {
      token = auth.createBearerToken(await auth.createSession({ userId }))
    }
    expect(await counted(signIn)).toEqual(['insert'])
    expect(await counted(() => validate(token))).toEqual(['read'])
    expect(await counted(() => validate(token, 'POST'))).toEqual(['read'])
    now += 2 * DAY
    expect(await counted(() => validate(token))).toEqual(['read', 'renew'])
    expect(await counted(() => auth.invalidateAllUserSessions(userId))).toEqual(['deleteByUser'])
    expect(await counted(() => validate(token))).toEqual(['read'])
    expect(await counted(() => validate(''))).toEqual([])
    expect(await counted(() => validate('malformed'))).toEqual([])
    expect(await counted(() => auth.deleteExpiredSessions())).toEqual([])
  })

  it('costs one call to replace or limit a session, and two with a session of another user', async () => {
    const calls: string[] = []
    const counting = withPlainIds(
      durableObjectStore<CaseUser, CaseSession>(watched((call) => calls.push(call))),
    )
    const record = await recordsFor(counting)
    const limit = { most: 3, onLimit: 'refuse', now: 0 } as const
    const ofBob = record('z', { userId: 'bob' })
    for (const id of ['ada', 'bob']) await counting.createUser({ id, attributes: { name: id } })
    await counting.insert(record('a'))
    const insert = async (...given: Parameters<typeof counting.insert>) => {
      calls.length = 0
      const stored = await counting.insert(...given)
      return [stored?.id, ...calls]
    }
    expect(await insert(record('b'), { limit })).toEqual(['ada', 'insert'])
    expect(await insert(record('c'), { replaces: record('a').id, limit })).toEqual([
      'ada',
      'insert',
    ])
    const moved = { replaces: record('b').id }
    expect(await insert(ofBob, moved)).toEqual(['bob', 'insert', 'delete'])
    expect(await insert({ ...ofBob, id: record('y', { userId: 'bob' }).id }, moved)).toEqual([
      undefined,
      'insert',
      'delete',
      'delete',
    ])
    expect(await insert(record('d'), { replaces: ofBob.id, limit })).toEqual([
      'ada',
      'read',
      'insert',
      'delete',
    ])
    expect(await insert(record('e'), { replaces: ofBob.id, limit })).toEqual([undefined, 'read'])
  })

  it('passes the region of the options in each call', async () => {
    const hints: unknown[] = []
    const namespace: SessionsNamespace = {
      idFromName: (name) => env.SESSIONS.idFromName(name),
      get(id, options) {
        hints.push(options?.locationHint)
        return env.SESSIONS.get(id as DurableObjectId, options)
      },
    }
    const ada = { route: 'r'.repeat(22), id: 'ada' }
    await durableObjectStore(namespace, { locationHint: 'weur' }).readUser(ada)
    await durableObjectStore(namespace).readUser(ada)
    expect(hints).toEqual(['weur', undefined])
  })
})

describe('LimenSessions', () => {
  const store = withPlainIds(durableObjectStore<CaseUser, CaseSession>(env.SESSIONS))

  it('has its sessions after it was evicted from memory', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    await evictDurableObject(await objectOf('ada'))
    expect((await store.read(record('a').id, { consistency: 'strong' }))?.session).toEqual(
      record('a'),
    )
  })

  it('P1: is shared by two Workers: neither reads or renews a session that the other revoked', async () => {
    const elsewhere = withPlainIds(durableObjectStore<CaseUser, CaseSession>(otherWorker))
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    for (let round = 0; round < 20; round++) {
      const session = record('r', { id: `r${String(round).padStart(21, '0')}` })
      await (round % 2 ? store : elsewhere).insert(session)
      const later = {
        activePeriodExpiresAt: 0,
        idlePeriodExpiresAt: session.idlePeriodExpiresAt + 1,
      }
      await Promise.all([
        elsewhere.renew(session.id, later),
        store.update(session.id, { seen: round }),
        round % 3 ? store.delete(session.id) : elsewhere.deleteByUser('ada', {}),
        store.renew(session.id, later),
        elsewhere.update(session.id, { seen: round }),
      ])
      for (const client of [store, elsewhere]) {
        expect(await client.read(session.id, { consistency: 'eventual' })).toBe(null)
        expect(await client.renew(session.id, later)).toBe(false)
      }
    }
  })

  it('refuses a session above a limit for each Worker, by a result: errors can lose their code', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    const elsewhere = withPlainIds(durableObjectStore<CaseUser, CaseSession>(otherWorker))
    const limit = { most: 1, onLimit: 'refuse', now: 0 } as const
    const sent = { ...record('b'), attributes: '{}' }
    const object = await objectOf('ada')
    expect(await object.insert(sent, { limit })).toBe('AUTH_SESSION_LIMIT')
    for (const client of [store, elsewhere]) {
      await expect(client.insert(record('b'), { limit })).rejects.toMatchObject({
        name: 'AuthError',
        code: 'AUTH_SESSION_LIMIT',
        message:
          'The user has 1 session, the most that maxSessionsPerUser allows: nothing was stored.',
      })
    }
    expect(await store.listByUser('ada')).toHaveLength(1)
  })

  it('revokes no session for one that replaces a session that is gone', async () => {
    const record = await recordsFor(store)
    for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
    await store.insert(record('a'))
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    const replaces = record('z', { userId: 'bob' }).id
    expect(await store.insert(record('b'), { replaces, limit })).toBe(null)
    expect((await store.listByUser('ada')).map(({ session }) => session)).toEqual([record('a')])
  })

  it('changes nothing when one of the statements of an insert fails', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    await runInDurableObject(await objectOf('ada'), (_, { storage }) => {
      storage.sql.exec(
        `create trigger no_end before delete on limen_session begin select raise(abort, 'no'); end`,
      )
    })
    const limit = { most: 1, onLimit: 'revoke-oldest', now: 0 } as const
    for (const options of [{ replaces: record('a').id }, { limit }]) {
      await expect(store.insert(record('b'), options)).rejects.toMatchObject({
        code: 'AUTH_STORE_REJECTED',
      })
      expect((await store.listByUser('ada')).map(({ session }) => session)).toEqual([record('a')])
    }
  })

  it('sets the alarm for a session that replaces the last one', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    await runInDurableObject(await objectOf('ada'), (_, { storage }) => storage.deleteAlarm())
    await store.insert(record('b'), { replaces: record('a').id })
    expect((await stateOf('ada')).alarm).toBeGreaterThan(Date.now())
  })

  it('deletes expired sessions by its alarm, and sets the alarm again while sessions remain', async () => {
    const record = await recordsFor(store)
    const now = Date.now()
    const deadlines = { a: now - 2 * HOUR, b: now + DAY, c: now + 2 * DAY }
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    expect(await stateOf('ada')).toMatchObject({ alarm: null })
    for (const [letter, idlePeriodExpiresAt] of Object.entries(deadlines)) {
      await store.insert(record(letter, { idlePeriodExpiresAt }))
    }
    const first = (await stateOf('ada')).alarm ?? 0
    expect(first).toBeGreaterThanOrEqual(now + HOUR)
    expect(first).toBeLessThan(deadlines.b)

    expect(await runDurableObjectAlarm(await objectOf('ada'))).toBe(true)
    expect((await store.listByUser('ada')).map(({ session }) => session.id.at(-1))).toEqual([
      'b',
      'c',
    ])
    expect(await stateOf('ada')).toMatchObject({ alarm: deadlines.b + HOUR })

    await store.delete(record('b').id)
    await store.renew(record('c').id, {
      activePeriodExpiresAt: 0,
      idlePeriodExpiresAt: now + 9 * DAY,
    })
    expect(await runDurableObjectAlarm(await objectOf('ada'))).toBe(true)
    expect(await stateOf('ada')).toMatchObject({ alarm: now + 9 * DAY + HOUR })

    await store.deleteByUser('ada', {})
    expect(await runDurableObjectAlarm(await objectOf('ada'))).toBe(true)
    expect(await stateOf('ada')).toMatchObject({ alarm: null })
    expect(await store.readUser('ada')).not.toBe(null)
  })

  it('sets a lost alarm again at the next sign-in', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    await runInDurableObject(await objectOf('ada'), (_, { storage }) => storage.deleteAlarm())
    await store.insert(record('b'))
    expect((await stateOf('ada')).alarm).toBeGreaterThan(Date.now())
  })

  it('P6: is not changed by any call before its user exists', async () => {
    const record = await recordsFor(store)
    const { id } = record('a')
    const untouched = await stateOf('no user')
    expect(await store.read(id, { consistency: 'strong' })).toBe(null)
    expect(await store.insert(record('a'))).toBe(null)
    const limit = { most: 1, onLimit: 'refuse', now: 0 } as const
    expect(await store.insert(record('a'), { replaces: id, limit })).toBe(null)
    expect(await store.renew(id, record('a'))).toBe(false)
    expect(await store.update(id, { seen: 1 })).toBe(false)
    await store.delete(id)
    await store.deleteByUser('ada', {})
    expect(await store.listByUser('ada')).toEqual([])
    expect(await store.readUser('ada')).toBe(null)
    expect(await store.updateUser('ada', { name: 'Eve' })).toBe(false)
    await store.deleteUser('ada')
    expect(await runDurableObjectAlarm(await objectOf('ada'))).toBe(false)
    expect(await stateOf('ada')).toEqual(untouched)
    expect(untouched).toMatchObject({ tables: [], alarm: null })
  })

  it('is not changed when its user cannot be stored', async () => {
    const untouched = await stateOf('no user')
    const nothing = undefined as unknown as CaseUser
    await expect(store.createUser({ id: 'ada', attributes: nothing })).rejects.toThrow()
    expect(await stateOf('ada')).toEqual(untouched)
  })

  it('equals a new object after its user is deleted', async () => {
    const record = await recordsFor(store)
    await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
    await store.insert(record('a'))
    expect(await stateOf('ada')).not.toEqual(await stateOf('no user'))
    await store.deleteUser('ada')
    expect(await stateOf('ada')).toEqual(await stateOf('no user'))
  })

  it('stores its user again after a deletion', async () => {
    const record = await recordsFor(store)
    const user = { id: 'ada', attributes: { name: 'Ada' } }
    for (const name of ['Ada', 'Eve']) {
      await store.deleteUser('ada')
      expect(await store.readUser('ada')).toBeNull()
      expect(await store.createUser({ ...user, attributes: { name } })).toBe(true)
      expect(await store.insert(record('a'))).toEqual({ id: 'ada', attributes: { name } })
      expect(await store.listByUser('ada')).toHaveLength(1)
    }
  })

  it('P3: has the methods of a store as RPC methods, three for tickets, and no others', () => {
    const calledMethods = Object.keys(store).filter((name) => name !== 'traits')
    calledMethods.push('putTicket', 'takeTicket', 'attemptTicket')
    const { constructor, alarm, ...calls } = Object.getOwnPropertyDescriptors(
      LimenSessions.prototype,
    )
    expect([constructor, alarm]).not.toContain(undefined)
    expect(Object.keys(calls).toSorted()).toEqual(calledMethods.toSorted())
  })
})

describe('P4: durableObjectStore() when its object fails', () => {
  it('rejects when a call fails while it replaces a session of another user, which stays', async () => {
    const store = withPlainIds(durableObjectStore<CaseUser, CaseSession>(env.SESSIONS))
    const record = await recordsFor(store)
    for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
    await store.insert(record('a'))
    for (const failing of ['insert', 'delete']) {
      const namespace = watched((call) => {
        if (call === failing) throw new Error('Network connection lost.')
      })
      const broken = withPlainIds(durableObjectStore<CaseUser, CaseSession>(namespace))
      const replacement = record('b', { userId: 'bob' })
      await expect(
        broken.insert(replacement, { replaces: record('a').id }),
        failing,
      ).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
      expect(await store.read(record('a').id, { consistency: 'strong' }), failing).not.toBe(null)
    }
  })

  it('rejects, and uses a new stub in the next call', async () => {
    const auth = limen({ store: durableObjectStore(env.SESSIONS) })
    const { userId } = await auth.createUser({})
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    const pending = auth.validateSession(token).catch(() => 'lost')
    await runInDurableObject(await objectOf(userId), (_, state) => state.abort('broken')).catch(
      () => {},
    )
    await pending
    expect((await auth.validateSession(token)).user.userId).toBe(userId)
  })

  it('rejects with AUTH_STORE_UNAVAILABLE while the object is overloaded', async () => {
    const namespace = watched(() => {
      throw Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true })
    })
    const auth = limen({ store: durableObjectStore(namespace) })
    await expect(auth.createUser({})).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
    await expect(auth.invalidateAllUserSessions('ada')).rejects.toMatchObject({
      code: 'AUTH_STORE_UNAVAILABLE',
    })
  })

  it('rejects attributes that are too large for the call or for a row', async () => {
    const auth = limen({ store: durableObjectStore<CaseUser>(env.SESSIONS) })
    const attributes = { name: 'x'.repeat(34_000_000) }
    const tooLarge = { code: 'AUTH_RECORD_TOO_LARGE' }
    await expect(auth.createUser({ userId: 'ada', attributes })).rejects.toMatchObject(tooLarge)

    // The local engine accepts larger rows than Cloudflare's, so it needs a larger one.
    const namespace = watched(async () => {
      const why = await runInDurableObject(await objectOf('ada'), (_, { storage }) => {
        try {
          return storage.sql.exec('select zeroblob(3000000000)').toArray()
        } catch (error) {
          return String(error)
        }
      })
      throw new Error(String(why))
    })
    const full = limen({ store: durableObjectStore<CaseUser>(namespace) })
    await expect(full.createUser({ attributes: { name: 'Ada' } })).rejects.toMatchObject(tooLarge)
    await expect(full.updateUserAttributes('ada', {})).rejects.toMatchObject(tooLarge)
  })
})

/** The binding, with a callback before each call, and answers that arrive when `pace` delivers them. */
function watched(
  before: (call: string) => unknown,
  pace: Pace = (client) => client,
): SessionsNamespace {
  return facade((name) => {
    const object = env.SESSIONS.get(env.SESSIONS.idFromName(name))
    return async (call, args) => {
      await before(call)
      return (object[call] as (...args: unknown[]) => Promise<unknown>)(...args)
    }
  }, pace)
}

/** The binding of another Worker. */
const otherWorker = facade((name) => async (call, args) => {
  const init = { method: 'POST', body: JSON.stringify({ name, call, args }) }
  return (await env.OTHER_WORKER.fetch('https://other.example', init)).json()
})

type Call = (call: keyof SessionsObject, args: unknown[]) => Promise<unknown>

function facade(
  objectOf: (name: string) => Call,
  pace: Pace = (client) => client,
): SessionsNamespace {
  return {
    idFromName: (name) => name,
    get(name) {
      const call = objectOf(name as string)
      return pace(
        new Proxy({} as SessionsObject, {
          get:
            (_, key) =>
            (...args: unknown[]) =>
              call(key as keyof SessionsObject, args),
        }),
      )
    },
  }
}

async function objectOf(userId: string) {
  return env.SESSIONS.get(env.SESSIONS.idFromName(await routeOf(userId)))
}

async function stateOf(userId: string) {
  return runInDurableObject(await objectOf(userId), async (_, { storage }) => ({
    tables: storage.sql.exec('select name from sqlite_schema').toArray(),
    size: storage.sql.databaseSize,
    alarm: await storage.getAlarm(),
  }))
}
