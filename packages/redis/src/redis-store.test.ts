import {
  type CaseSession,
  type CaseStore,
  type CaseUser,
  type Subject,
  recordsFor,
  storeCases,
  storeSuite,
} from '@limen/conformance'
import { createHash } from 'node:crypto'
import { limen } from '@limen/core'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { clients, clusterClients } from '../test/clients.ts'
import { watchCommands } from '../test/commands.ts'
import { startRedis } from '../test/process.ts'
import stores from '../stores.json' with { type: 'json' }
import { type RedisClient, type UpstashRedis, redisStore } from './index.ts'
import * as scripts from './scripts.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** Fewer where only the client differs. */
const histories: Record<string, number> = { 'node-redis': 200 }

describe.skipIf(!inject('redis'))('redisStore()', () => {
  describe.each([...clients, ...clusterClients])('over $name', ({ name, connect }) => {
    const closing: (() => unknown)[] = []
    afterAll(() => Promise.all(closing.map((close) => close())))
    let engines = 0

    const subject: Subject = {
      open() {
        const prefix = `${name} ${engines++}`
        return {
          async connect(pace) {
            const { client, close } = await connect()
            closing.push(close)
            return redisStore<CaseUser, CaseSession>(pace(client), { prefix })
          },
        }
      },
      knownExceptions: stores.redisStore.knownExceptions,
    }
    for (const one of storeSuite(subject, {
      histories: histories[name] ?? 40,
      ...inject('soak'),
    })) {
      it(one.name, one.run)
    }
  })

  describe('on a server', () => {
    const { port, cluster } = inject('redis') ?? { port: 0, cluster: [] }
    let client: RedisClient
    let admin: Redis
    const connections: Redis[] = []
    beforeAll(async () => {
      admin = new Redis({ port })
      for (let i = 0; i < 8; i++) connections.push(new Redis({ port }))
      client = connections[0]!
      await Promise.all([admin, ...connections].map((connection) => connection.ping()))
    })
    afterAll(() => {
      for (const connection of [admin, ...connections]) connection.disconnect()
    })

    it('treats the records of another layout as missing', async () => {
      const prefix = 'layouts'
      const store = withPlainIds(redisStore<CaseUser, CaseSession>(client, { prefix }))
      const route = await routeOf('ada')
      const generation = crypto.randomUUID()
      const key = `{${prefix}:${route}}`
      const id = `${route}${'a'.repeat(22)}`
      await admin.set(`${key}:user`, `${generation}{"id":"ada","attributes":{\n}}`)
      await admin.set(`${key}:session:${'a'.repeat(22)}`, `${generation}{"createdAt":1}`)
      expect(await store.readUser('ada')).toBeNull()
      expect(await store.read(id, { consistency: 'strong' })).toBeNull()
      expect(await store.updateUser('ada', { name: 'Ada' })).toBe(false)
      expect(await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })).toBe(true)
      expect(await store.listByUser('ada')).toEqual([])
    })

    const signedIn = async (prefix: string, sessions = 1) => {
      let now = Date.now()
      const store = redisStore<{ email: string }>(client, { prefix })
      const auth = limen({ store, now: () => now })
      const attributes = { email: 'ada@example.com' }
      const { userId } = await auth.createUser({ userId: 'ada@example.com', attributes })
      const all = []
      for (let i = 0; i < sessions; i++) all.push(await auth.createSession({ userId }))
      const token = auth.createBearerToken(all[0]!)
      const later = (ms: number) => (now += ms)
      return { auth, store: withPlainIds(store), userId, session: all[0]!, all, token, later }
    }

    it('makes one round trip a call, whatever the number of sessions, and two to list', async () => {
      const prefix = 'round trips'
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      const watch = await watchCommands(port, prefix)
      const { auth, userId, session, token, later } = await signedIn(prefix, 1000)
      const commandsOf = async (work: () => Promise<unknown>) => {
        await watch.taken()
        await work()
        return (await watch.taken()).map(({ name }) => name)
      }
      const once = ['evalsha']
      expect(await commandsOf(() => auth.createSession({ userId })), 'sign-in').toEqual(once)
      expect(await commandsOf(() => auth.validateSession(token)), 'validation').toEqual(once)
      expect(await commandsOf(() => auth.getUser(userId)), 'user').toEqual(once)
      expect(await commandsOf(() => auth.getAllUserSessions(userId)), 'list').toEqual([
        ...once,
        ...once,
      ])
      later(2 * DAY)
      expect(await commandsOf(() => auth.validateSession(token)), 'renewal').toEqual([
        ...once,
        ...once,
      ])
      const except = session.sessionId
      expect(
        await commandsOf(() => auth.invalidateAllUserSessions(userId, { except })),
        'revoke all but one',
      ).toEqual(once)
      expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
      expect(await commandsOf(() => auth.invalidateSession(except)), 'sign-out').toEqual(once)
      expect(await commandsOf(() => auth.deleteUser(userId)), 'deleting the user').toEqual(once)
      await watch.close()
    })

    it('signs in in one round trip, in two at the limit, and in two to four for another user', async () => {
      const prefix = 'sign-in trips'
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      const watch = await watchCommands(port, prefix)
      const store = withPlainIds(redisStore<CaseUser, CaseSession>(client, { prefix }))
      const record = await recordsFor(store)
      for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
      const of = (userId: string, letter: string) => record(letter, { userId })
      const tripsOf = async (...args: Parameters<typeof store.insert>) => {
        await watch.taken()
        expect(await store.insert(...args)).not.toBeNull()
        return (await watch.taken()).map(({ name }) => name)
      }
      const trips = (count: number) => Array(count).fill('evalsha')
      const limitOf = (most: number) => ({
        most,
        onLimit: 'revoke-oldest' as const,
        now: of('ada', 'a').createdAt,
      })
      expect(await tripsOf(of('ada', 'a')), 'alone').toEqual(trips(1))
      const replaces = of('ada', 'a').id
      expect(await tripsOf(of('ada', 'b'), { replaces }), 'same user').toEqual(trips(1))
      expect(await tripsOf(of('ada', 'c'), { limit: limitOf(2) }), 'below').toEqual(trips(1))
      expect(
        await tripsOf(of('ada', 'd'), { replaces: of('ada', 'c').id, limit: limitOf(2) }),
        'at the limit, without the replaced one',
      ).toEqual(trips(1))
      expect(await tripsOf(of('ada', 'e'), { limit: limitOf(2) }), 'at the limit').toEqual(trips(2))
      expect(
        await tripsOf(of('bob', 'f'), { replaces: of('ada', 'e').id }),
        'another user',
      ).toEqual(trips(2))
      expect(
        await tripsOf(of('ada', 'g'), { replaces: of('bob', 'f').id, limit: limitOf(2) }),
        'another user, below',
      ).toEqual(trips(3))
      await store.insert(of('bob', 'h'))
      expect(
        await tripsOf(of('ada', 'i'), { replaces: of('bob', 'h').id, limit: limitOf(2) }),
        'another user, at the limit',
      ).toEqual(trips(4))
      await watch.close()
    })

    it('uses only the keys that a script received, all in one slot', async () => {
      const prefix = 'keys'
      const watch = await watchCommands(port, prefix)
      for (const [i, { run }] of storeCases.entries()) {
        const store = redisStore<CaseUser, CaseSession>(client, { prefix: `${prefix} ${i}` })
        await run(store)
      }
      const seen = await watch.taken()
      expect(seen.length).toBeGreaterThan(100)
      expect(seen.flatMap(({ inside }) => inside).length).toBeGreaterThan(500)
      const node = new Redis({ port: cluster[0]! })
      for (const { keys, inside } of seen) {
        const slots = await Promise.all(keys.map((key) => node.cluster('KEYSLOT', key)))
        expect(new Set(slots).size).toBe(1)
        for (const command of inside) {
          if (command[0] !== 'TIME') expect(keys, command.join(' ')).toContain(command[1])
        }
        for (const [name, ...args] of inside) {
          if (name === 'UNLINK') expect(keys).toEqual(expect.arrayContaining(args))
        }
      }
      node.disconnect()
      await watch.close()
    })

    it('stores expired sessions for an hour, and their index as long as the last of them', async () => {
      const prefix = 'deadlines'
      const { auth, session, token, later } = await signedIn(prefix)
      const [list, own, user] = (await admin.keys(`{${prefix}:*`)).toSorted((a, b) =>
        a.endsWith(':user') ? 1 : b.endsWith(':user') ? -1 : b.localeCompare(a),
      )
      const expiries = () =>
        Promise.all([list, own, user].map(async (key) => Number(await admin.pexpiretime(key!))))
      // The app set the deadline a moment before Redis received it.
      const soonAfter = (time: number) => ({
        asymmetricMatch: (end: number) => end >= time && end < time + 60_000,
      })
      const expiry = session.idlePeriodExpiresAt.getTime() + HOUR
      expect(await expiries()).toEqual([soonAfter(expiry), soonAfter(expiry), -1])
      later(2 * DAY)
      await auth.validateSession(token)
      const renewed = [soonAfter(expiry + 2 * DAY), soonAfter(expiry + 2 * DAY), -1]
      expect(await expiries(), 'after a renewal').toEqual(renewed)
      const shorter = limen({
        store: redisStore(client, { prefix }),
        sessionExpiresIn: { activePeriod: 60_000, idlePeriod: 60_000 },
      })
      await shorter.createSession({ userId: session.user.userId })
      expect(await expiries(), 'after a shorter one').toEqual(renewed)
      const except = session.sessionId
      await auth.invalidateAllUserSessions(session.user.userId, { except })
      expect(await expiries(), 'the excepted one').toEqual(renewed)
      await auth.invalidateSession(except)
      expect(await admin.exists(list!, own!), 'after the sign-out').toBe(0)
      await auth.createSession({ userId: session.user.userId })
      await auth.deleteUser(session.user.userId)
      const left = await admin.keys(`{${prefix}:*`)
      expect(left, 'keys that are not valid any more').toHaveLength(2)
      for (const key of left) expect(await admin.pttl(key), 'expires by itself').toBeGreaterThan(0)
    })

    it('removes expired ids from the index at a sign-in', async () => {
      const prefix = 'list'
      const { auth, userId } = await signedIn(prefix)
      const [list] = await admin.keys(`{${prefix}:*:sessions`)
      await admin.zadd(list!, 1, 'gone', Date.now() + HOUR, 'lost')
      expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
      await auth.createSession({ userId })
      expect(await admin.zrange(list!, '0', '-1')).toHaveLength(3)
      expect(await auth.getAllUserSessions(userId)).toHaveLength(2)
    })

    it('P3: stores no secret, and no user id in a key', async () => {
      const prefix = 'secrets'
      const { token } = await signedIn(prefix)
      const keys = await admin.keys(`{${prefix}:*`)
      expect(keys).toHaveLength(3)
      expect(keys.join()).not.toMatch(/ada|example/)
      const [id, secret] = token.split('.')
      const stored = await Promise.all(
        keys.map(async (key) =>
          key.endsWith(':sessions') ? admin.zrange(key, '0', '-1') : admin.get(key),
        ),
      )
      expect(JSON.stringify(stored)).not.toContain(secret)
      const hash = createHash('sha256').update('ada@example.com').digest('base64url')
      expect(id!.slice(0, 22)).toBe(hash.slice(0, 22))
    })

    it('P1: a revoked session stays revoked during concurrent calls of eight clients', async () => {
      const userId = 'ada'
      const stores = connections.map((each) =>
        withPlainIds(redisStore<CaseUser, CaseSession>(each, { prefix: 'races' })),
      )
      const record = await recordsFor(stores[0]!)
      await stores[0]!.createUser({ id: userId, attributes: { name: 'Ada' } })
      const another = record('x').id
      const revocations: ((store: CaseStore, id: string) => Promise<void>)[] = [
        (store, id) => store.delete(id),
        (store) => store.deleteByUser(userId, {}),
        (store) => store.deleteByUser(userId, { except: another }),
      ]
      for (let round = 0; round < 300; round++) {
        const session = record('r', { id: String(round).padStart(22, '0') })
        await stores[0]!.insert(session)
        let isRevoked = false
        const clients = stores.map(async (store, i) => {
          for (let turn = 0; turn < 4; turn++) {
            if (i === round % 8 && turn === 1) {
              await revocations[round % revocations.length]!(store, session.id)
              isRevoked = true
            }
            const wasRevoked = isRevoked
            const answers = [
              await store.renew(session.id, {
                activePeriodExpiresAt: session.activePeriodExpiresAt + turn + i,
                idlePeriodExpiresAt: session.idlePeriodExpiresAt + turn + i,
              }),
              await store.update(session.id, { seen: turn }),
              (await store.read(session.id, { consistency: 'strong' })) !== null,
            ]
            if (wasRevoked) expect(answers).toEqual([false, false, false])
          }
        })
        await Promise.all(clients)
        expect(await stores[0]!.read(session.id, { consistency: 'strong' })).toBe(null)
      }
      expect(await stores[0]!.listByUser(userId)).toEqual([])
    })

    it('P7: of many concurrent renewals the latest deadline is stored', async () => {
      const { auth, store, session } = await signedIn('renewals')
      const idle = session.idlePeriodExpiresAt.getTime()
      const later = connections.map((each, i) =>
        withPlainIds(redisStore(each, { prefix: 'renewals' })).renew(session.sessionId, {
          activePeriodExpiresAt: idle - i,
          idlePeriodExpiresAt: idle + i,
        }),
      )
      expect(new Set(await Promise.all(later))).toEqual(new Set([true]))
      const found = await store.read(session.sessionId, { consistency: 'strong' })
      expect(found?.session).toMatchObject({
        activePeriodExpiresAt: idle,
        idlePeriodExpiresAt: idle + 7,
      })
      await auth.invalidateSession(session.sessionId)
      expect(await admin.keys('{renewals:*:session:*')).toEqual([])
    })

    it('P2: revokes thousands of sessions during concurrent sign-ins', async () => {
      const { auth, userId, all } = await signedIn('thousands', 3000)
      const excepted = all[7]!
      const [, late] = await Promise.all([
        auth.invalidateAllUserSessions(userId, { except: excepted.sessionId }),
        limen({ store: redisStore(connections[1]!, { prefix: 'thousands' }) }).createSession({
          userId,
        }),
      ])
      const left = (await auth.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)
      expect(left.filter((id) => id !== late.sessionId)).toEqual([excepted.sessionId])
      expect(await auth.getSession(all[8]!.sessionId)).toBe(null)
    })

    it('lists thousands of sessions during concurrent sign-ins', async () => {
      const { auth, userId, all } = await signedIn('many', 3000)
      const more = connections.map(async (each) => {
        const other = limen({ store: redisStore(each, { prefix: 'many' }) })
        const { sessionId } = await other.createSession({ userId })
        return sessionId
      })
      const listed = (await auth.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)
      const made = await Promise.all(more)
      expect(listed).toEqual(expect.arrayContaining(all.map(({ sessionId }) => sessionId)))
      const known = new Set([...all.map(({ sessionId }) => sessionId), ...made])
      expect(listed.filter((id) => !known.has(id))).toEqual([])
      expect(await auth.getAllUserSessions(userId)).toHaveLength(3008)
    })

    it('P7: compares deadlines as numbers, however long', async () => {
      const store = withPlainIds(redisStore<CaseUser, CaseSession>(client, { prefix: 'digits' }))
      await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
      const record = await recordsFor(store)
      const deadlines = [9, 10, 999_999_999_999, 1_000_000_000_000, 2 ** 53 - 2, 2 ** 53 - 1]
      for (const from of deadlines) {
        const session = record('d', { activePeriodExpiresAt: from, idlePeriodExpiresAt: from })
        await store.insert(session)
        for (const to of deadlines) {
          const both = { activePeriodExpiresAt: to, idlePeriodExpiresAt: to }
          expect(await store.renew(session.id, both)).toBe(true)
          const found = await store.read(session.id, { consistency: 'strong' })
          const latest = Math.max(...deadlines.slice(0, deadlines.indexOf(to) + 1), from)
          expect(found?.session, `${from}, ${to}`).toMatchObject({
            activePeriodExpiresAt: latest,
            idlePeriodExpiresAt: latest,
          })
        }
      }
    })

    /** A client that does something between its first reply and handing it on. */
    const interrupted = (what: () => Promise<unknown>): UpstashRedis => {
      let isFirst = true
      const answered = async (reply: unknown) => {
        if (isFirst) await what()
        isFirst = false
        return reply
      }
      return {
        eval: async (script, keys, args) =>
          answered(await admin.eval(script, keys.length, ...keys, ...args)),
        evalsha: async (digest, keys, args) =>
          answered(await admin.evalsha(digest, keys.length, ...keys, ...args)),
      }
    }

    it('lists the sessions of one moment, in two round trips', async () => {
      const prefix = 'moments'
      const { auth, userId, session } = await signedIn(prefix)
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      let next = ''
      const client = interrupted(async () => {
        next = (await auth.createSession({ userId })).sessionId
        await auth.invalidateSession(session.sessionId)
      })
      const listed = await withPlainIds(redisStore(client, { prefix })).listByUser(userId)
      expect(listed.map((found) => found.session.id)).toEqual([next])
    })

    it('P2: lists no session that was revoked between the two round trips', async () => {
      const prefix = 'ended'
      const { auth, userId } = await signedIn(prefix, 3)
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      const client = interrupted(() => auth.invalidateAllUserSessions(userId))
      expect(await withPlainIds(redisStore(client, { prefix })).listByUser(userId)).toEqual([])
    })

    /** A user with sessions, each created a millisecond after the one before. */
    const limited = async (prefix: string, letters: string) => {
      for (const script of Object.values(scripts)) await admin.script('LOAD', script)
      const over = (each: RedisClient) =>
        withPlainIds(redisStore<CaseUser, CaseSession>(each, { prefix }))
      const store = over(client)
      const record = await recordsFor(store)
      for (const id of ['ada', 'bob']) await store.createUser({ id, attributes: { name: id } })
      const { createdAt: now } = record('a')
      for (const [i, letter] of letters.split('').entries()) {
        await store.insert(record(letter, { createdAt: now + i }))
      }
      const lettersOf = async (userId = 'ada') =>
        (await store.listByUser(userId)).map(({ session }) => session.id.at(-1)).join('')
      const of = (letter: string, userId = 'ada') => record(letter, { userId, createdAt: now + 9 })
      const most = (count: number, onLimit: 'refuse' | 'revoke-oldest' = 'revoke-oldest') => ({
        most: count,
        onLimit,
        now,
      })
      return { store, over, of, most, lettersOf }
    }

    it('holds a limit when another client signs in between the two round trips', async () => {
      const { store, over, of, most, lettersOf } = await limited('limit raced', 'abc')
      const other = over(
        interrupted(() => store.insert({ ...of('d'), createdAt: of('d').createdAt - 1 })),
      )
      await other.insert(of('e'), { limit: most(2) })
      expect(await lettersOf()).toBe('de')
    })

    it('counts neither lost nor revoked sessions at the limit', async () => {
      const prefix = 'limit lost'
      const { store, of, most, lettersOf } = await limited(prefix, 'abc')
      const [list] = await admin.keys(`{${prefix}:*:sessions`)
      await admin.zadd(list!, Date.now() + HOUR, 'lost')
      expect(await store.insert(of('d'), { limit: most(4, 'refuse') })).not.toBeNull()
      // An index that names a session of a generation that was revoked.
      const ids = await admin.zrange(list!, '0', '-1', 'WITHSCORES')
      await store.deleteByUser('ada', {})
      for (let i = 0; i < ids.length; i += 2) await admin.zadd(list!, ids[i + 1]!, ids[i]!)
      await store.insert(of('e'), { limit: most(1, 'refuse') })
      expect(await lettersOf()).toBe('e')
    })

    it('rejects with the limit in the message', async () => {
      const { store, of, most } = await limited('limit refused', 'ab')
      await expect(store.insert(of('c'), { limit: most(2, 'refuse') })).rejects.toMatchObject({
        code: 'AUTH_SESSION_LIMIT',
        message:
          'The user has 2 sessions, the most that maxSessionsPerUser allows: nothing was stored.',
      })
    })

    it('removes the sessions that it ends from the index', async () => {
      const prefix = 'limit index'
      const { store, of, most } = await limited(prefix, 'abc')
      await store.insert(of('d'), { replaces: of('c').id, limit: most(2) })
      const [list] = await admin.keys(`{${prefix}:*:sessions`)
      const expected = ['b', 'd'].map((letter) => letter.repeat(22))
      expect((await admin.zrange(list!, '0', '-1')).toSorted()).toEqual(expected)
      expect(await admin.keys(`{${prefix}:*:session:*`)).toHaveLength(2)
      await store.insert(of('e', 'bob'), { replaces: of('d').id })
      expect(await admin.zrange(list!, '0', '-1')).toEqual(['b'.repeat(22)])
    })

    it('P1: stores nothing when the session to replace, of another user, was revoked between the steps', async () => {
      const { store, over, of, lettersOf } = await limited('moved raced', 'ab')
      for (const revoke of [
        () => store.delete(of('a').id),
        () => store.deleteByUser('ada', {}),
        () => store.deleteUser('ada'),
      ]) {
        await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
        await store.insert(of('a'))
        const other = over(interrupted(revoke))
        expect(await other.insert(of('c', 'bob'), { replaces: of('a').id })).toBeNull()
        expect(await lettersOf('bob')).toBe('')
      }
    })

    it('revokes none at the limit when the session to replace, of another user, does not exist', async () => {
      const { store, of, most, lettersOf } = await limited('moved gone', 'ab')
      const replaces = of('c', 'bob').id
      for (const onLimit of ['refuse', 'revoke-oldest'] as const) {
        expect(await store.insert(of('d'), { replaces, limit: most(1, onLimit) })).toBeNull()
      }
      expect(await lettersOf()).toBe('ab')
      await store.insert(of('c', 'bob'))
      await expect(
        store.insert(of('d'), { replaces, limit: most(1, 'refuse') }),
      ).rejects.toMatchObject({ code: 'AUTH_SESSION_LIMIT' })
      expect(await lettersOf('bob'), 'a refused session replaces none').toBe('c')
    })

    it('a session with the id of a revoked one has none of its attributes', async () => {
      const store = withPlainIds(redisStore<CaseUser, CaseSession>(client, { prefix: 'again' }))
      await store.createUser({ id: 'ada', attributes: { name: 'Ada' } })
      const record = await recordsFor(store)
      await store.insert(record('a', { attributes: { device: 'old', seen: 1 } }))
      await store.deleteByUser('ada', {})
      await store.insert(record('a', { attributes: { device: 'new' } }))
      const found = await store.read(record('a').id, { consistency: 'strong' })
      expect(found?.session.attributes).toEqual({ device: 'new' })
    })

    it('A7: undefined is omitted at creation, and removes the attribute in an update', async () => {
      type Attributes = { note?: unknown; other?: number | undefined }
      const store = withPlainIds(
        redisStore<Attributes, Attributes>(client, { prefix: 'undefined' }),
      )
      await store.createUser({ id: 'ada', attributes: { note: undefined } })
      expect(await store.readUser('ada')).toStrictEqual({ id: 'ada', attributes: {} })
      const record = await recordsFor(store)
      const session = { ...record('a'), attributes: { note: 1, other: 2 } }
      await store.insert(session)
      await store.updateUser('ada', { note: 'something', other: 1 })
      await store.updateUser('ada', { note: undefined })
      await store.update(session.id, { note: undefined, other: 3 })
      await store.update(session.id, { note: undefined })
      const found = await store.read(session.id, { consistency: 'strong' })
      expect(found?.user.attributes).toStrictEqual({ other: 1 })
      expect(found?.session.attributes).toStrictEqual({ other: 3 })
      await store.updateUser('ada', { other: undefined })
      expect((await store.readUser('ada'))?.attributes).toStrictEqual({})
      await store.updateUser('ada', { note: null })
      expect((await store.readUser('ada'))?.attributes).toStrictEqual({ note: null })
    })

    it('P2: revokes all sessions also when their index was lost', async () => {
      const { auth, userId, token } = await signedIn('evicted', 3)
      const [list] = await admin.keys('{evicted:*:sessions')
      await admin.unlink(list!)
      await auth.invalidateAllUserSessions(userId)
      await expect(auth.validateSession(token)).rejects.toMatchObject({
        code: 'AUTH_INVALID_SESSION_ID',
      })
    })
  })

  it.each([...clients, ...clusterClients])(
    'P2: over $name, an except of another user excepts no session',
    async ({ connect }) => {
      const { client, close } = await connect()
      try {
        const auth = limen({ store: redisStore(client, { prefix: crypto.randomUUID() }) })
        const [ada, bob] = [await auth.createUser({}), await auth.createUser({})]
        await auth.createSession(ada)
        const { sessionId } = await auth.createSession(bob)
        await auth.invalidateAllUserSessions(ada.userId, { except: sessionId })
        expect(await auth.getAllUserSessions(ada.userId)).toEqual([])
        expect(await auth.getAllUserSessions(bob.userId)).toHaveLength(1)
      } finally {
        await close()
      }
    },
  )

  it('renews and revokes while memory is full, and rejects sign-ins', async () => {
    const server = await startRedis()
    const client = new Redis({ port: server.port })
    try {
      let now = Date.now()
      const auth = limen({ store: redisStore(client), now: () => now })
      const { userId } = await auth.createUser({})
      const sessions = await Promise.all([1, 2, 3].map(() => auth.createSession({ userId })))
      const [first, second] = sessions.map((session) => auth.createBearerToken(session))
      await client.config('SET', 'maxmemory', '1')

      const refused = {
        code: 'AUTH_STORE_UNAVAILABLE',
        cause: { message: expect.stringContaining('OOM') },
      }
      await expect(auth.createSession({ userId })).rejects.toMatchObject(refused)
      await expect(auth.createUser({})).rejects.toMatchObject(refused)
      const store = withPlainIds(redisStore(client))
      const session = { ...(await recordsFor(store, userId))('n', { userId }), attributes: {} }
      const replaces = sessions[0]!.sessionId
      for (const limit of [undefined, { most: 1, onLimit: 'revoke-oldest' as const, now }]) {
        await expect(store.insert(session, { replaces, limit })).rejects.toMatchObject(refused)
      }
      expect(await auth.getAllUserSessions(userId)).toHaveLength(3)
      now += 2 * DAY
      expect((await auth.validateSession(first!)).fresh).toBe(true)
      await auth.invalidateSession(sessions[2]!.sessionId)
      expect(await auth.getAllUserSessions(userId)).toHaveLength(2)
      await auth.invalidateAllUserSessions(userId, { except: sessions[0]!.sessionId })
      await expect(auth.validateSession(second!)).rejects.toMatchObject({
        code: 'AUTH_INVALID_SESSION_ID',
      })
      expect(await auth.getAllUserSessions(userId)).toHaveLength(1)
      await auth.deleteUser(userId)
      expect(await auth.getUser(userId)).toBe(null)
    } finally {
      client.disconnect()
      await server.close()
    }
  })
})
