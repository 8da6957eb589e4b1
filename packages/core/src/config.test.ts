/** Configuration never fails open: every option, with values that do not fit. */
import { describe, expect, it } from 'vitest'
import { cached, cors, limen, splitStore } from '@limen/core'
import { memoryStore } from './memory-store.ts'

const configError = expect.objectContaining({ name: 'AuthError', code: 'AUTH_CONFIG' }) as Error
const store = memoryStore()
const cache = new Map<string, object>()

/** Values that come from environment variables, JSON and mistakes. */
const values: [name: string, value: unknown][] = [
  ['""', ''],
  ['" "', ' '],
  ['"0"', '0'],
  ['"2592000000"', '2592000000'],
  ['"true"', 'true'],
  ['"false"', 'false'],
  ['"undefined"', 'undefined'],
  ['"…"', '…'],
  ['0', 0],
  ['-0', -0],
  ['1', 1],
  ['-1', -1],
  ['0.5', 0.5],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['2 ** 53', 2 ** 53],
  ['null', null],
  ['true', true],
  ['false', false],
  ['10n', 10n],
  ['a symbol', Symbol('x')],
  ['[]', []],
  ['["a"]', ['a']],
  ['[undefined]', [undefined]],
  ['[null]', [null]],
  ['[0]', [0]],
  ['["*"]', ['*']],
  ['[symbol]', [Symbol('x')]],
  ['an object without prototype', Object.create(null)],
  ['[an object without prototype]', [Object.create(null)]],
  ['{ a: 1 }', { a: 1 }],
  ['a Date', new Date(0)],
  ['a Map', new Map()],
  ['a RegExp', /a/],
  ['a boxed string', new String('/')],
  ['a boxed boolean', new Boolean(false)],
  ['a promise', Promise.resolve({})],
  ['a function', () => ({})],
  ['an async function', async () => ({})],
  ['a generator', function* () {}],
  ['an async generator', async function* () {}],
]

describe('options that an object inherits, or that a getter returns', () => {
  const inherited = (options: object): never =>
    Object.create(Object.assign(Object.create(null) as object, options)) as never

  it('are used as own options are', async () => {
    const auth = limen(
      inherited({
        store,
        sessionExpiresIn: inherited({ activePeriod: 60_000, idlePeriod: 60_000 }),
        sessionCookie: inherited({ attributes: inherited({ path: '/app', domain: 'a.example' }) }),
        getUserAttributes: () => ({ name: 'Ada' }),
      }),
    )
    const { userId } = await auth.createUser({})
    const session = await auth.createSession({ userId })
    expect(session.user).toEqual({ userId, name: 'Ada' })
    expect(auth.createSessionCookie(session).attributes).toMatchObject({
      path: '/app',
      domain: 'a.example',
      maxAge: 120,
    })
  })

  it('are read once: what is checked is what is used', () => {
    let reads = 0
    const options = {
      store,
      get now() {
        return reads++ === 0 ? () => 0 : undefined
      },
    }
    expect(limen(options as never).now()).toBe(0)
    expect(reads).toBe(1)
  })
})

type Option = [
  option: string,
  make: (value: unknown) => unknown,
  /** The values that the option accepts. */
  fits: string[],
]

const periods = ['activePeriod', 'idlePeriod', 'absolutePeriod'].map((name): Option => [
  `limen: sessionExpiresIn.${name}`,
  (value) => limen({ store, sessionExpiresIn: { [name]: value } }),
  [],
])
const noOptions = ['an object without prototype']

