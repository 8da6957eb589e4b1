import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type CaseSession, type CaseUser, storeCases, ticketSuite } from '@limen/conformance'
import { AuthError, type AuthErrorCode } from '@limen/core'
import { routeOf, withPlainIds } from '@limen/core/store-kit'
import { Redis as Upstash } from '@upstash/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { clients } from '../test/clients.ts'
import { type RedisProcess, freePort, startRedis } from '../test/process.ts'
import { startUpstash } from '../test/upstash.ts'
import { type RedisClient, type UpstashRedis, redisStore, redisTicketStore } from './index.ts'

const SECRET_HASH = 'H'.repeat(43)
const USER = 'ada@example.com'
const NOTE = 'a private note'
const TICKET_ID = 'i'.repeat(43)

/** Calls with an id, a hash and an attribute as arguments: no error may contain one of them. */
type Call = 'read' | 'insert' | 'insertWithOptions' | 'updateUser' | 'put' | 'take' | 'attempt'

async function failing(client: RedisClient, prefix: string, call: Call): Promise<unknown> {
  const store = withPlainIds(redisStore<{ note?: string }, object>(client, { prefix }))
  const id = `${await routeOf(USER)}${'i'.repeat(22)}`
  const session = {
    id,
    userId: USER,
    secretHash: SECRET_HASH,
    createdAt: 1,
    activePeriodExpiresAt: 2,
    idlePeriodExpiresAt: 3,
    attributes: { note: NOTE },
  }
  const ticketStore = redisTicketStore(client, { prefix })
  const ticket = {
    id: TICKET_ID,
    codeHash: SECRET_HASH,
    attemptsLeft: 3,
    expiresAt: Date.now() + 60_000,
    data: { note: NOTE },
  }
  const calls: Record<Call, () => Promise<unknown>> = {
    read: () => store.read(id, { consistency: 'strong' }),
    insert: () => store.insert(session),
    insertWithOptions: () =>
      store.insert(session, {
        replaces: id.replaceAll('i', 'j'),
        limit: { most: 1, onLimit: 'refuse', now: 1 },
      }),
    updateUser: () => store.updateUser(USER, { note: NOTE }),
    put: () => ticketStore.put(ticket),
    take: () => ticketStore.take(ticket.id),
    attempt: () => ticketStore.attempt(ticket.id),
  }
  return calls[call]().catch((error: unknown) => error)
}

/** The code and message of an error, after a check that neither it nor its cause contains a value. */
function codeAndMessage(error: unknown): [code: AuthErrorCode, message: string] {
  if (!(error instanceof AuthError)) throw new Error('no AuthError', { cause: error })
  const { cause } = error
  const all = [error, cause].flatMap((each) =>
    each instanceof Error ? [each.message, each.stack] : [],
  )
  expect(Object.keys(cause ?? {}), 'the cause is bare').toEqual([])
  for (const value of [SECRET_HASH, USER, NOTE, 'i'.repeat(22)]) {
    expect(all.join('\n')).not.toContain(value)
  }
  expect(error.message).not.toMatch(/\n|[0-9a-f]{40}/)
  return [error.code, error.message]
}

