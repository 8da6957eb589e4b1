import { inspect } from 'node:util'
import { limen } from '@limen/core'
import { recordsFor } from '@limen/conformance'
import { Redis as Upstash } from '@upstash/redis'
import { Redis } from 'ioredis'
import { type RedisClientType, createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { clients } from '../test/clients.ts'
import { type RedisProcess, startRedis } from '../test/process.ts'
import { type UpstashEndpoint, startUpstash } from '../test/upstash.ts'
import { type RedisClient, redisStore } from './index.ts'

// A server of its own: here scripts are forgotten and replies are errors, for everybody on it.
describe.skipIf(!inject('redis'))('a client', () => {
  let server: RedisProcess
  let admin: Redis
  beforeAll(async () => {
    server = await startRedis()
    admin = new Redis({ port: server.port })
  })
  afterAll(async () => {
    admin.disconnect()
    await server.close()
  })

  describe.each(clients)('$name', ({ name, connect }) => {
    let client: RedisClient
    let close: () => unknown
    beforeAll(async () => {
      const connected = await connect(server.port)
      client = connected.client
      close = () => connected.close()
    })
    afterAll(() => close())

    it('goes on where a server has forgotten the scripts, and does nothing twice', async () => {
      const auth = limen({ store: redisStore(client, { prefix: name }) })
      const { userId } = await auth.createUser({})
      const tokens: string[] = []
      for (let round = 0; round < 3; round++) {
        await admin.script('FLUSH')
        tokens.push(auth.createBearerToken(await auth.createSession({ userId })))
        await admin.script('FLUSH')
        await Promise.all(tokens.map((token) => auth.validateSession(token)))
      }
      expect(await auth.getAllUserSessions(userId)).toHaveLength(3)
      await admin.script('FLUSH')
      await auth.invalidateAllUserSessions(userId)
      await admin.script('FLUSH')
      expect(await auth.getAllUserSessions(userId)).toEqual([])
    })

    const values: [what: string, value: unknown][] = [
      ['an empty list, which is no empty object', []],
      ['an empty object, which is no empty list', {}],
      ['empty ones inside others', [[], [{}], [null]]],
      ['null, which is a value', null],
      ['false, which is not null', false],
      ['the largest whole number', 9007199254740991],
      ['a fraction', -0.1],
      ['the largest number', 1e308],
      ['the smallest number', 5e-324],
      ['no text, which is a text', ''],
      ['text that looks like a number', '123'],
      ['text that looks like a large number', '1e5'],
      ['text that looks like a number that no number holds', '9007199254740993'],
      ['text that looks like JSON', 'null'],
      ['text that looks like an answer', '{"answer":1}'],
      ['text that Upstash does not encode', 'OK'],
      ['text that JSON escapes', '"quoted" \\ \n \u0000 \u2028'],
      ['text of several bytes a character', 'ü🙂'],
      ['half a character', '\ud800'],
      ['long text', 'x'.repeat(100_000)],
      ['what is nested deeply', deep(900)],
      ['a name that objects have', Object.fromEntries([['__proto__', { is: 'mine' }]])],
    ]
    it.each(values)('keeps %s', async (_what, value) => {
      const store = redisStore<{ value: unknown }, { value: unknown }>(client, { prefix: name })
      const id = crypto.randomUUID()
      const record = { ...(await recordsFor(redisStore(client), id))('a', { userId: id }) }
      const session = { ...record, attributes: { value } }
      const user = { id, attributes: { value } }
      await store.createUser(user)
      expect(await store.insert(session)).toEqual(user)
      expect(await store.read(session.id, { consistency: 'strong' })).toEqual({ session, user })
      expect(await store.listByUser(id)).toEqual([{ session, user }])
    })

    it('keeps thousands of attributes', async () => {
      const store = redisStore<Record<string, number>>(client, { prefix: name })
      const many = Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`attribute ${n}`, n]))
      await store.createUser({ id: 'many', attributes: many })
      expect(await store.readUser('many')).toEqual({ id: 'many', attributes: many })
      expect(await store.updateUser('many', many)).toBe(true)
    })

    it('P3: fails without telling what it was given', async () => {
      const prefix = `${name} fails`
      const auth = limen({ store: redisStore<object, { note: string }>(client, { prefix }) })
      const { userId } = await auth.createUser({})
      const key = (await admin.keys(`{${prefix}*`))[0]!
      await admin.set(key, 'no hash')
      const attributes = { note: 'nobody else’s business' }
      const error = await auth.createSession({ userId, attributes }).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        cause: { message: expect.stringMatching(/^Redis: \w+: .*WRONGTYPE/) },
      })
      const told = inspect(error, { depth: Infinity, showHidden: true })
      expect(told).not.toMatch(/[\w-]{43}/)
      expect(told).not.toContain('nobody')
    })
  })

  describe('of Upstash', () => {
    let endpoint: UpstashEndpoint
    beforeAll(async () => {
      endpoint = await startUpstash(server.port)
    })
    afterAll(() => endpoint.close())
    const connected = (options = {}) =>
      new Upstash({ url: endpoint.url, token: endpoint.token, ...options })

    const settings = [
      {},
      { automaticDeserialization: false },
      { responseEncoding: false },
      { enableAutoPipelining: false },
    ] as const
    it.each(settings)('may be set up as %j', async (options) => {
      await admin.script('FLUSH')
      const auth = limen({ store: redisStore<object, { n: string }>(connected(options)) })
      const { userId } = await auth.createUser({})
      const session = await auth.createSession({ userId, attributes: { n: '1' } })
      const found = await auth.validateSession(auth.createBearerToken(session))
      expect(found.sessionId).toBe(session.sessionId)
      await auth.invalidateSession(session.sessionId)
      expect(await auth.getAllUserSessions(userId)).toEqual([])
    })

    it('P4: does not take a request that was given up for a sign-out', async () => {
      const reasons = [new DOMException('late', 'TimeoutError'), 'null', 'true', null, [], {}]
      for (const reason of reasons) {
        for (const enableAutoPipelining of [true, false]) {
          const signal = AbortSignal.abort(reason)
          const client = connected({ signal, responseEncoding: false, enableAutoPipelining })
          const auth = limen({ store: redisStore(client) })
          await expect(auth.invalidateAllUserSessions('ada')).rejects.toMatchObject({
            code: 'AUTH_STORE_UNAVAILABLE',
          })
        }
      }
    })

    it('P4: tells who may not, not whom for', async () => {
      const auth = limen({ store: redisStore(connected({ token: 'another' })) })
      const error = await auth.createUser({ userId: 'ada' }).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'AUTH_STORE_UNAVAILABLE',
        cause: { message: 'Redis: UpstashError: Unauthorized' },
      })
    })

    it('creates a user whose first answer got lost on the way', async () => {
      const store = redisStore(connected({ retry: { retries: 1, backoff: () => 1 } }))
      await store.deleteUser('nobody')
      const before = endpoint.requests()
      endpoint.loseNextAnswer()
      expect(await store.createUser({ id: 'lost', attributes: {} })).toBe(true)
      expect(endpoint.requests() - before).toBeGreaterThan(1)
      expect(await store.createUser({ id: 'lost', attributes: {} })).toBe(false)
    })
  })

  it('P4: rejects while the server is away, and is itself again when it is back', async () => {
    const own = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
    const endpoint = await startUpstash(own.port)
    const node = createClient({ socket: { port: own.port }, disableOfflineQueue: true })
    node.on('error', () => {})
    await node.connect()
    const io = new Redis({ port: own.port, maxRetriesPerRequest: 1, retryStrategy: () => 20 })
    io.on('error', () => {})
    const up = new Upstash({ url: endpoint.url, token: endpoint.token, retry: false })
    try {
      const auths = [node as RedisClientType, io, up].map((client) =>
        limen({ store: redisStore(client) }),
      )
      const { userId } = await auths[0]!.createUser({})
      const token = auths[0]!.createBearerToken(await auths[0]!.createSession({ userId }))
      await own.kill()
      for (const auth of auths) {
        for (const call of [
          () => auth.validateSession(token),
          () => auth.createSession({ userId }),
          () => auth.invalidateAllUserSessions(userId),
        ]) {
          await expect(call()).rejects.toMatchObject({ code: 'AUTH_STORE_UNAVAILABLE' })
        }
      }
      await own.restart()
      for (const auth of auths) {
        const found = () => auth.validateSession(token).catch(() => null)
        await expect.poll(found, { timeout: 20_000 }).toMatchObject({ user: { userId } })
      }
    } finally {
      node.destroy()
      io.disconnect()
      await endpoint.close()
      await own.close()
    }
  })
})

function deep(levels: number): unknown {
  let value: unknown = 'inside'
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value }
  return value
}