const options: Option[] = [
  ['limen: store', (value) => limen({ store: value as typeof store }), []],
  ['limen: middleware', (value) => limen({ store, middleware: value as never }), ['a function']],
  ['limen: secure', (value) => limen({ store, secure: value as never }), ['true', 'false']],
  [
    'limen: sessionExpiresIn',
    (value) => limen({ store, sessionExpiresIn: value as never }),
    ['a function', ...noOptions],
  ],
  ['limen: sessionCookie', (value) => limen({ store, sessionCookie: value as never }), noOptions],
  [
    'limen: csrfProtection',
    (value) => limen({ store, csrfProtection: value as never }),
    ['false', ...noOptions],
  ],
  [
    'limen: getUserAttributes',
    (value) => limen({ store, getUserAttributes: value as never }),
    ['a function'],
  ],
  [
    'limen: getSessionAttributes',
    (value) => limen({ store, getSessionAttributes: value as never }),
    ['a function'],
  ],
  [
    'limen: onEvent',
    (value) => limen({ store, onEvent: value as never }),
    ['a function', 'an async function', 'a generator', 'an async generator'],
  ],
  ['limen: events', (value) => limen({ store, events: value as never }), ['[]']],
  ['limen: now', (value) => limen({ store, now: value as never }), ['a function']],
  ...periods,
  [
    'limen: sessionCookie.name',
    (value) => limen({ store, sessionCookie: { name: value as never } }),
    ['"0"', '"2592000000"', '"true"', '"false"', '"undefined"'],
  ],
  [
    'limen: sessionCookie.persistent',
    (value) => limen({ store, sessionCookie: { persistent: value as never } }),
    ['true', 'false', 'a function'],
  ],
  [
    'limen: sessionCookie.expires',
    (value) => limen({ store, sessionCookie: { expires: value as never } }),
    ['true', 'false'],
  ],
  [
    'limen: sessionCookie.attributes',
    (value) => limen({ store, sessionCookie: { attributes: value as never } }),
    noOptions,
  ],
  [
    'limen: sessionCookie.formerly',
    (value) => limen({ store, sessionCookie: { formerly: value as never } }),
    ['[]', '[an object without prototype]'],
  ],
  [
    'limen: sessionCookie.attributes.path',
    (value) => limen({ store, sessionCookie: { attributes: { path: value as never } } }),
    [],
  ],
  [
    'limen: sessionCookie.attributes.domain',
    (value) => limen({ store, sessionCookie: { attributes: { domain: value as never } } }),
    ['"0"', '"2592000000"', '"true"', '"false"', '"undefined"'],
  ],
  [
    'limen: sessionCookie.attributes.sameSite',
    (value) => limen({ store, sessionCookie: { attributes: { sameSite: value as never } } }),
    [],
  ],
  [
    'limen: sessionCookie.attributes.partitioned',
    (value) => limen({ store, sessionCookie: { attributes: { partitioned: value as never } } }),
    ['true', 'false'],
  ],
  [
    'limen: csrfProtection.allowedSubdomains',
    (value) =>
      limen({
        store,
        csrfProtection: {
          allowedSubdomains: value as never,
          ...(value !== undefined && { baseDomain: 'example.com' }),
        },
      }),
    ['[]', '["a"]', '[null]'],
  ],
  [
    'limen: csrfProtection.baseDomain',
    (value) =>
      limen({ store, csrfProtection: { allowedSubdomains: '*', baseDomain: value as never } }),
    ['"0"', '"2592000000"', '"true"', '"false"', '"undefined"'],
  ],
  [
    'limen: csrfProtection.trustedOrigins',
    (value) => limen({ store, csrfProtection: { trustedOrigins: value as never } }),
    ['[]', 'a function'],
  ],
  [
    'limen: csrfProtection.host',
    (value) => limen({ store, csrfProtection: { host: value as never } }),
    ['"0"', '"2592000000"', '"true"', '"false"'],
  ],
  [
    'limen: csrfProtection.hostHeader',
    (value) => limen({ store, csrfProtection: { hostHeader: value as never } }),
    ['"0"', '"2592000000"', '"true"', '"false"', '"undefined"'],
  ],
  ['cors: csrfProtection', (value) => cors({ csrfProtection: value as never }), noOptions],
  [
    'cors: secure',
    (value) => cors({ csrfProtection: {}, secure: value as never }),
    ['true', 'false'],
  ],
  [
    'cors: allowMethods',
    (value) => cors({ csrfProtection: {}, allowMethods: value as never }),
    ['[]'],
  ],
  [
    'cors: allowHeaders',
    (value) => cors({ csrfProtection: {}, allowHeaders: value as never }),
    ['[]', '["a"]'],
  ],
  [
    'cors: exposeHeaders',
    (value) => cors({ csrfProtection: {}, exposeHeaders: value as never }),
    ['[]', '["a"]'],
  ],
  [
    'cors: maxAge',
    (value) => cors({ csrfProtection: {}, maxAge: value as never }),
    ['0', '-0', '1'],
  ],
  ['cached: store', (value) => cached(value as typeof store, { cache, maxAgeMs: 1 }), []],
  ['cached: cache', (value) => cached(store, { cache: value as never, maxAgeMs: 1 }), ['a Map']],
  [
    'cached: maxAgeMs',
    (value) => cached(store, { cache, maxAgeMs: value as never }),
    ['1', '0.5', '2 ** 53'],
  ],
  [
    'cached: onCacheError',
    (value) => cached(store, { cache, maxAgeMs: 1, onCacheError: value as never }),
    ['a function', 'an async function', 'a generator', 'an async generator'],
  ],
  [
    'cached: now',
    (value) => cached(store, { cache, maxAgeMs: 1, now: value as never }),
    ['a function'],
  ],
  [
    'splitStore: sessions',
    (value) => splitStore({ sessions: value as typeof store, users: store }),
    [],
  ],
  [
    'splitStore: users',
    (value) => splitStore({ sessions: store, users: value as typeof store }),
    [],
  ],
]

