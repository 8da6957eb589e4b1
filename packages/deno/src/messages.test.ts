/** The exact text of every message of `denoKvStore()` and `denoKvTicketStore()`, and how to cause it. */
import { type MessageCase, type MessageTable, messageSuite } from '@limen/conformance'
import { withPlainIds } from '@limen/core/store-kit'
import { describe, it } from 'vitest'
import { LAYOUT } from './deno-kv-layout.ts'
import { type Kv, type KvEntry, denoKvStore, denoKvTicketStore } from './index.ts'
import * as catalogue from './messages.ts'

const CONFIG = 'AUTH_CONFIG'
const REJECTED = 'AUTH_STORE_REJECTED'
const UNAVAILABLE = 'AUTH_STORE_UNAVAILABLE'

/** A Deno KV in which every key has the same value, and no change is made. */
function stubOf(value: unknown, fail?: unknown): Kv {
  const entry = (key: KvEntry<unknown>['key']) => ({ key, value, versionstamp: value && '1' })
  const atomic = {
    check: () => atomic,
    set: () => atomic,
    delete: () => atomic,
    commit: async () => ({ ok: false }),
  }
  const kv = {
    get: async (key: never) => entry(key),
    getMany: async (keys: never[]) => {
      if (fail) throw fail
      return keys.map(entry)
    },
    list: () => [],
    atomic: () => {
      if (fail) throw fail
      return atomic
    },
  }
  return kv as unknown as Kv
}

const routedOver = (value: unknown) => denoKvStore(stubOf(value))
const kvOf = (value: unknown, fail?: unknown) => withPlainIds(denoKvStore(stubOf(value, fail)))
const ticketsOf = (value: unknown, fail?: unknown) => denoKvTicketStore(stubOf(value, fail))

const user = { layout: LAYOUT, id: 'ada', generation: 'x', attributes: {} }
const session = {
  id: 'a'.repeat(44),
  userId: 'ada',
  secretHash: 'hash',
  createdAt: 1,
  activePeriodExpiresAt: 2,
  idlePeriodExpiresAt: 3,
  attributes: {},
}
const ticket = { id: 't', codeHash: '', attemptsLeft: 3, expiresAt: 1, data: {} }
const named = (name: string, message: string) => Object.assign(new Error(message), { name })

const table: MessageTable<typeof catalogue> = {
  denoKv: [
    UNAVAILABLE,
    ['Deno KV: disk I/O error', () => kvOf(null, new Error('disk I/O error')).deleteUser('a')],
    ['Deno KV: disk I/O error', () => ticketsOf(null, new Error('disk I/O error')).put(ticket)],
  ],
  KV_FORM: [
    CONFIG,
    [
      'denoKvStore() needs what Deno.openKv() returns (got undefined)',
      () => denoKvStore(undefined as never),
    ],
    [
      'denoKvTicketStore() needs what Deno.openKv() returns (got null)',
      () => denoKvTicketStore(null as never),
    ],
  ],
  PROMISE_OF_KV: [
    CONFIG,
    [
      'denoKvStore() needs what Deno.openKv() returns (got a promise: await Deno.openKv())',
      () => denoKvStore(Promise.resolve({}) as never),
    ],
    [
      'denoKvTicketStore() needs what Deno.openKv() returns (got a promise: await Deno.openKv())',
      () => denoKvTicketStore(Promise.resolve({}) as never),
    ],
  ],
  KV_STORE: [
    REJECTED,
    ...withoutRoute(
      'denoKvStore() needs the trait routed: pass the whole store, or its traits too',
      routedOver(null),
    ),
    [
      'denoKvStore() needs the trait routed: pass the whole store, or its traits too',
      () => {
        const id = { route: session.id.slice(0, 22), id: session.id }
        return routedOver(null).insert({ ...session, id }, { replaces: session.id as never })
      },
    ],
  ],
  ID_TAKEN: [REJECTED, ['Deno KV: the session id is taken', () => kvOf(user).insert(session)]],
  NOT_STORABLE: [
    REJECTED,
    [
      'Deno KV: an attribute cannot be stored',
      () =>
        kvOf(null, named('DataCloneError', '() => "private" could not be cloned')).deleteUser('a'),
    ],
    [
      'Deno KV: an attribute cannot be stored',
      () => ticketsOf(null, named('DataCloneError', '() => "private"')).put(ticket),
    ],
  ],
  gaveUp: [
    UNAVAILABLE,
    [
      'Deno KV: gave up after 100 concurrent changes of the same entry',
      () => kvOf(user).updateUser('ada', {}),
    ],
    [
      'Deno KV: gave up after 100 concurrent changes of the same entry',
      () => ticketsOf({ ...ticket, layout: LAYOUT }).attempt('t'),
    ],
  ],
  closed: [
    UNAVAILABLE,
    [
      'Deno KV: Bad resource ID. The database was closed',
      () => kvOf(null, named('BadResource', 'Bad resource ID')).deleteUser('a'),
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

describe('messages', () => {
  it.each(messageSuite(catalogue, table))('$name', ({ run }) => run())
})
