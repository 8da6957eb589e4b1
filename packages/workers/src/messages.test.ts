/** The exact text of every message of the stores and caches, and how to cause it. */
import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type MessageCase, type MessageTable, messageSuite } from '@limen/conformance'
import { cached } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { withPlainIds } from '@limen/core/store-kit'
import { beforeEach, describe, it } from 'vitest'
import {
  d1Store,
  d1TicketStore,
  durableObjectStore,
  durableObjectTicketStore,
  kvCache,
  kvStore,
  workersCache,
} from './index.ts'
import * as catalogue from './messages.ts'

beforeEach(() => reset())

const CONFIG = 'AUTH_CONFIG'
const REJECTED = 'AUTH_STORE_REJECTED'

const failing = (message: string) => () => Promise.reject(new Error(message))
const objectThatFails = (message: string) => () =>
  withPlainIds(
    durableObjectStore({
      idFromName: (name) => name,
      get: () => ({ readUser: failing(message) }) as never,
    }),
  ).readUser('ada')

const table: MessageTable<typeof catalogue> = {
  durableObject: [
    'AUTH_STORE_UNAVAILABLE',
    ['Durable Object: Network connection lost.', objectThatFails('Network connection lost.')],
  ],
  workersKv: [
    'AUTH_STORE_UNAVAILABLE',
    [
      'Workers KV: KV GET_BULK failed: 503 Service Unavailable',
      () => {
        const get = failing('KV GET_BULK failed: 503 Service Unavailable')
        return withPlainIds(kvStore({ ...kv, get })).readUser('ada')
      },
    ],
  ],
  notCached: [
    'TypeError',
    [
      'JSON would change the attribute "born": it is not cached',
      async () => {
        const errors: unknown[] = []
        const store = memoryStore<{ born: Date }>()
        await store.createUser({ id: 'ada', attributes: { born: new Date(0) } })
        const times = { createdAt: 1, activePeriodExpiresAt: 2, idlePeriodExpiresAt: 3 }
        const session = { id: 'a', userId: 'ada', secretHash: 'x', ...times, attributes: {} }
        await store.insert(session)
        const onCacheError = (error: unknown) => errors.push(error)
        const front = cached(store, { cache: kvCache(env.KV), maxAgeMs: 1000, onCacheError })
        await front.read('a', { consistency: 'eventual' })
        throw errors[0]
      },
    ],
  ],
  D1_BINDING: [
    CONFIG,
    ['d1Store() needs a D1 binding such as env.DB (got undefined)', () => d1Store(wrong())],
    [
      'd1TicketStore() needs a D1 binding such as env.DB (got a KV namespace)',
      () => d1TicketStore(wrong(env.KV)),
    ],
  ],
  KV_BINDING: [
    CONFIG,
    ['kvStore() needs a KV binding such as env.SESSIONS (got null)', () => kvStore(wrong(null))],
  ],
  OBJECT_BINDING: [
    CONFIG,
    [
      'durableObjectStore() needs a Durable Object binding such as env.SESSIONS (got a string)',
      () => durableObjectStore(wrong('SESSIONS')),
    ],
  ],
  KV_CACHE_BINDING: [
    CONFIG,
    ['kvCache() needs a KV binding such as env.CACHE (got an object)', () => kvCache(wrong({}))],
  ],
  CACHE_FORM: [
    CONFIG,
    [
      'workersCache() needs a cache such as caches.default, or a function that opens one (got an object of the class CacheStorage)',
      () => workersCache(wrong(caches), { origin: 'https://app.example' }),
    ],
  ],
  D1_KIND: [
    CONFIG,
    [
      'kvStore() needs a KV binding such as env.SESSIONS (got a D1 database)',
      () => kvStore(wrong(env.DB)),
    ],
  ],
  KV_KIND: [
    CONFIG,
    [
      'd1Store() needs a D1 binding such as env.DB (got a KV namespace)',
      () => d1Store(wrong(env.KV)),
    ],
  ],
  OBJECT_KIND: [
    CONFIG,
    [
      'd1Store() needs a D1 binding such as env.DB (got a Durable Object namespace)',
      () => d1Store(wrong(env.SESSIONS)),
    ],
  ],
  REMOTE_KIND: [
    CONFIG,
    [
      'd1Store() needs a D1 binding such as env.DB (got a service binding or stub)',
      () => d1Store(wrong(env.OTHER_WORKER)),
    ],
  ],
  ORIGIN_FORM: [
    CONFIG,
    [
      'workersCache(): origin must be an origin such as "https://app.example" (got "app.example")',
      () => workersCache(caches.default, { origin: 'app.example' }),
    ],
    [
      'workersCache(): origin must be an origin such as "https://app.example" (got undefined)',
      () => workersCache(caches.default, {} as never),
    ],
  ],
  regionForm: [
    CONFIG,
    [
      'durableObjectStore(): locationHint must be one of wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me (got "europe")',
      () => durableObjectStore(env.SESSIONS, { locationHint: 'europe' as never }),
    ],
  ],
  missingTable: [
    REJECTED,
    [
      'D1_ERROR: no such table: limen_user: SQLITE_ERROR. Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote',
      () => d1Store(env.DB).readUser('ada'),
    ],
    [
      'D1_ERROR: no such table: limen_ticket: SQLITE_ERROR. Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote',
      () => d1TicketStore(env.DB).take('a'),
    ],
  ],
  KV_STORE: [
    REJECTED,
    ...withoutRoute(
      'kvStore() needs the trait routed: pass the whole store, or its traits too',
      kvStore(env.KV),
    ),
  ],
  OBJECT_STORE: [
    REJECTED,
    ...withoutRoute(
      'durableObjectStore() needs the trait routed: pass the whole store, or its traits too',
      durableObjectStore(env.SESSIONS),
    ),
  ],
  OBJECT_TICKET_STORE: [
    CONFIG,
    [
      'durableObjectTicketStore() needs a Durable Object binding such as env.SESSIONS (got a D1 database)',
      () => durableObjectTicketStore(wrong(env.DB)),
    ],
  ],
  wrongClass: [
    REJECTED,
    [
      'Durable Object: The RPC receiver does not implement "readUser". The class of the binding must be LimenSessions.',
      objectThatFails('The RPC receiver does not implement "readUser".'),
    ],
  ],
}

/** Every call of a store with a plain id, as code calls it that does not see the trait `routed`. */
function withoutRoute(text: string, store: object): [MessageCase, ...MessageCase[]] {
  return Object.entries(store)
    .filter(([, call]) => typeof call === 'function')
    .map(([name, call]) => {
      const given = /insert|createUser/.test(name) ? { id: 'ada', attributes: {} } : 'ada'
      return [text, () => call(given, {})]
    }) as never
}

/** A value that JavaScript can pass and TypeScript refuses. */
const wrong = (value?: unknown): never => value as never

const kv = {
  put: async () => {},
  delete: async () => {},
  list: async () => ({ keys: [], list_complete: true }),
}
describe('messages', () => {
  it.each(messageSuite(catalogue, table))('$name', ({ run }) => run())
})