describe('A4: an option', () => {
  const rows = options.flatMap(([option, make, fits]) =>
    values.map(([name, value]) => [option, name, fits.includes(name), make, value] as const),
  )
  it.each(rows)('%s, given %s: is accepted: %s', (_option, _name, fits, make, value) => {
    if (fits) expect(() => make(value)).not.toThrow()
    else expect(() => make(value)).toThrow(configError)
  })

  it.each(options)('%s accepts undefined unless it is required', (option, make) => {
    const isRequired = /: (store|cache|sessions|users)$|cors: csrfProtection|cached: maxAgeMs/.test(
      option,
    )
    if (isRequired) expect(() => make(undefined)).toThrow(configError)
    else expect(() => make(undefined)).not.toThrow()
  })
})

describe('A4: the options themselves', () => {
  const wrong: [what: string, make: () => unknown][] = [
    ['limen()', () => limen(undefined as never)],
    ['limen(null)', () => limen(null as never)],
    ['limen({})', () => limen({} as never)],
    ['limen("x")', () => limen('x' as never)],
    ['limen(store)', () => limen(store as never)],
    ['cors()', () => cors(undefined as never)],
    ['cors(null)', () => cors(null as never)],
    ['cached(store)', () => cached(store, undefined as never)],
    ['cached(store, null)', () => cached(store, null as never)],
    ['cached(store, 10_000)', () => cached(store, 10_000 as never)],
    ['splitStore()', () => splitStore(undefined as never)],
    ['splitStore(null)', () => splitStore(null as never)],
  ]
  it.each(wrong)('%s is rejected', (_, make) => {
    expect(make).toThrow(configError)
  })

  const unknown: [what: string, make: (name: string) => unknown][] = [
    ['limen()', (name) => limen({ store, ...own(name) })],
    ['sessionExpiresIn', (name) => limen({ store, sessionExpiresIn: own(name) })],
    ['sessionCookie', (name) => limen({ store, sessionCookie: own(name) })],
    [
      'sessionCookie.attributes',
      (name) => limen({ store, sessionCookie: { attributes: own(name) } }),
    ],
    [
      'sessionCookie.formerly',
      (name) => limen({ store, sessionCookie: { formerly: [own(name)] } }),
    ],
    ['csrfProtection', (name) => limen({ store, csrfProtection: own(name) })],
    ['cors()', (name) => cors({ csrfProtection: {}, ...own(name) })],
    ['cors({ csrfProtection })', (name) => cors({ csrfProtection: own(name) })],
    ['cached()', (name) => cached(store, { cache, maxAgeMs: 1, ...own(name) })],
    ['splitStore()', (name) => splitStore({ sessions: store, users: store, ...own(name) })],
  ]
  const names = ['typo', 'Secure', 'trustedOrigin', '', '__proto__', 'constructor', 'toString']
  it.each(unknown)('%s with an unknown option is rejected', (_, make) => {
    for (const name of names) expect(() => make(name), name).toThrow(configError)
  })

  it('are checked also when they are inherited', () => {
    const inherited = (config: object) => Object.assign(Object.create(config) as object, { store })
    for (const config of [{ secure: 'false' }, { csrfProtection: '' }, { sessionExpiresIn: 1 }]) {
      expect(() => limen(inherited(config) as never), JSON.stringify(config)).toThrow(configError)
    }
    expect(() => limen(inherited({ secure: false }) as never)).not.toThrow()
  })

  /** An object with one property of its own, whatever its name. */
  function own(name: string): object {
    return Object.fromEntries([[name, 1]])
  }
})

