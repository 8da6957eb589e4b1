import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { AuthError } from '@limen/core'
import {
  type KvStoreOptions,
  d1Store,
  durableObjectStore,
  kvCache,
  kvStore,
  workersCache,
} from '@limen/workers'
import { beforeEach, describe, expect, it } from 'vitest'

beforeEach(() => reset())

/** As untyped code calls it. */
type Untyped = (...args: unknown[]) => unknown

const functions = {
  d1Store,
  kvStore,
  durableObjectStore,
  kvCache,
  workersCache: (cache: unknown) =>
    (workersCache as Untyped)(cache, { origin: 'https://app.example' }),
} as unknown as Record<string, Untyped>

const bindings: [what: string, binding: unknown, kind: string][] = [
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a string', 'DB', 'a string'],
  ['a number', 7, '7'],
  ['true', true, 'true'],
  ['an object', {}, 'an object'],
  ['an object without a prototype', Object.create(null), 'an object'],
  ['an array', ['DB'], 'an array'],
  ['the whole env', env, 'an object'],
  ['a Map', new Map(), 'an object of the class Map'],
  ['a promise of a binding', Promise.resolve(env.DB), 'a promise: await it first'],
  ['a D1 session', env.DB.withSession('first-primary'), 'an object of the class D1DatabaseSession'],
  ['a D1 database', env.DB, 'a D1 database'],
  ['a KV namespace', env.KV, 'a KV namespace'],
  ['a Durable Object namespace', env.SESSIONS, 'a Durable Object namespace'],
  ['a service binding', env.OTHER_WORKER, 'a service binding or stub'],
  [
    'a Durable Object stub',
    env.SESSIONS.get(env.SESSIONS.idFromName('x')),
    'a service binding or stub',
  ],
  ['a cache', caches.default, 'an object of the class Cache'],
  ['all caches', caches, 'an object of the class CacheStorage'],
]

const wanted: [call: string, form: string, taken: string[]][] = [
  ['d1Store', 'a D1 binding such as env.DB', ['a D1 database']],
  ['kvStore', 'a KV binding such as env.SESSIONS', ['a KV namespace']],
  [
    'durableObjectStore',
    'a Durable Object binding such as env.SESSIONS',
    ['a Durable Object namespace'],
  ],
  ['kvCache', 'a KV binding such as env.CACHE', ['a KV namespace']],
  ['workersCache', 'a cache such as caches.default, or a function that opens one', ['a cache']],
]

describe.each(wanted)('A6: %s()', (call, form, taken) => {
  it.each(bindings)('A6: given %s, names the binding that it needs', (what, binding, kind) => {
    const make = () => functions[call]!(binding)
    if (taken.includes(what)) expect(make).not.toThrow()
    else expect(make).toThrow(new AuthError('AUTH_CONFIG', `${call}() needs ${form} (got ${kind})`))
  })
})

const origin = 'https://app.example'
const periods =
  'absolutePeriodMs must be a whole number of milliseconds from 60000 to 3153600000000'
const ttls = 'cacheTtl must be a whole number of seconds from 30 to 2147483647'
const regions =
  'locationHint must be one of wnam, enam, sam, weur, eeur, apac, apac-ne, apac-se, oc, afr, me'
const origins = 'origin must be an origin such as "https://app.example"'