describe.skipIf(!inject('redis'))('errors of Redis', () => {
  let server: RedisProcess
  let clusterNode: RedisProcess
  let admin: Redis
  let clusterAdmin: Redis
  beforeAll(async () => {
    server = await startRedis({ 'enable-debug-command': 'yes', 'busy-reply-threshold': '1' })
    clusterNode = await startRedis({
      'cluster-enabled': 'yes',
      'cluster-port': String(await freePort()),
    })
    const first = new Redis({ port: server.port })
    await first.call('ACL', 'SETUSER', 'admin', 'on', '>admin', '~*', '&*', '+@all')
    first.disconnect()
    admin = new Redis({ port: server.port, username: 'admin', password: 'admin' })
    clusterAdmin = new Redis({ port: clusterNode.port })
  })
  afterAll(async () => {
    admin.disconnect()
    clusterAdmin.disconnect()
    await Promise.all([server.close(), clusterNode.close()])
  })

  /** A situation, how to enter and leave it, and the error of the store in it. */
  interface Situation {
    readonly what: string
    readonly call: Call
    readonly on?: 'a cluster'
    readonly enter: (prefix: string) => Promise<unknown>
    readonly leave?: () => Promise<unknown>
    readonly code: AuthErrorCode
    readonly message: string
  }
  const userKey = async (prefix: string) => `{${prefix}:2:${await routeOf(USER)}}:user`
  const ticketKey = (prefix: string) => `{${prefix}:ticket:1:${TICKET_ID}}`
  const createUser = (client: RedisClient, prefix: string) =>
    withPlainIds(redisStore(client, { prefix })).createUser({ id: USER, attributes: {} })
  const acl = (...rules: string[]) => admin.call('ACL', 'SETUSER', 'default', ...rules)
  const REJECTED = 'AUTH_STORE_REJECTED'
  const UNAVAILABLE = 'AUTH_STORE_UNAVAILABLE'
  let busy: Promise<unknown>

  const situations: Situation[] = [
    {
      what: 'WRONGTYPE: the key has another type',
      call: 'read',
      enter: async (prefix) => admin.hset(await userKey(prefix), 'a', 'b'),
      code: REJECTED,
      message: 'Redis: WRONGTYPE Operation against a key holding the wrong kind of value',
    },
    {
      what: 'WRONGTYPE: the key has another type, at a sign-in with a limit',
      call: 'insertWithOptions',
      enter: async (prefix) => admin.hset(await userKey(prefix), 'a', 'b'),
      code: REJECTED,
      message: 'Redis: WRONGTYPE Operation against a key holding the wrong kind of value',
    },
    {
      what: 'WRONGTYPE: the key of a ticket to take has another type',
      call: 'take',
      enter: async (prefix) => admin.hset(ticketKey(prefix), 'a', 'b'),
      code: REJECTED,
      message: 'Redis: WRONGTYPE Operation against a key holding the wrong kind of value',
    },
    {
      what: 'WRONGTYPE: the key of a ticket to try has another type',
      call: 'attempt',
      enter: async (prefix) => admin.hset(ticketKey(prefix), 'a', 'b'),
      code: REJECTED,
      message: 'Redis: WRONGTYPE Operation against a key holding the wrong kind of value',
    },
    {
      what: 'a string that is not a ticket',
      call: 'take',
      enter: async (prefix) => admin.set(ticketKey(prefix), 'x'),
      code: REJECTED,
      message:
        'Redis: a key holds a text that is no record. Does another program use the same prefix?',
    },
    {
      what: 'OOM: no memory for a ticket',
      call: 'put',
      enter: () => admin.config('SET', 'maxmemory', '1'),
      leave: () => admin.config('SET', 'maxmemory', '0'),
      code: UNAVAILABLE,
      message: "Redis: OOM command not allowed when used memory > 'maxmemory'.",
    },
    {
      what: 'NOPERM: the ACL forbids scripts',
      call: 'read',
      enter: () => acl('-evalsha', '-eval'),
      leave: () => acl('+@all'),
      code: REJECTED,
      message: "Redis: NOPERM this user has no permissions to run the 'evalsha' command",
    },
    {
      what: 'NOPERM: the ACL forbids what a script calls',
      call: 'read',
      enter: () => acl('-get'),
      leave: () => acl('+@all'),
      code: REJECTED,
      message: "Redis: ERR The user executing the script can't run this command or subcommand",
    },
    {
      what: 'NOPERM: the ACL forbids the keys',
      call: 'read',
      enter: () => acl('resetkeys', '~other:*'),
      leave: () => acl('allkeys'),
      code: REJECTED,
      message:
        'Redis: NOPERM this user has no permissions to access one of the keys used as arguments',
    },
    {
      what: 'an error inside a script: the key holds a string that is not a record',
      call: 'updateUser',
      enter: async (prefix) => admin.set(await userKey(prefix), 'x'),
      code: REJECTED,
      message: "Redis: ERR user_script:11: bad argument #1 to 'sub' (number expected, got nil)",
    },
    {
      what: 'OOM: the memory is full',
      call: 'insert',
      enter: async (prefix) => {
        await createUser(admin, prefix)
        await admin.config('SET', 'maxmemory', '1')
      },
      leave: () => admin.config('SET', 'maxmemory', '0'),
      code: UNAVAILABLE,
      message: "Redis: OOM command not allowed when used memory > 'maxmemory'.",
    },
    {
      what: 'READONLY: the primary became a replica',
      call: 'insert',
      enter: async (prefix) => {
        await createUser(admin, prefix)
        await admin.call('REPLICAOF', '127.0.0.1', '1')
      },
      leave: () => admin.call('REPLICAOF', 'NO', 'ONE'),
      code: UNAVAILABLE,
      message: "Redis: READONLY You can't write against a read only replica.",
    },
    {
      what: 'MASTERDOWN: a replica without its primary',
      call: 'read',
      enter: async () => {
        await admin.config('SET', 'replica-serve-stale-data', 'no')
        await admin.call('REPLICAOF', '127.0.0.1', '1')
      },
      leave: async () => {
        await admin.call('REPLICAOF', 'NO', 'ONE')
        await admin.config('SET', 'replica-serve-stale-data', 'yes')
      },
      code: UNAVAILABLE,
      message:
        "Redis: MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    },
    {
      what: 'NOREPLICAS: too few replicas follow',
      call: 'insert',
      enter: async (prefix) => {
        await createUser(admin, prefix)
        await admin.config('SET', 'min-replicas-to-write', '1')
      },
      leave: () => admin.config('SET', 'min-replicas-to-write', '0'),
      code: UNAVAILABLE,
      message: 'Redis: NOREPLICAS Not enough good replicas to write.',
    },
    {
      what: 'BUSY: a script of another program runs',
      call: 'read',
      enter: async () => {
        const other = new Redis({ port: server.port, username: 'admin', password: 'admin' })
        await other.ping()
        busy = other.eval('while true do end', 0).catch(() => other.disconnect())
        await new Promise((resolve) => setTimeout(resolve, 100))
      },
      leave: async () => {
        await admin.script('KILL')
        await busy
      },
      code: UNAVAILABLE,
      message:
        'Redis: BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    },
    {
      what: 'LOADING: Redis reads its data from the disk',
      call: 'read',
      enter: async () => {
        await admin.flushall()
        for (let i = 0; i < 6; i++) await admin.set(`slow ${i}`, randomBytes(4096))
        await admin.config('SET', 'key-load-delay', '100000')
        await admin.config('SET', 'loading-process-events-interval-bytes', '1024')
        const other = new Redis({ port: server.port, username: 'admin', password: 'admin' })
        await other.ping()
        busy = other.call('DEBUG', 'RELOAD').finally(() => other.disconnect())
        await new Promise((resolve) => setTimeout(resolve, 100))
      },
      leave: async () => {
        await busy
        await admin.config('SET', 'key-load-delay', '0')
      },
      code: UNAVAILABLE,
      message: 'Redis: LOADING Redis is loading the dataset in memory',
    },
    {
      what: 'CLUSTERDOWN: no node serves the slot',
      call: 'read',
      on: 'a cluster',
      enter: async () => {},
      code: UNAVAILABLE,
      message: 'Redis: CLUSTERDOWN Hash slot not served',
    },
  ]

  describe.each(clients)('over $name', ({ name, connect }) => {
    it.each(situations)('E2: $what', async ({ what, on, call, enter, leave, code, message }) => {
      const { client, close } = await connect(on ? clusterNode.port : server.port)
      const prefix = `${name} ${what.slice(0, 8)} ${crypto.randomUUID()}`
      try {
        // The client is connected, and the script is loaded.
        if (!on) await failing(client, prefix, call)
        await enter(prefix)
        const error = await failing(client, prefix, call)
        await leave?.()
        expect(codeAndMessage(error)).toEqual([code, message])
      } finally {
        await close()
      }
    })

    it('E2: a string that is not a record is AUTH_STORE_REJECTED', async () => {
      const { client, close } = await connect(server.port)
      const prefix = `${name} ${crypto.randomUUID()}`
      await admin.set(await userKey(prefix), 'x'.repeat(100))
      const message =
        'Redis: a key holds a text that is no record. Does another program use the same prefix?'
      const store = withPlainIds(redisStore(client, { prefix }))
      const error: unknown = await store.readUser(USER).catch((thrown: unknown) => thrown)
      expect(codeAndMessage(error)).toEqual([REJECTED, message])
      await close()
    })

    it('E2: MOVED: a client for one server is given a cluster', async () => {
      const { client, close } = await connect(inject('redis')!.cluster[0])
      const store = withPlainIds(redisStore(client, { prefix: 'moved' }))
      const users = Array.from({ length: 30 }, (_, i) => store.readUser(`${USER} ${i}`))
      const outcomes = await Promise.allSettled(users)
      const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      expect(reasons.length).toBeGreaterThan(0)
      expect(codeAndMessage(reasons[0])).toEqual([
        REJECTED,
        expect.stringMatching(/^Redis: MOVED \d+ \S+$/),
      ])
      await close()
    })

    it('E2: TRYAGAIN: a slot moves to another node', async () => {
      const [first, second] = inject('redis')!.cluster
      const node = new Redis({ port: first! })
      const other = new Redis({ port: second! })
      const { client, close } = await connect(first)
      let n = 0
      let slot = Infinity
      let prefix = ''
      // The first node serves the first third of the slots.
      while (slot > 5000) {
        prefix = `${name} moves ${n++}`
        slot = await node.cluster('KEYSLOT', await userKey(prefix))
      }
      await createUser(client, prefix)
      try {
        await node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await other.cluster('MYID'))
        expect(codeAndMessage(await failing(client, prefix, 'read'))).toEqual([
          UNAVAILABLE,
          'Redis: TRYAGAIN Multiple keys request during rehashing of slot',
        ])
      } finally {
        await node.call('CLUSTER', 'SETSLOT', slot, 'STABLE')
        node.disconnect()
        other.disconnect()
        await close()
      }
    })
  })

  it('needs only the permissions in the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, rules = '', keys = ''] = /`(\+evalsha [^`]+)` on `([^`]+)`/.exec(readme) ?? []
    const own = ['+ping', '+info', '+client']
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>app', keys, ...rules.split(' '), ...own)
    const client = new Redis({ port: server.port, username: 'app', password: 'app' })
    for (const { run } of storeCases) {
      await admin.flushall()
      await run(redisStore<CaseUser, CaseSession>(client))
    }
    const open = () => ({ connect: () => redisTicketStore(client) })
    for (const { run } of ticketSuite({ open })) {
      await admin.flushall()
      await run()
    }
    client.disconnect()
  })

  it('E2: CROSSSLOT: a key prefix of the client undoes the braces', async () => {
    const [port] = inject('redis')!.cluster
    const io = new Redis({ port: port!, keyPrefix: '{}' })
    const node = await createClient({ socket: { port: port! }, keyPrefix: '{}' }).connect()
    for (const client of [io, node]) {
      expect(codeAndMessage(await failing(client as RedisClient, 'slots', 'read'))).toEqual([
        REJECTED,
        "Redis: CROSSSLOT Keys in request don't hash to the same slot",
      ])
    }
    io.disconnect()
    node.destroy()
  })

  it('E2: NOAUTH and WRONGPASS: the password is wrong', async () => {
    const own = await startRedis()
    const io = new Redis({ port: own.port })
    const node = await createClient({ socket: { port: own.port } }).connect()
    const endpoint = await startUpstash(own.port)
    const up = new Upstash({ url: endpoint.url, token: endpoint.token })
    const wrong = new Upstash({ url: endpoint.url, token: 'wrong' })
    try {
      await Promise.all([io.ping(), up.ping()])
      await io.config('SET', 'requirepass', 'a password')
      // A connection stays signed in until it is reset.
      await io.call('RESET')
      await node.sendCommand(['RESET'])
      await up.exec(['RESET'])
      for (const client of [io, node, up]) {
        expect(codeAndMessage(await failing(client as RedisClient, 'limen', 'insert'))).toEqual([
          REJECTED,
          'Redis: NOAUTH Authentication required.',
        ])
      }
      expect(codeAndMessage(await failing(wrong, 'limen', 'insert'))).toEqual([
        REJECTED,
        'Redis: Unauthorized',
      ])
      const asked = {
        eval: () => Promise.reject(new Error('not reached')),
        evalsha: () => io.call('AUTH', 'a user', 'a wrong password'),
      }
      expect(codeAndMessage(await failing(asked, 'limen', 'insert'))).toEqual([
        REJECTED,
        'Redis: WRONGPASS invalid username-password pair or user is disabled.',
      ])
    } finally {
      io.disconnect()
      node.destroy()
      await endpoint.close()
      await own.close()
    }
  })

  /** A client of its own kind that sends what Redis does not have, or says what only others say. */
  const rejectingWith = (evalsha: UpstashRedis['evalsha']): UpstashRedis => ({
    eval: () => Promise.reject(new Error('not reached')),
    evalsha,
  })

  it('E2, P3: the error of an unknown command names it without arguments', async () => {
    const client = rejectingWith((sha, keys, args) =>
      admin.call('EVALSHA_X', sha, keys.length, ...keys, ...args),
    )
    expect(codeAndMessage(await failing(client, 'limen', 'insert'))).toEqual([
      REJECTED,
      "Redis: ERR unknown command 'EVALSHA_X'",
    ])
  })

  const elsewhere: [
    engineMessage: string,
    code: AuthErrorCode,
    message: string,
    because: string,
  ][] = [
    [
      'ERR Error running script (call to f_abc): @user_script:3: WRONGTYPE Operation against a key',
      REJECTED,
      'Redis: ERR Error running script (call to f_abc): @user_script:3: WRONGTYPE Operation against a key',
      'Redis 6 wraps the error of a call',
    ],
    [
      "ERR Error running script (call to f_abc): @user_script:3: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.",
      UNAVAILABLE,
      "Redis: ERR Error running script (call to f_abc): @user_script:3: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.",
      'Redis 6 wraps the error of a call, and this one can pass',
    ],
    [
      'ERR max number of clients reached',
      UNAVAILABLE,
      'Redis: ERR max number of clients reached',
      'another connection can be closed',
    ],
    [
      'ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.',
      UNAVAILABLE,
      'Redis: ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.',
      'the limit is reset every day',
    ],
    [
      'ERR max request size exceeded. Limit: 1048576 bytes, Actual: 1048577 bytes.',
      'AUTH_RECORD_TOO_LARGE',
      'Redis: ERR max request size exceeded. Limit: 1048576 bytes, Actual: 1048577 bytes.',
      'Upstash accepts no larger request',
    ],
    [
      'Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:1',
      UNAVAILABLE,
      'Redis: Too many Cluster redirections. Last error: ReplyError: MOVED 1 127.0.0.1:1',
      'ioredis followed the redirections, and the slot still moves',
    ],
    ['first\nsecond', UNAVAILABLE, 'Redis: first', 'only the first line is shown'],
  ]
  it.each(elsewhere)('E2: %s: %s', async (engineMessage, code, message) => {
    const client = rejectingWith(() => Promise.reject(new Error(engineMessage)))
    expect(codeAndMessage(await failing(client, 'limen', 'insert'))).toEqual([code, message])
  })

  describe('E2: outages', () => {
    const quick = { maxRetriesPerRequest: 0, retryStrategy: () => null } as const
    const cases: [
      what: string,
      make: () => Promise<[client: unknown, close: () => unknown]>,
      message: RegExp,
    ][] = [
      [
        'node-redis, closed by the app',
        async () => {
          const client = await createClient({ socket: { port: server.port } }).connect()
          await client.close()
          return [client, () => {}]
        },
        /^Redis: The client is closed$/,
      ],
      [
        'ioredis, closed by the app',
        async () => {
          const client = new Redis({ port: server.port })
          await client.quit()
          return [client, () => {}]
        },
        /^Redis: Connection is closed\.$/,
      ],
      [
        'ioredis, connection refused',
        async () => {
          const client = new Redis({ port: await freePort(), ...quick })
          client.on('error', () => {})
          return [client, () => client.disconnect()]
        },
        /^Redis: (Connection is closed\.|Reached the max retries per request limit|connect ECONNREFUSED)/,
      ],
      [
        'Upstash, connection refused',
        async () => {
          const url = `http://127.0.0.1:${await freePort()}`
          return [new Upstash({ url, token: 'x', retry: false }), () => {}]
        },
        /^Redis: fetch failed \(ECONNREFUSED\)$/,
      ],
      [
        'ioredis, no answer in time',
        async () => {
          const client = new Redis({ port: server.port, commandTimeout: 1000 })
          await client.ping()
          await admin.call('CLIENT', 'PAUSE', 3000, 'WRITE')
          return [client, () => client.disconnect()]
        },
        /^Redis: Command timed out$/,
      ],
      [
        'node-redis, no answer in time',
        async () => {
          const client = createClient({
            socket: { port: server.port, socketTimeout: 1000 },
            disableOfflineQueue: true,
          })
          client.on('error', () => {})
          await client.connect()
          await admin.call('CLIENT', 'PAUSE', 3000, 'WRITE')
          return [client, () => client.destroy()]
        },
        /^Redis: (Socket|The client)/,
      ],
      [
        'Upstash, no answer in time',
        async () => {
          const endpoint = await startUpstash(server.port)
          await admin.call('CLIENT', 'PAUSE', 3000, 'WRITE')
          const signal = () => AbortSignal.timeout(50)
          const client = new Upstash({
            url: endpoint.url,
            token: endpoint.token,
            signal,
            retry: false,
          })
          return [client, () => endpoint.close()]
        },
        /^Redis: /,
      ],
      [
        'node-redis, connection cut while it waits',
        async () => {
          const client = createClient({ socket: { port: server.port }, disableOfflineQueue: true })
          client.on('error', () => {})
          await client.connect()
          await admin.call('CLIENT', 'PAUSE', 3000, 'WRITE')
          setTimeout(() => void admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'), 50)
          return [client, () => client.destroy()]
        },
        /^Redis: Socket closed unexpectedly/,
      ],
      [
        'ioredis, connection cut while it waits',
        async () => {
          const client = new Redis({ port: server.port, ...quick })
          await client.ping()
          await admin.call('CLIENT', 'PAUSE', 3000, 'WRITE')
          setTimeout(() => void admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'), 50)
          return [client, () => client.disconnect()]
        },
        /^Redis: (Connection is closed\.|Reached the max retries)/,
      ],
    ]
    it.each(cases)('E2: %s', async (_what, make, message) => {
      const [client, close] = await make()
      const error = await failing(client as RedisClient, 'limen', 'insert')
      await close()
      await admin.call('CLIENT', 'UNPAUSE')
      expect(codeAndMessage(error)).toEqual([UNAVAILABLE, expect.stringMatching(message)])
    })
  })
})
