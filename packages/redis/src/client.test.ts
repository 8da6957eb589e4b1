import { inspect } from 'node:util'
import { limen } from '@limen/core'
import { recordsFor } from '@limen/conformance'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { Redis as Upstash } from '@upstash/redis'
import { Redis } from 'ioredis'
import { type RedisClientType, createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { clients } from '../test/clients.ts'
import { type RedisProcess, startRedis } from '../test/process.ts'
import { type UpstashEndpoint, startUpstash } from '../test/upstash.ts'
import { type RedisClient, type UpstashRedis, redisStore } from './index.ts'

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

    it('runs a script once on a server that lost its scripts', async () => {
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
    it.each(values)('stores %s', async (_what, value) => {
      const store = withPlainIds(
        redisStore<{ value: unknown }, { value: unknown }>(client, { prefix: name }),
      )
      const id = crypto.randomUUID()
      const record = { ...(await recordsFor(store, id))('a', { userId: id }) }
      const session = { ...record, attributes: { value } }
      const user = { id, attributes: { value } }
      await store.createUser(user)
      expect(await store.insert(session)).toEqual(user)
      expect(await store.read(session.id, { consistency: 'strong' })).toEqual({ session, user })
      expect(await store.listByUser(id)).toEqual([{ session, user }])
    })

    it('A7: stores 64 nested containers, and every number, exactly', async () => {
      const numbers = [
        1e21,
        0.1,
        Number('9007199254740993'),
        9007199254740991,
        5e-324,
        1e-7,
        123456789012345680,
      ]
      numbers.push(1.7976931348623157e308, -1.5, 0, 1e15, 3.14159265358979, 2 ** 53, -(2 ** 63))
      await storesExactly({
        numbers,
        deep: deep(64),
        deepest: Array.from({ length: 63 }).reduce<unknown>((inner) => [inner], []),
        empty: [[], {}, [[]], [{}], { a: [], b: {} }],
        text: [
          '\n',
          '\r\n',
          '\u2028\u2029',
          '"',
          '\\',
          'ü',
          '🙂',
          '\u007f',
          'a\tb',
          '},',
          '}}',
          ',',
          ':',
        ],
      })
    })

    const names = [
      '',
      '__proto__',
      'constructor',
      '$.a',
      'a"b',
      "a'b",
      'a\\b',
      '`',
      '%',
      '*',
      '[0]',
    ]
    names.push(
      '🙂',
      'x'.repeat(10_000),
      '"'.repeat(10_000),
      'text',
      'parts',
      '\\"',
      '"\\',
      '\\',
      '"',
      ':',
    )
    names.push(
      'a":1,"b',
      '}',
      '}}',
      '\n',
      ',',
      ' ',
      '%s',
      '^a',
      '0',
      '1',
      'epoch',
      'attributes',
      'toString',
    )

    it('A7: stores attributes of hostile names exactly', async () => {
      await storesExactly(Object.fromEntries(names.map((key, i) => [key, [i, key]])))
      for (const key of names) await storesExactly(Object.fromEntries([[key, key]]))
    })

    it('A7: an update changes and removes the attribute that it names, and no other', async () => {
      const store = withPlainIds(
        redisStore<Record<string, unknown>>(client, { prefix: `${name} names` }),
      )
      for (const [i, key] of names.entries()) {
        const id = crypto.randomUUID()
        // Other names for each: the JSON.parse() of Node 24 confuses two objects that begin alike and
        // go on with names of one length, each with an escaped character.
        const [before, after] = [`before ${i}`, `"after\\ ${i}`]
        const given = (value: unknown[]) => Object.fromEntries([[key, value]])
        const others = { [before]: 1, [after]: ',' }
        const attributes = { [before]: 1, ...given([0]), [after]: ',' }
        await store.createUser({ id, attributes })
        const stored = async () => Object.entries((await store.readUser(id))?.attributes ?? {})
        await store.updateUser(id, given([{ changed: key }]))
        expect(new Map(await stored())).toEqual(
          new Map(Object.entries({ ...others, ...given([{ changed: key }]) })),
        )
        await store.updateUser(id, Object.fromEntries([[key, undefined]]))
        expect(await stored()).toEqual(Object.entries(others))
      }
    })

    /** Stores attributes with a user and a session, at first and in an update, and reads them back. */
    async function storesExactly(attributes: Record<string, unknown>): Promise<void> {
      const store = withPlainIds(redisStore<object, object>(client, { prefix: name }))
      const path = await routeOf(name)
      const [id, sessionId] = [name, `${path}${'s'.repeat(22)}`]
      const times = { createdAt: 1, activePeriodExpiresAt: 2, idlePeriodExpiresAt: 3 }
      const own = { id: sessionId, userId: id, secretHash: 'hash', ...times }
      // As text: a matcher takes an attribute that is named `constructor` for the class of the object.
      const exactly = (given: { readonly attributes: object } | null | undefined) =>
        expect(JSON.stringify(given?.attributes)).toBe(JSON.stringify(attributes))
      const both = async () => {
        const found = await store.read(sessionId, { consistency: 'strong' })
        expect(found).toMatchObject({ session: own, user: { id } })
        exactly(found?.session)
        exactly(found?.user)
      }
      await store.createUser({ id, attributes })
      exactly(await store.insert({ ...own, attributes }))
      await both()
      await store.updateUser(id, attributes)
      await store.update(sessionId, attributes)
      await both()
      exactly(await store.readUser(id))
      const [listed] = await store.listByUser(id)
      exactly(listed?.session)
      exactly(listed?.user)
      await store.deleteUser(id)
    }

    it('stores thousands of attributes', async () => {
      const store = withPlainIds(redisStore<Record<string, number>>(client, { prefix: name }))
      const many = Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`attribute ${n}`, n]))
      await store.createUser({ id: 'many', attributes: many })
      expect(await store.readUser('many')).toEqual({ id: 'many', attributes: many })
      expect(await store.updateUser('many', many)).toBe(true)
    })

    it('P3: an error contains no argument', async () => {
      const prefix = `${name} fails`
      const auth = limen({ store: redisStore<object, { note: string }>(client, { prefix }) })
      const { userId } = await auth.createUser({})
      const key = (await admin.keys(`{${prefix}*`))[0]!
      await admin.del(key)
      await admin.hset(key, 'no', 'string')
      const attributes = { note: 'a private note' }
      const error = await auth.createSession({ userId, attributes }).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'AUTH_STORE_REJECTED',
        message: expect.stringMatching(/^Redis: WRONGTYPE /),
        cause: { message: expect.stringMatching(/^\w+: WRONGTYPE /) },
      })
      const shown = inspect(error, { depth: Infinity, showHidden: true })
      expect(shown).not.toMatch(/[\w-]{43}/)
      expect(shown).not.toContain('private')
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
    it.each(settings)('can be configured as %j', async (options) => {
      await admin.script('FLUSH')
      const auth = limen({ store: redisStore<object, { n: string }>(connected(options)) })
      const { userId } = await auth.createUser({})
      const session = await auth.createSession({ userId, attributes: { n: '1' } })
      const found = await auth.validateSession(auth.createBearerToken(session))
      expect(found.sessionId).toBe(session.sessionId)
      await auth.invalidateSession(session.sessionId)
      expect(await auth.getAllUserSessions(userId)).toEqual([])
    })

    it('replaces a session once when the first answer is lost and the client retries', async () => {
      const client = connected({ retry: { retries: 1, backoff: () => 1 } })
      const store = withPlainIds(redisStore(client, { prefix: 'lost' }))
      const record = await recordsFor(store)
      await store.createUser({ id: 'ada', attributes: {} })
      await store.insert(record('a'))
      for (const limit of [undefined, { most: 1, onLimit: 'refuse' as const, now: 0 }]) {
        const [old, next] = limit ? ['b', 'c'] : ['a', 'b']
        const before = endpoint.requests()
        endpoint.loseNextAnswer()
        const user = await store.insert(record(next!), { replaces: record(old!).id, limit })
        expect(user).toEqual({ id: 'ada', attributes: {} })
        expect(endpoint.requests() - before).toBeGreaterThan(1)
        const listed = await store.listByUser('ada')
        expect(listed.map(({ session }) => session.id)).toEqual([record(next!).id])
      }
    })

    it('P4: an aborted request is AUTH_STORE_UNAVAILABLE, not a sign-out', async () => {
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

    it('P4: an unauthorized request is AUTH_STORE_REJECTED, without its arguments', async () => {
      const auth = limen({ store: redisStore(connected({ token: 'another' })) })
      const error = await auth.createUser({ userId: 'ada' }).catch((thrown) => thrown)
      expect(error).toMatchObject({
        code: 'AUTH_STORE_REJECTED',
        message: 'Redis: Unauthorized',
        cause: { message: 'UpstashError: Unauthorized' },
      })
    })

    it('creates a user once when the first answer is lost and the client retries', async () => {
      const store = withPlainIds(redisStore(connected({ retry: { retries: 1, backoff: () => 1 } })))
      await store.deleteUser('unknown')
      const before = endpoint.requests()
      endpoint.loseNextAnswer()
      expect(await store.createUser({ id: 'lost', attributes: {} })).toBe(true)
      expect(endpoint.requests() - before).toBeGreaterThan(1)
      expect(await store.createUser({ id: 'lost', attributes: {} })).toBe(false)
    })
  })

  it('P4: rejects during an outage of the server, and works again after it', async () => {
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

describe('redisStore() with arguments that can never work', () => {
  const client: UpstashRedis = { eval: async () => null, evalsha: async () => null }
  const wanted =
    'redisStore() needs a client of node-redis, ioredis or @upstash/redis, or an object with eval() and evalsha()'
  const prefixes = 'redisStore(): prefix must be a string such as "limen", without braces'
  const options = 'redisStore(): options must be an object'
  const cases: [what: string, args: unknown[], message: string][] = [
    ['A6: no client', [], `${wanted} (got undefined)`],
    ['A6: null', [null], `${wanted} (got null)`],
    ['A6: an address', ['redis://:password@localhost'], `${wanted} (got a string)`],
    ['A6: another object', [{ get() {}, put() {} }], `${wanted} (got an object)`],
    ['A6: an object of a class', [new Map()], `${wanted} (got an object of the class Map)`],
    ['A6: a client that only has eval()', [{ eval() {} }], `${wanted} (got an object)`],
    ['A6: functions by name only', [{ eval: 1, evalsha: 1 }], `${wanted} (got an object)`],
    ['A6: a list', [[client]], `${wanted} (got an array)`],
    ['A6: a function', [() => client], `${wanted} (got a function)`],
    ['A6: a promise', [Promise.resolve(client)], `${wanted} (got a promise: await it first)`],
    ['A4: braces', [client, { prefix: '{app}' }], `${prefixes} (got "{app}")`],
    ['A4: a brace', [client, { prefix: 'a}' }], `${prefixes} (got "a}")`],
    ['A4: an empty prefix', [client, { prefix: '' }], `${prefixes} (got "")`],
    ['A4: null as a prefix', [client, { prefix: null }], `${prefixes} (got null)`],
    ['A4: a number as a prefix', [client, { prefix: 0 }], `${prefixes} (got 0)`],
    ['A4: a list as a prefix', [client, { prefix: ['a'] }], `${prefixes} (got ["a"])`],
    ['A4: half a character', [client, { prefix: '\ud800' }], `${prefixes} (got "\\ud800")`],
    [
      'A4: an unknown option',
      [client, { keyPrefix: 'app' }],
      'redisStore(): keyPrefix is not an option. The options are: prefix',
    ],
    ['A4: a prefix that is no option', [client, 'app'], `${options} (got a string)`],
    ['A4: null as options', [client, null], `${options} (got null)`],
    ['A4: a list of options', [client, ['app']], `${options} (got an array)`],
  ]
  it.each(cases)('%s', (_what, args, message) => {
    const store = () => Reflect.apply(redisStore, undefined, args)
    expect(store).toThrow(expect.objectContaining({ code: 'AUTH_CONFIG', message }))
  })

  it('E13: every option can be undefined', () => {
    const traits = { routed: true, selfExpiring: true }
    expect(redisStore(client, undefined).traits).toEqual(traits)
    expect(redisStore(client, { prefix: undefined }).traits).toEqual(traits)
  })
})

function deep(levels: number): unknown {
  let value: unknown = 'inside'
  for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { value }
  return value
}