const refused: [call: string, options: unknown, message: string][] = [
  ['kvStore', null, 'options must be an object (got null)'],
  ['kvStore', 30, 'options must be an object (got 30)'],
  ['kvStore', [30], 'options must be an object (got an array)'],
  ['kvStore', { absolutePeriodMs: '2592000000' }, `${periods} (got "2592000000")`],
  ['kvStore', { absolutePeriodMs: 0 }, `${periods} (got 0)`],
  ['kvStore', { absolutePeriodMs: 3600 }, `${periods} (got 3600)`],
  ['kvStore', { absolutePeriodMs: 59_999 }, `${periods} (got 59999)`],
  ['kvStore', { absolutePeriodMs: 60_000.5 }, `${periods} (got 60000.5)`],
  ['kvStore', { absolutePeriodMs: 3_153_600_000_001 }, `${periods} (got 3153600000001)`],
  ['kvStore', { absolutePeriodMs: Infinity }, `${periods} (got Infinity)`],
  ['kvStore', { absolutePeriodMs: NaN }, `${periods} (got NaN)`],
  ['kvStore', { absolutePeriodMs: null }, `${periods} (got null)`],
  ['kvStore', { absolutePeriodMs: false }, `${periods} (got false)`],
  ['kvStore', { absolutePeriodMs: 90_000n }, `${periods} (got 90000)`],
  [
    'kvStore',
    { absolutePeriodMs: new Date(90_000) },
    `${periods} (got an object of the class Date)`,
  ],
  ['kvStore', { absolutePeriodMs: [90_000] }, `${periods} (got [90000])`],
  ['kvStore', { cacheTtl: 29 }, `${ttls} (got 29)`],
  ['kvStore', { cacheTtl: '60' }, `${ttls} (got "60")`],
  ['kvStore', { cacheTtl: 2 ** 31 }, `${ttls} (got 2147483648)`],
  ['durableObjectStore', null, 'options must be an object (got null)'],
  ['durableObjectStore', 'weur', 'options must be an object (got a string)'],
  ['durableObjectStore', { locationHint: 'europe' }, `${regions} (got "europe")`],
  ['durableObjectStore', { locationHint: '' }, `${regions} (got "")`],
  ['durableObjectStore', { locationHint: ['weur'] }, `${regions} (got ["weur"])`],
  ['durableObjectStore', { locationHint: null }, `${regions} (got null)`],
  ['workersCache', null, 'options must be an object (got null)'],
  ['workersCache', {}, `${origins} (got undefined)`],
  ['workersCache', { origin: undefined }, `${origins} (got undefined)`],
  ['workersCache', { origin: [origin] }, `${origins} (got ["https://app.example"])`],
  ['workersCache', { origin: new URL(origin) }, `${origins} (got an object of the class URL)`],
  ['workersCache', { origin: `${origin}/` }, `${origins} (got "https://app.example/")`],
]

const unknown: [call: string, options: object, message: string][] = [
  [
    'kvStore',
    { cacheTTL: 60 },
    'kvStore(): cacheTTL is not an option. The options are: absolutePeriodMs, cacheTtl',
  ],
  [
    'kvStore',
    { toString: undefined },
    'kvStore(): toString is not an option. The options are: absolutePeriodMs, cacheTtl',
  ],
  [
    'durableObjectStore',
    { jurisdiction: 'eu' },
    'durableObjectStore(): jurisdiction is not an option. The options are: locationHint',
  ],
  [
    'workersCache',
    { origin, maxAge: 60 },
    'workersCache(): maxAge is not an option. The options are: origin',
  ],
]

const givenBinding = { ...functions, workersCache } as unknown as typeof functions
const bindingOf: Record<string, unknown> = {
  kvStore: env.KV,
  durableObjectStore: env.SESSIONS,
  workersCache: caches.default,
}

describe('A4: options', () => {
  it.each(refused)('A4: %s() rejects %o', (call, options, message) => {
    expect(() => givenBinding[call]!(bindingOf[call], options)).toThrow(
      new AuthError('AUTH_CONFIG', `${call}(): ${message}`),
    )
  })

  it.each(unknown)('A4: %s() rejects the unknown option in %o', (call, options, message) => {
    expect(() => givenBinding[call]!(bindingOf[call], options)).toThrow(
      new AuthError('AUTH_CONFIG', message),
    )
  })

  it('E13: every optional option can be undefined', () => {
    const options: KvStoreOptions = { absolutePeriodMs: undefined, cacheTtl: undefined }
    kvStore(env.KV, options)
    kvStore(env.KV, undefined)
    durableObjectStore(env.SESSIONS, { locationHint: undefined })
    durableObjectStore(env.SESSIONS, undefined)
  })

  it('A4: both ends of each range are accepted', () => {
    for (const absolutePeriodMs of [60_000, 36_500 * 86_400_000])
      kvStore(env.KV, { absolutePeriodMs })
    for (const cacheTtl of [30, 2 ** 31 - 1]) kvStore(env.KV, { cacheTtl })
  })
})
