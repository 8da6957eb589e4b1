import { applyD1Migrations, reset, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { AuthError, limen } from '@limen/core'
import { type PlainStore, routeOf, withPlainIds } from '@limen/core/store-kit'
import {
  type D1WithBatch,
  d1Store,
  d1TicketStore,
  durableObjectStore,
  kvStore,
} from '@limen/workers'
import { LimenSessions } from '@limen/workers/durable-object'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bound } from '../test/kv.ts'

type AnyAttributes = Readonly<Record<string, unknown>>
type AnyStore = PlainStore<AnyAttributes, AnyAttributes>
type Expected = { code: string; message: string }

const strong = { consistency: 'strong' } as const
const HASH = 'SECRET-HASH'.padEnd(43, 'x')

beforeEach(async () => {
  await reset()
  await applyD1Migrations(env.DB, env.MIGRATIONS)
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** The error of a call. */
async function failureOf(work: () => unknown): Promise<Expected> {
  const error: unknown = await Promise.resolve()
    .then(work)
    .then(
      () => new Error('it resolved'),
      (thrown: unknown) => thrown,
    )
  const { name, code, message, cause } = error as AuthError
  expect([name, code && message]).toEqual(['AuthError', message])
  expect(cause, 'the cause').toBeInstanceOf(Error)
  expect(message, 'no values').not.toMatch(/SECRET|ada-id|private/)
  return { code, message }
}

const sessionOf = async (store: AnyStore, userId: string, letter = 'a') => ({
  id: (store.traits?.routed ? await routeOf(userId) : '') + letter.repeat(22),
  userId,
  secretHash: HASH,
  createdAt: 1,
  activePeriodExpiresAt: 2,
  idlePeriodExpiresAt: 9e12,
  attributes: { note: 'private' },
})

describe('E2: failures of D1', () => {
  const itself = d1Store<AnyAttributes, AnyAttributes>(env.DB)
  const store: AnyStore = itself
  const ticketStore = d1TicketStore(env.DB)
  const limit = { most: 1, onLimit: 'revoke-oldest', now: 1 } as const
  const ticket = {
    id: 'SECRET-TICKET'.padEnd(43, 'x'),
    codeHash: HASH,
    attemptsLeft: 1,
    expiresAt: 2,
    data: { note: 'private' },
  }
  const rejected = (why: string): Expected => ({ code: 'AUTH_STORE_REJECTED', message: why })
  const migrate = 'Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote'
  const missing = (table: string) =>
    rejected(`D1_ERROR: no such table: ${table}: SQLITE_ERROR. ${migrate}`)

  const calls: [call: string, act: () => Promise<unknown>, table: string][] = [
    ['read', () => store.read('a', strong), 'limen_session'],
    ['an eventual read', () => store.read('a', { consistency: 'eventual' }), 'limen_session'],
    ['insert', async () => store.insert(await sessionOf(store, 'ada-id')), 'limen_session'],
    [
      'insert with options',
      async () => store.insert(await sessionOf(store, 'ada-id'), { replaces: 'a', limit }),
      'limen_session',
    ],
    ['renew', async () => store.renew('a', await sessionOf(store, 'ada-id')), 'limen_session'],
    ['update', () => store.update('a', { note: 'private' }), 'limen_session'],
    ['delete', () => store.delete('a'), 'limen_session'],
    ['deleteByUser', () => store.deleteByUser('ada-id', {}), 'limen_session'],
    ['listByUser', () => store.listByUser('ada-id'), 'limen_session'],
    ['deleteExpired', () => store.deleteExpired!({ now: 1, limit: 1 }), 'limen_session'],
    ['createUser', () => store.createUser({ id: 'ada-id', attributes: {} }), 'limen_user'],
    ['readUser', () => store.readUser('ada-id'), 'limen_user'],
    ['updateUser', () => store.updateUser('ada-id', { note: 'private' }), 'limen_user'],
    ['deleteUser', () => store.deleteUser('ada-id'), 'limen_user'],
    ['put of a ticket', () => ticketStore.put(ticket), 'limen_ticket'],
    ['take of a ticket', () => ticketStore.take(ticket.id), 'limen_ticket'],
    ['attempt of a ticket', () => ticketStore.attempt(ticket.id), 'limen_ticket'],
    [
      'deleteExpired of tickets',
      () => ticketStore.deleteExpired!({ now: 1, limit: 1 }),
      'limen_ticket',
    ],
  ]

  it.each(calls)(
    'E2: %s without the tables is AUTH_STORE_REJECTED, and names the remedy',
    async (_, act, table) => {
      await reset()
      expect(await failureOf(act)).toEqual(missing(table))
    },
  )

  it('E2: a missing column is AUTH_STORE_REJECTED, and names the remedy', async () => {
    await env.DB.exec('ALTER TABLE limen_session DROP COLUMN secret_hash')
    const { code, message } = await failureOf(() => store.read('a', strong))
    expect(code).toBe('AUTH_STORE_REJECTED')
    const line = 'D1_ERROR: no such column: s.secret_hash at offset N: SQLITE_ERROR'
    expect(message.replace(/offset \d+/, 'offset N')).toBe(`${line}. ${migrate}`)
  })

  it('E2: a constraint of the app is AUTH_STORE_REJECTED', async () => {
    await env.DB.exec(
      "CREATE UNIQUE INDEX one_email ON limen_user (attributes ->> '$.email') WHERE id <> ''",
    )
    await env.DB.exec(
      "CREATE TRIGGER no_eve BEFORE UPDATE ON limen_user BEGIN SELECT RAISE(ABORT, 'not allowed'); END",
    )
    await store.createUser({ id: 'ada-id', attributes: {} })
    expect(await failureOf(() => store.updateUser('ada-id', { note: 'private' }))).toEqual(
      rejected('D1_ERROR: not allowed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)'),
    )
  })

  it('E2: a session id that is taken is AUTH_STORE_REJECTED', async () => {
    await store.createUser({ id: 'ada-id', attributes: {} })
    const session = await sessionOf(store, 'ada-id')
    await store.insert(session)
    for (const options of [{}, { limit: { ...limit, most: 9 } }]) {
      expect(await failureOf(() => store.insert(session, options))).toEqual(
        rejected(
          'D1_ERROR: UNIQUE constraint failed: limen_session.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)',
        ),
      )
    }
  })

  it('E2: a ticket id that is taken is AUTH_STORE_REJECTED, and a large ticket too large', async () => {
    await ticketStore.put(ticket)
    expect(await failureOf(() => ticketStore.put(ticket))).toEqual(
      rejected(
        'D1_ERROR: UNIQUE constraint failed: limen_ticket.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)',
      ),
    )
    const large = { ...ticket, id: 'large', data: { note: 'x'.repeat(34_000_000) } }
    expect(await failureOf(() => ticketStore.put(large))).toEqual({
      code: 'AUTH_RECORD_TOO_LARGE',
      message: 'D1_ERROR: string or blob too big: SQLITE_TOOBIG',
    })
    expect(await ticketStore.take('large')).toBe(null)
  })

  it('E2: a time that is not a number is AUTH_STORE_REJECTED, without its value', async () => {
    await store.createUser({ id: 'ada-id', attributes: {} })
    const session = await sessionOf(store, 'ada-id')
    const wrong = (createdAt: unknown) =>
      failureOf(() => store.insert({ ...session, createdAt: createdAt as number }))
    expect(await wrong('private')).toEqual(
      rejected(
        'D1_ERROR: cannot store TEXT value in INTEGER column limen_session.created_at: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_DATATYPE)',
      ),
    )
    expect(await wrong({ toString: () => 'private' })).toEqual(
      rejected("D1_TYPE_ERROR: Type 'object' not supported"),
    )
  })

  it('E2: attributes that exceed a row are AUTH_RECORD_TOO_LARGE, and nothing is stored', async () => {
    // The local engine accepts 32 MB, Cloudflare's accepts 2 MB.
    const attributes = { note: 'x'.repeat(34_000_000) }
    const tooLarge = {
      code: 'AUTH_RECORD_TOO_LARGE',
      message: 'D1_ERROR: string or blob too big: SQLITE_TOOBIG',
    }
    expect(await failureOf(() => store.createUser({ id: 'ada-id', attributes }))).toEqual(tooLarge)
    expect(await store.readUser('ada-id')).toBe(null)
    await store.createUser({ id: 'ada-id', attributes: {} })
    expect(await failureOf(() => store.updateUser('ada-id', attributes))).toEqual(tooLarge)
    expect(await store.readUser('ada-id')).toEqual({ id: 'ada-id', attributes: {} })
  })

  // Cloudflare's list of D1's errors; none of them can be produced on one machine.
  // https://developers.cloudflare.com/d1/observability/debug-d1/#error-list
  it.each([
    'D1_ERROR: Network connection lost.',
    'D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.',
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: D1 DB is overloaded. Too many requests queued.',
    'D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.',
    'D1_ERROR: D1 DB reset because its code was updated.',
    'D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.',
    'D1_ERROR: Internal error in D1 DB storage caused object to be reset.',
    'D1_ERROR: Exceeded maximum DB size.',
    'D1_ERROR: database is locked: SQLITE_BUSY',
    'D1_ERROR: disk I/O error: SQLITE_IOERR',
    'D1_ERROR: database or disk is full: SQLITE_FULL',
    'D1_ERROR: out of memory: SQLITE_NOMEM',
    'an unknown failure',
  ])('E2: %s is AUTH_STORE_UNAVAILABLE', async (words) => {
    const fail = () => Promise.reject(new Error(words))
    const statement = { bind: () => statement, all: fail }
    const db = {
      prepare: () => statement,
      batch: fail,
      withSession: () => db,
    } as unknown as D1WithBatch
    for (const act of [
      () => d1Store(db).read('a', strong),
      () => d1Store(db).read('a', { consistency: 'eventual' }),
      () => d1Store(db).deleteUser('ada-id'),
      async () => d1Store(db).insert(await sessionOf(store, 'ada-id'), { replaces: 'a' }),
      () => d1TicketStore(db).take('a'),
    ]) {
      expect(await failureOf(act)).toEqual({
        code: 'AUTH_STORE_UNAVAILABLE',
        message: words,
      })
    }
  })

  it('E2: the app receives the code and the message', async () => {
    await reset()
    const auth = limen({ store: itself })
    await expect(auth.getUser('ada-id')).rejects.toMatchObject(missing('limen_user'))
  })
})

describe('E2: failures of Workers KV', () => {
  const store = withPlainIds(kvStore<AnyAttributes, AnyAttributes>(env.KV))
  const session = `${'s'.repeat(22)}`

  it('E2: a key that is too long is AUTH_STORE_REJECTED', async () => {
    const long = session.padEnd(600, 's')
    const why = '414 UTF-8 encoded length of 616 exceeds key length limit of 512.'
    expect(await failureOf(() => store.read(long, strong))).toEqual({
      code: 'AUTH_STORE_REJECTED',
      message: `Workers KV: KV GET_BULK failed: ${why}`,
    })
    expect(await failureOf(() => store.delete(long))).toEqual({
      code: 'AUTH_STORE_REJECTED',
      message: `Workers KV: KV DELETE failed: ${why}`,
    })
  })

  it('E2: a value that is not JSON is AUTH_STORE_REJECTED', async () => {
    await env.KV.put(`limen:2:session:${session}`, 'private')
    expect(await failureOf(() => store.read(session, strong))).toEqual({
      code: 'AUTH_STORE_REJECTED',
      message:
        'Workers KV: KV GET_BULK failed: 400 At least one of the requested keys corresponds to a non-json value',
    })
  })

  it('E2: a lifetime below the minimum is AUTH_STORE_REJECTED', async () => {
    const kv = {
      ...bound,
      put: (key: string, value: string) => env.KV.put(key, value, { expirationTtl: 10 }),
    }
    expect(
      await failureOf(() => withPlainIds(kvStore(kv)).createUser({ id: 'ada-id', attributes: {} })),
    ).toEqual({
      code: 'AUTH_STORE_REJECTED',
      message:
        'Workers KV: KV PUT failed: 400 Invalid expiration_ttl of 10. Expiration TTL must be at least 60.',
    })
  })

  it('E2: attributes above 6 MiB are AUTH_RECORD_TOO_LARGE, and nothing is stored', async () => {
    const tooLarge = {
      code: 'AUTH_RECORD_TOO_LARGE',
      message: 'Workers KV: the attributes are too large: a record can have at most 6 MiB',
    }
    for (const note of ['x'.repeat(6_291_456), '\u4e2d'.repeat(2_097_152)]) {
      const attributes = { note }
      await expect(store.createUser({ id: 'ada-id', attributes })).rejects.toMatchObject(tooLarge)
    }
    expect((await env.KV.list()).keys).toEqual([])
  })

  it('A7: reads the largest attributes of a user and its sessions, one by one and as a list', async () => {
    const largest = { note: 'x'.repeat(6_291_456 - 400) }
    await store.createUser({ id: 'ada-id', attributes: largest })
    await store.updateUser('ada-id', largest)
    for (const letter of ['a', 'b']) {
      const record = { ...(await sessionOf(store, 'ada-id', letter)), attributes: largest }
      await store.insert(record)
      await store.update(record.id, largest)
      const found = await store.read(record.id, strong)
      expect(found?.session.attributes['note']).toHaveLength(largest.note.length)
    }
    expect(await store.listByUser('ada-id')).toHaveLength(2)
  })

  // Cloudflare's responses to too many calls and to its own failures. A local KV has neither.
  // https://developers.cloudflare.com/kv/api/write-key-value-pairs/#limits-to-kv-writes-to-the-same-key
  it.each([
    'KV PUT failed: 429 Too Many Requests',
    'KV GET_BULK failed: 429 Too Many Requests',
    'KV PUT failed: 500 Internal Server Error',
    'KV GET_BULK failed: 503 Service Unavailable',
    'KV PUT failed: 408 Request Timeout',
    'Network connection lost.',
  ])('E2: %s is AUTH_STORE_UNAVAILABLE', async (words) => {
    const fail = () => Promise.reject(new Error(words))
    const kv = { get: fail, put: fail, delete: fail, list: fail }
    const expected = { code: 'AUTH_STORE_UNAVAILABLE', message: `Workers KV: ${words}` }
    expect(await failureOf(() => withPlainIds(kvStore(kv)).read(session, strong))).toEqual(expected)
    expect(await failureOf(() => withPlainIds(kvStore(kv)).delete(session))).toEqual(expected)
    expect(await failureOf(() => withPlainIds(kvStore(kv)).listByUser('ada-id'))).toEqual(expected)
  })
})

describe('E2: failures of a Durable Object', () => {
  const store = withPlainIds(durableObjectStore<AnyAttributes, AnyAttributes>(env.SESSIONS))
  const objectOf = async (userId: string) =>
    env.SESSIONS.get(env.SESSIONS.idFromName(await routeOf(userId)))
  const rejected = (why: string): Expected => ({
    code: 'AUTH_STORE_REJECTED',
    message: `Durable Object: ${why}`,
  })
  const whereReadThrows = (error: Error) => {
    vi.spyOn(LimenSessions.prototype, 'read').mockImplementation(() => {
      throw error
    })
    return failureOf(() => store.read('a'.repeat(44), strong))
  }

  it('E2: a SQL error inside the object is AUTH_STORE_REJECTED', async () => {
    await store.createUser({ id: 'ada-id', attributes: {} })
    const session = await sessionOf(store, 'ada-id')
    await store.insert(session)
    expect(await failureOf(() => store.insert(session))).toEqual(
      rejected(
        'UNIQUE constraint failed: limen_session.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)',
      ),
    )
    await runInDurableObject(await objectOf('ada-id'), (_, { storage }) => {
      storage.sql.exec('alter table limen_session rename to elsewhere')
    })
    expect(await failureOf(() => store.read(session.id, strong))).toEqual(
      rejected('no such table: limen_session: SQLITE_ERROR'),
    )
  })

  it('E2: a binding of another class is AUTH_STORE_REJECTED, and names the class', async () => {
    const read = Object.getOwnPropertyDescriptor(LimenSessions.prototype, 'read')!
    delete (LimenSessions.prototype as Partial<LimenSessions>).read
    try {
      expect(await failureOf(() => store.read('a'.repeat(44), strong))).toEqual(
        rejected(
          'The RPC receiver does not implement "read". The class of the binding must be LimenSessions.',
        ),
      )
    } finally {
      Object.defineProperty(LimenSessions.prototype, 'read', read)
    }
  })

  it('E2: attributes that exceed a call are AUTH_RECORD_TOO_LARGE', async () => {
    const attributes = { note: 'x'.repeat(34_000_000) }
    const { code } = await failureOf(() => store.createUser({ id: 'ada-id', attributes }))
    expect(code).toBe('AUTH_RECORD_TOO_LARGE')
    expect(await store.readUser('ada-id')).toBe(null)
  })

  it('E2: an exception of a subclass is AUTH_STORE_UNAVAILABLE', async () => {
    expect(await whereReadThrows(new Error('out of order'))).toEqual({
      code: 'AUTH_STORE_UNAVAILABLE',
      message: 'Durable Object: out of order',
    })
  })

  it('E5: an AuthError thrown inside the object arrives with its code and message', async () => {
    const thrown = new AuthError('AUTH_RECORD_TOO_LARGE', 'it is full', { cause: new Error('x') })
    const error = await store.read('a'.repeat(44), strong).catch(() => null)
    expect(error).toBe(null)
    vi.spyOn(LimenSessions.prototype, 'read').mockImplementation(() => {
      throw thrown
    })
    await expect(store.read('a'.repeat(44), strong)).rejects.toMatchObject({
      name: 'AuthError',
      code: 'AUTH_RECORD_TOO_LARGE',
      message: 'it is full',
    })
  })

  // https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
  it.each([
    ['Durable Object is overloaded. Requests queued for too long.', { overloaded: true }],
    ['no such table: x: SQLITE_ERROR', { retryable: true }],
    ['no such table: x: SQLITE_ERROR', { overloaded: true }],
    ['Network connection lost.', {}],
    ['Durable Object reset because its code was updated.', { remote: false }],
    ['Internal error in Durable Object storage write caused object to be reset.', {}],
    ['Durable Object storage operation exceeded timeout which caused object to be reset.', {}],
  ])('E2: "%s" with %o is AUTH_STORE_UNAVAILABLE', async (words, properties) => {
    const fail = () => Promise.reject(Object.assign(new Error(words), properties))
    const namespace = { idFromName: () => 'x', get: () => new Proxy({}, { get: () => fail }) }
    const failing = withPlainIds(durableObjectStore(namespace as never))
    expect(await failureOf(() => failing.readUser('ada-id'))).toEqual({
      code: 'AUTH_STORE_UNAVAILABLE',
      message: `Durable Object: ${words}`,
    })
  })
})