describe('A5: an option that can never match', () => {
  const periods: [ms: number, accepted: boolean, because: string][] = [
    [59_999, false, 'it is below a minute'],
    [60_000, true, 'it is a minute'],
    [86_400, false, 'it is a day in seconds'],
    [86_400_000, true, 'it is a day'],
    [604_800, false, 'it is a week in seconds'],
    [1_209_600, false, 'it is two weeks in seconds'],
    [2_592_000, false, 'it is 30 days in seconds'],
    [31_536_000, false, 'it is a year in seconds'],
    [2_592_000_000, true, 'it is 30 days'],
    [90_000, true, 'it is a minute and a half'],
    [61_001, true, 'it is a whole number of milliseconds'],
    [60_000.5, false, 'it is not a whole number'],
    [3_153_600_000_000, true, 'it is 100 years'],
    [3_153_600_000_001, false, 'it is more than 100 years'],
    [Number.MAX_SAFE_INTEGER, false, 'it is more than 100 years'],
  ]
  it.each(periods)('a period of %s ms is accepted: %s, because %s', (ms, accepted) => {
    for (const name of ['activePeriod', 'idlePeriod', 'absolutePeriod']) {
      const make = () => limen({ store, sessionExpiresIn: { [name]: ms } })
      if (accepted) expect(make, name).not.toThrow()
      else expect(make, name).toThrow(configError)
    }
  })

  const csrf: [csrfProtection: object, because: string][] = [
    [{ trustedOrigins: ['https://*.x.net'] }, 'no origin has a *'],
    [{ trustedOrigins: ['https://*'] }, 'no origin has a *'],
    [{ trustedOrigins: ['*'] }, 'no origin is a *'],
    [{ trustedOrigins: ['https://{tenant}.x.net'] }, 'no host has a brace'],
    [{ trustedOrigins: ['hTTPS://a.example'] }, 'browsers send lower case'],
    [{ trustedOrigins: ['https://999.999.999.999'] }, 'it is not an IP address'],
    [{ trustedOrigins: ['https://.example'] }, 'a host does not start with a dot'],
    [{ trustedOrigins: ['https://a.example', 'b.example'] }, 'an origin has a scheme'],
    [{ trustedOrigins: ['wss://a.example'] }, 'a WebSocket has the origin of its page'],
    [{ trustedOrigins: ['file:///'] }, 'browsers send null for files'],
    [{ trustedOrigins: 'https://a.example' }, 'it is not a list'],
    [{ trustedOrigins: ['https://a.example,https://b.example'] }, 'it is one string'],
    [{ allowedSubdomains: ['*'], baseDomain: 'example.com' }, '* is not an item of a list'],
    [{ allowedSubdomains: ['*.eu'], baseDomain: 'example.com' }, 'no name has a *'],
    [{ allowedSubdomains: ['app.example.com'], baseDomain: 'example.com' }, 'it is a whole host'],
    [{ allowedSubdomains: ['example.com'], baseDomain: 'example.com' }, 'null is the base domain'],
    [{ allowedSubdomains: ['App'], baseDomain: 'example.com' }, 'browsers send lower case'],
    [{ allowedSubdomains: ['https://app'], baseDomain: 'example.com' }, 'it is not a name'],
    [{ allowedSubdomains: ['.app'], baseDomain: 'example.com' }, 'it starts with a dot'],
    [{ allowedSubdomains: 'app', baseDomain: 'example.com' }, 'it is not a list'],
    [{ allowedSubdomains: ['app'] }, 'it needs a base domain'],
    [{ baseDomain: 'example.com' }, 'it has no effect alone'],
    [{ baseDomain: 'Example.com', allowedSubdomains: '*' }, 'browsers send lower case'],
    [{ baseDomain: 'example.com.', allowedSubdomains: '*' }, 'it ends in a dot'],
    [{ baseDomain: '*.example.com', allowedSubdomains: '*' }, 'no domain has a *'],
    [{ baseDomain: 'example.com:8080', allowedSubdomains: '*' }, 'no domain has a port'],
    [{ host: 'a.example.com/' }, 'no host has a path'],
    [{ host: '*.example.com' }, 'no host has a *'],
    [{ host: 'a.example, b.example' }, 'it is a list'],
    [{ host: 'a.example', hostHeader: 'X-Forwarded-Host' }, 'only one of them is used'],
    [{ hostHeader: 'X-Forwarded-Host: app' }, 'no header has a :'],
    [{ hostHeader: 'X Forwarded Host' }, 'no header has a blank'],
  ]
  it.each(csrf)('%j is rejected, because %s', (csrfProtection) => {
    expect(() => limen({ store, csrfProtection })).toThrow(configError)
    expect(() => cors({ csrfProtection })).toThrow(configError)
  })

  const accepted: object[] = [
    { allowedSubdomains: ['app', 'eu.app', 'my_app', 'xn--p1ai', null], baseDomain: 'example.com' },
    { allowedSubdomains: ['example'], baseDomain: 'example.com' },
    { allowedSubdomains: ['com'], baseDomain: 'example.com' },
    { allowedSubdomains: ['myexample.com'], baseDomain: 'example.com' },
    { allowedSubdomains: '*', baseDomain: 'localhost' },
    { allowedSubdomains: '*' },
    { allowedSubdomains: [] },
    { trustedOrigins: ['https://a.example', 'http://localhost:5173', 'https://[::1]:8443'] },
    { host: 'localhost:8787' },
    { host: '[::1]:8787' },
    { host: 'APP.example' },
  ]
  it.each(accepted)('%j is accepted', (csrfProtection) => {
    expect(() => limen({ store, csrfProtection })).not.toThrow()
  })

  it('csrfProtection: false is accepted by limen() and rejected by cors()', () => {
    expect(() => limen({ store, csrfProtection: false })).not.toThrow()
    expect(() => cors({ csrfProtection: false as never })).toThrow(configError)
  })
})

describe('A4: deleteExpiredSessions({ limit })', () => {
  it.each([...values, ['1.5', 1.5] as const])('rejects all but 1: %s', async (name, limit) => {
    const deleted = limen({ store }).deleteExpiredSessions({ limit: limit as number })
    if (name === '1') expect(await deleted).toBe(0)
    else await expect(deleted).rejects.toThrow(configError)
  })
})
