/** The exact text of every message of this package, and how to cause it. */
import { type MessageCase, type MessageTable, messageSuite, recordsFor } from '@limen/conformance'
import { withPlainIds } from '@limen/core/store-kit'
import { describe, it, vi } from 'vitest'
import { type UpstashRedis, redisStore, redisTicketStore } from './index.ts'
import * as catalogue from './messages.ts'

const CONFIG = 'AUTH_CONFIG'
const UNAVAILABLE = 'AUTH_STORE_UNAVAILABLE'

/** A call over a client whose every reply is the same. */
const replying = (reply: () => unknown) => {
  const call = async () => reply()
  const client: UpstashRedis = { eval: call, evalsha: call }
  return withPlainIds(redisStore(client))
}
const rejecting = (reason: unknown) =>
  replying(() => {
    throw reason
  })

const table: MessageTable<typeof catalogue> = {
  redis: [
    UNAVAILABLE,
    [
      'Redis: LOADING Redis is loading the dataset in memory',
      () => rejecting(new Error('LOADING Redis is loading the dataset in memory')).readUser('ada'),
    ],
    [
      'Redis: connect failed (ECONNREFUSED)',
      () => {
        const reason = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' })
        return rejecting(reason).readUser('ada')
      },
    ],
  ],
  NO_REASON: [UNAVAILABLE, ['Redis: no reason was given', () => rejecting(null).readUser('ada')]],
  REDIS_TICKET_STORE: [
    CONFIG,
    [
      'redisTicketStore() needs a client of node-redis, ioredis or @upstash/redis, or an object with eval() and evalsha() (got undefined)',
      () => redisTicketStore(undefined as never),
    ],
    [
      'redisTicketStore(): prefix must be a string such as "limen", without braces (got "")',
      () => redisTicketStore({ eval: async () => {}, evalsha: async () => {} }, { prefix: '' }),
    ],
  ],
  CLIENT_FORM: [
    CONFIG,
    [
      'redisStore() needs a client of node-redis, ioredis or @upstash/redis, or an object with eval() and evalsha() (got a string)',
      () => redisStore('redis://:password@localhost' as never),
    ],
  ],
  PREFIX_FORM: [
    CONFIG,
    [
      'redisStore(): prefix must be a string such as "limen", without braces (got "{app}")',
      () => redisStore({ eval: async () => {}, evalsha: async () => {} }, { prefix: '{app}' }),
    ],
  ],
  REDIS_STORE: [
    'AUTH_STORE_REJECTED',
    ...withoutRoute(
      'redisStore() needs the trait routed: pass the whole store, or its traits too',
      redisStore({ eval: async () => '{"answer":null}', evalsha: async () => '{"answer":null}' }),
    ),
  ],
  NOT_A_RECORD: [
    'AUTH_STORE_REJECTED',
    [
      'Redis: a key holds a text that is no record. Does another program use the same prefix?',
      () => replying(() => '{"answer":xxx}').readUser('ada'),
    ],
  ],
  NOT_AN_ANSWER: [
    UNAVAILABLE,
    ['Redis: the reply is not the answer of a script', () => replying(() => null).readUser('ada')],
  ],
  gaveUp: [
    UNAVAILABLE,
    [
      'listByUser gave up after 20 concurrent sign-ins of the user. Call it again.',
      () => replying(() => '{"answer":{"ids":["a"]}}').listByUser('ada'),
    ],
    [
      'insert gave up after 20 concurrent sign-ins of the user. Call it again.',
      async () => {
        const store = replying(() => '{"answer":{"ids":["a"]}}')
        const record = await recordsFor(store)
        return withoutWaits(() =>
          store.insert(record('a'), { limit: { most: 1, onLimit: 'refuse', now: 0 } }),
        )
      },
    ],
  ],
}

/** Runs with waits of no length. */
async function withoutWaits<Result>(work: () => Promise<Result>): Promise<Result> {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0)
  try {
    return await work()
  } finally {
    random.mockRestore()
  }
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

describe('messages', () => {
  it.each(messageSuite(catalogue, table))('$name', ({ run }) => run())
})
