/** The exact text of every message that core throws, and how to cause it. */
import { describe, expect, it } from 'vitest'
import {
  type AuthErrorCode,
  type CsrfProtection,
  AuthError,
  cached,
  cors,
  handle,
  isRecentSignIn,
  limen,
  splitStore,
} from '@limen/core'
import { checkClient, recordTooLarge, routeIn } from '@limen/core/store-kit'
import { COOKIE, createApp, visit } from '../test/app.ts'
import { deviceBound } from './device-bound.ts'
import { memoryStore } from './memory-store.ts'
import { memoryTicketStore, tickets } from './tickets.ts'
import * as catalogue from './messages.ts'
import type { SessionCookieOptions } from './session-cookie.ts'

const store = memoryStore()
const cache = new Map<string, object>()

/** `limen()` with one option, of any type. */
const given = (option: string, value: unknown) => () => limen({ store, [option]: value })
const cookie =
  (sessionCookie: unknown, secure = true) =>
  () =>
    limen({ store, secure, sessionCookie: sessionCookie as SessionCookieOptions })
/** A sign-in in an app with options of any type. */
const signInWith = (options: object) => () => createApp(options).signIn()
const csrf = (csrfProtection: unknown) => () =>
  limen({ store, csrfProtection: csrfProtection as CsrfProtection })
const corsWith = (options: object) => () => cors({ csrfProtection: {}, ...options })
const cachedWith = (options: object) => () => cached(store, { cache, maxAgeMs: 1, ...options })
const attribute = (a: unknown) => () =>
  createApp().auth.createUser({ attributes: { name: '', a } as never })

/** `setSession()` on a request that the CSRF rules refuse. */
const refused =
  (headers: Record<string, string>, url = 'https://app.example/') =>
  async () => {
    const { open, signIn } = createApp()
    const { session } = await signIn()
    const request = { method: 'POST', url, headers: new Headers(headers) }
    open(request).authRequest.setSession(session)
  }

/** A proxy whose every trap throws. */
const throwing = new Proxy({}, new Proxy({}, { get: () => trap }))
/** An array whose items cannot be read. */
const throwingList = new Proxy([], { get: () => trap() })
function trap(): never {
  throw new Error('value')
}

/** `limen()` with `deviceBound()`, each with options of any type. */
const bound =
  (options: object, config: object = {}) =>
  () =>
    limen({ store, ...config, extensions: [deviceBound({ path: '/device', ...options })] })

const ticketOptions = { purpose: 'reset', expiresInMs: 60_000 }
const ticketsWith = (options: object) => () =>
  tickets(memoryTicketStore(), { ...ticketOptions, ...options } as never)

/** Signs a user in once more than a limit allows. */
const signInsAbove = (limit: number) => async () => {
  const maxSessionsPerUser = { limit, onLimit: 'refuse' } as const
  const auth = limen({ store: memoryStore(), maxSessionsPerUser })
  const { userId } = await auth.createUser({})
  for (let signIns = 0; signIns <= limit; signIns++) await auth.createSession({ userId })
}

/** A message as it is thrown, and a call that throws it. */
type Case = readonly [text: string, act: () => unknown]

const CONFIG = 'AUTH_CONFIG'
const NO_ID = 'AUTH_INVALID_SESSION_ID'
const NO_USER = 'AUTH_INVALID_USER_ID'
const ATTRIBUTES = 'AUTH_INVALID_ATTRIBUTES'

/** The code and the cases of every message in the catalogue: the type requires each name. */
const table: Record<keyof typeof catalogue, readonly [code: AuthErrorCode, ...cases: Case[]]> = {
  unknownOption: [
    CONFIG,
    [
      'limen(): typo is not an option. The options are: store, middleware, secure, sessionExpiresIn, maxSessionsPerUser, sessionCookie, csrfProtection, getUserAttributes, getSessionAttributes, onEvent, events, now, extensions',
      given('typo', 1),
    ],
    [
      'sessionExpiresIn.activeperiod is not an option. The options are: activePeriod, idlePeriod, absolutePeriod',
      given('sessionExpiresIn', { activeperiod: 86_400_000 }),
    ],
    [
      'sessionCookie.attributes.maxAge is not an option. The options are: domain, path, partitioned, sameSite',
      cookie({ attributes: { maxAge: 60 } }),
    ],
    [
      'csrfProtection.origins is not an option. The options are: baseDomain, allowedSubdomains, trustedOrigins, host, hostHeader',
      csrf({ origins: [] }),
    ],
  ],
  missingOption: [
    CONFIG,
    [
      'limen(): store is missing. It must be a store, such as memoryStore() or d1Store(env.DB)',
      given('store', undefined),
    ],
    [
      'limen(): store is missing. It must be a store, such as memoryStore() or d1Store(env.DB)',
      () => limen(undefined as never),
    ],
    [
      'cached(): store is missing. It must be a store, such as memoryStore() or d1Store(env.DB)',
      () => cached(undefined as never, { cache, maxAgeMs: 1 }),
    ],
    [
      'cached(): cache is missing. It must be a cache with get, set and delete, such as an LRUCache',
      cachedWith({ cache: undefined }),
    ],
    [
      'cached(): maxAgeMs is missing. It must be a number of milliseconds above 0',
      cachedWith({ maxAgeMs: undefined }),
    ],
    [
      'splitStore(): sessions is missing. It must be a store, such as memoryStore() or d1Store(env.DB)',
      () => splitStore({ users: store } as never),
    ],
    [
      'splitStore(): users is missing. It must be a store of users: a whole store, or its traits with createUser, readUser, updateUser and deleteUser',
      () => splitStore({ sessions: store } as never),
    ],
  ],
  wrongOption: [
    CONFIG,
    [
      'limen(): store must be a store, such as memoryStore() or d1Store(env.DB) (got a string)',
      given('store', 'redis://:password@localhost'),
    ],
    [
      'limen(): store must be a store, such as memoryStore() or d1Store(env.DB) (got an object of the class URL)',
      given('store', new URL('redis://:password@localhost')),
    ],
    [
      'limen(): store must be a store, such as memoryStore() or d1Store(env.DB) (got a promise: await it first)',
      given('store', Promise.resolve(store)),
    ],
    [
      'cached(): maxAgeMs must be a number of milliseconds above 0 (got a string)',
      cachedWith({ maxAgeMs: '10000' }),
    ],
    [
      'cached(): maxAgeMs must be a number of milliseconds above 0 (got -0)',
      cachedWith({ maxAgeMs: -0 }),
    ],
  ],
  BOOLEAN_FORM: [
    CONFIG,
    ['limen(): secure must be true or false (got "false")', given('secure', 'false')],
    ['limen(): secure must be true or false (got null)', given('secure', null)],
    ['limen(): secure must be true or false (got an object)', given('secure', Object.create(null))],
    ['sessionCookie.expires must be true or false (got 0)', cookie({ expires: 0 })],
    [
      'sessionCookie.attributes.partitioned must be true or false (got "true")',
      cookie({ attributes: { partitioned: 'true' } }),
    ],
  ],
  OBJECT_FORM: [
    CONFIG,
    [
      'limen(): sessionExpiresIn must be an object, or a function (got 86400000)',
      given('sessionExpiresIn', 86_400_000),
    ],
    ['limen(): maxSessionsPerUser must be an object (got 3)', given('maxSessionsPerUser', 3)],
    ['tickets(): code must be an object (got true)', ticketsWith({ code: true })],
    ['limen(): sessionCookie must be an object (got [])', cookie([])],
    ['limen(): sessionCookie must be an object (got [10])', cookie([10n])],
    ['sessionCookie.attributes must be an object (got "Path=/")', cookie({ attributes: 'Path=/' })],
  ],
  FUNCTION_FORM: [
    CONFIG,
    [
      'limen(): onEvent must be a function (got [an object,"log",1,null,an array])',
      given('onEvent', [{ password: 'hunter2' }, 'log', 1, null, [['hunter2']]]),
    ],
    ['limen(): onEvent must be a function (got an object)', given('onEvent', throwing)],
    ['limen(): onEvent must be a function (got [an object])', given('onEvent', [throwing])],
    ['limen(): onEvent must be a function (got "log")', given('onEvent', 'log')],
    ['limen(): now must be a function (got 0)', given('now', 0)],
    [
      'limen(): getSessionAttributes must be a function (got an object)',
      given('getSessionAttributes', { name: true }),
    ],
    ['cached(): onCacheError must be a function (got true)', cachedWith({ onCacheError: true })],
  ],
  SYNC_FORM: [
    CONFIG,
    [
      'limen(): middleware must be a plain, synchronous function (got an async function or a generator)',
      given('middleware', async () => ({})),
    ],
    [
      'limen(): now must be a plain, synchronous function (got an async function or a generator)',
      given('now', function* () {}),
    ],
    [
      'limen(): getUserAttributes must be a plain, synchronous function (got an async function or a generator)',
      given('getUserAttributes', async () => ({})),
    ],
    [
      'csrfProtection.trustedOrigins must be a plain, synchronous function (got an async function or a generator)',
      csrf({ trustedOrigins: async () => true }),
    ],
  ],
  CSRF_FORM: [CONFIG, ['limen(): csrfProtection must be an object or false (got "")', csrf('')]],
  EXTENSION_FORM: [
    CONFIG,
    [
      'limen(): an extension’s result must be a plain object of settings, not a promise (got a promise: await it first)',
      given('extensions', [() => Promise.resolve({})]),
    ],
    [
      'limen(): an extension’s result must be a plain object of settings, not a promise (got undefined)',
      given('extensions', [() => {}]),
    ],
  ],
  EXTENSIONS_FORM: [
    CONFIG,
    [
      'limen(): extensions must be an array of extensions (got a function)',
      given('extensions', () => ({})),
    ],
    [
      'limen(): extensions must be an array of extensions (got [an object])',
      given('extensions', [{}]),
    ],
    [
      'limen(): extensions must be an array of extensions (got [an async function or a generator])',
      given('extensions', [async () => ({})]),
    ],
  ],
  EVENTS_FORM: [
    CONFIG,
    ['limen(): events must be ["validated"] or [] (got ["created"])', given('events', ['created'])],
  ],
  PERIOD_FORM: [
    CONFIG,
    [
      'sessionExpiresIn.absolutePeriod must be a whole number of milliseconds from 60000 (a minute) to 3153600000000 (100 years) (got "2592000000")',
      given('sessionExpiresIn', { absolutePeriod: '2592000000' }),
    ],
    [
      'sessionExpiresIn().idlePeriod must be a whole number of milliseconds from 60000 (a minute) to 3153600000000 (100 years) (got 0)',
      signInWith({ sessionExpiresIn: () => ({ idlePeriod: 0 }) }),
    ],
    [
      'sessionExpiresIn.idlePeriod must be a whole number of milliseconds from 60000 (a minute) to 3153600000000 (100 years) (got NaN)',
      given('sessionExpiresIn', { idlePeriod: Number.NaN }),
    ],
    [
      'sessionExpiresIn.activePeriod must be a whole number of milliseconds from 60000 (a minute) to 3153600000000 (100 years) (got Infinity)',
      given('sessionExpiresIn', { activePeriod: Infinity }),
    ],
  ],
  PERIOD_UNIT: [
    CONFIG,
    [
      'sessionExpiresIn.activePeriod must be in milliseconds: this looks like seconds (got 86400)',
      given('sessionExpiresIn', { activePeriod: 86_400 }),
    ],
  ],
  PERIOD_WITHOUT_END: [
    CONFIG,
    [
      'sessionExpiresIn.absolutePeriod must be left out for no limit (got Infinity)',
      given('sessionExpiresIn', { absolutePeriod: Infinity }),
    ],
  ],
  COOKIE_NAME_FORM: [
    CONFIG,
    [
      'sessionCookie.name must be letters, digits or !#$%&\'*+-.^_`|~ (got "bad name")',
      cookie({ name: 'bad name' }),
    ],
    [
      'sessionCookie.formerly.name must be letters, digits or !#$%&\'*+-.^_`|~ (got "")',
      cookie({ formerly: [{ name: '' }] }),
    ],
  ],
  COOKIE_FORMS: [
    CONFIG,
    [
      'sessionCookie.formerly must be an array such as [{ domain: "example.com" }] (got an object)',
      cookie({ formerly: { name: 'old' } }),
    ],
  ],
  COOKIE_PATH_START: [
    CONFIG,
    [
      'sessionCookie.attributes.path must be a path such as "/app" (got "app")',
      cookie({ attributes: { path: 'app' } }),
    ],
  ],
  COOKIE_PATH_FORM: [
    CONFIG,
    [
      'sessionCookie.attributes.path must be a path with encoded characters, such as "/my%20app" (got "/my app")',
      cookie({ attributes: { path: '/my app' } }),
    ],
  ],
  SAME_SITE_FORM: [
    CONFIG,
    [
      'sessionCookie.attributes.sameSite must be "lax", "strict" or "none" (got "sometimes")',
      cookie({ attributes: { sameSite: 'sometimes' } }),
    ],
  ],
  HOST_PREFIX_DOMAIN: [
    CONFIG,
    [
      'sessionCookie.attributes.domain must be left out for a "__Host-" name (got "app.example")',
      cookie({ name: '__Host-s', attributes: { domain: 'app.example' } }),
    ],
    [
      'sessionCookie.formerly.domain must be left out for a "__Host-" name (got "app.example")',
      cookie({ formerly: [{ name: '__Host-s', domain: 'app.example' }] }),
    ],
  ],
  HOST_PREFIX_PATH: [
    CONFIG,
    [
      'sessionCookie.attributes.path must be "/" for a "__Host-" name (got "/app")',
      cookie({ name: '__Host-s', attributes: { path: '/app' } }),
    ],
    [
      'sessionCookie.formerly.path must be "/" for a "__Host-" name (got "/app")',
      cookie({ formerly: [{ name: '__HOST-s', path: '/app' }] }),
    ],
  ],
  PREFIX_WITHOUT_SECURE: [
    CONFIG,
    [
      'sessionCookie.name must be without "__Host-", "__Secure-" or "__Http-" where secure is false (got "__Host-s")',
      cookie({ name: '__Host-s' }, false),
    ],
    [
      'sessionCookie.name must be without "__Host-", "__Secure-" or "__Http-" where secure is false (got "__secure-s")',
      cookie({ name: '__secure-s' }, false),
    ],
    [
      'sessionCookie.name must be without "__Host-", "__Secure-" or "__Http-" where secure is false (got "__Http-s")',
      cookie({ name: '__Http-s' }, false),
    ],
    [
      'sessionCookie.formerly.name must be without "__Host-", "__Secure-" or "__Http-" where secure is false (got "__Host-s")',
      cookie({ formerly: [{ name: '__Host-s' }] }, false),
    ],
  ],
  PARTITIONED_WITHOUT_SECURE: [
    CONFIG,
    [
      'sessionCookie.attributes.partitioned must be left out where secure is false (got true)',
      cookie({ attributes: { partitioned: true } }, false),
    ],
  ],
  SAME_SITE_WITHOUT_SECURE: [
    CONFIG,
    [
      'sessionCookie.attributes.sameSite must be "lax" or "strict" where secure is false (got "none")',
      cookie({ attributes: { sameSite: 'None' } }, false),
    ],
  ],
  DOMAIN_FORM: [
    CONFIG,
    [
      'sessionCookie.attributes.domain must be a domain such as "example.com" (got "https://app.example")',
      cookie({ attributes: { domain: 'https://app.example' } }),
    ],
    [
      'csrfProtection.baseDomain must be a domain such as "example.com" (got "")',
      csrf({ allowedSubdomains: '*', baseDomain: '' }),
    ],
  ],
  BASE_DOMAIN_ALONE: [
    CONFIG,
    [
      'csrfProtection.baseDomain must be left out without allowedSubdomains (got "example.com")',
      csrf({ baseDomain: 'example.com' }),
    ],
  ],
  SUBDOMAINS_FORM: [
    CONFIG,
    [
      'csrfProtection.allowedSubdomains must be "*", or an array of names in lower case such as ["app", "eu.app"] (got ["*"])',
      csrf({ allowedSubdomains: ['*'], baseDomain: 'example.com' }),
    ],
    [
      'csrfProtection.allowedSubdomains must be "*", or an array of names in lower case such as ["app", "eu.app"] (got "app")',
      csrf({ allowedSubdomains: 'app', baseDomain: 'example.com' }),
    ],
    [
      'csrfProtection.allowedSubdomains must be "*", or an array of names in lower case such as ["app", "eu.app"] (got ["App"])',
      csrf({ allowedSubdomains: ['App'], baseDomain: 'example.com' }),
    ],
  ],
  SUBDOMAIN_WHOLE: [
    CONFIG,
    [
      'csrfProtection.allowedSubdomains must be names without baseDomain, such as ["app"] (got ["app.example.com"])',
      csrf({ allowedSubdomains: ['app.example.com'], baseDomain: 'example.com' }),
    ],
  ],
  SUBDOMAINS_WITHOUT_BASE: [
    CONFIG,
    [
      'csrfProtection.allowedSubdomains with names needs csrfProtection.baseDomain, such as "example.com"',
      csrf({ allowedSubdomains: ['app'] }),
    ],
  ],
  ORIGINS_FORM: [
    CONFIG,
    [
      'csrfProtection.trustedOrigins must be an array such as ["https://app.example.com"], or a function (got "https://a.example")',
      csrf({ trustedOrigins: 'https://a.example' }),
    ],
  ],
  ORIGIN_STAR: [
    CONFIG,
    [
      'csrfProtection.trustedOrigins must be origins without "*", or a function (got ["https://*.x.net"])',
      csrf({ trustedOrigins: ['https://*.x.net'] }),
    ],
  ],
  ORIGIN_FORM: [
    CONFIG,
    [
      'csrfProtection.trustedOrigins must be origins as browsers send them, such as ["https://app.example.com"] (got ["https://app.example/"])',
      csrf({ trustedOrigins: ['https://app.example/'] }),
    ],
    [
      'csrfProtection.trustedOrigins must be origins as browsers send them, such as ["https://app.example.com"] (got ["HTTPS://app.example"])',
      csrf({ trustedOrigins: ['HTTPS://app.example'] }),
    ],
    [
      'csrfProtection.trustedOrigins must be origins as browsers send them, such as ["https://app.example.com"] (got ["https://app.example:443"])',
      csrf({ trustedOrigins: ['https://app.example:443'] }),
    ],
    [
      'csrfProtection.trustedOrigins must be origins as browsers send them, such as ["https://app.example.com"] (got ["wss://app.example"])',
      csrf({ trustedOrigins: ['wss://app.example'] }),
    ],
  ],
  HOST_SCHEME: [
    CONFIG,
    [
      'csrfProtection.host must be a host such as "app.example.com", without a scheme (got "https://a.example")',
      csrf({ host: 'https://a.example' }),
    ],
  ],
  HOST_STAR: [
    CONFIG,
    [
      'csrfProtection.host must be one host, without "*" (got "*.a.example")',
      csrf({ host: '*.a.example' }),
    ],
  ],
  HOST_FORM: [
    CONFIG,
    [
      'csrfProtection.host must be a host such as "app.example.com" or "localhost:8787" (got "a.example/app")',
      csrf({ host: 'a.example/app' }),
    ],
  ],
  HEADER_FORM: [
    CONFIG,
    [
      'csrfProtection.hostHeader must be the name of a header, such as "X-Forwarded-Host" (got "X Forwarded Host")',
      csrf({ hostHeader: 'X Forwarded Host' }),
    ],
  ],
  HEADER_BESIDE_HOST: [
    CONFIG,
    [
      'csrfProtection.hostHeader must be left out where host is set (got "Host")',
      csrf({ host: 'a.example', hostHeader: 'Host' }),
    ],
  ],
  CORS_CSRF_FORM: [
    CONFIG,
    [
      'cors(): csrfProtection must be the object that limen({ csrfProtection }) takes: with false, every page could read every response (got false)',
      corsWith({ csrfProtection: false }),
    ],
  ],
  METHODS_FORM: [
    CONFIG,
    [
      'cors(): allowMethods must be an array of methods, such as ["PUT", "DELETE"] (got "PUT")',
      corsWith({ allowMethods: 'PUT' }),
    ],
    [
      'cors(): allowMethods must be an array of methods, such as ["PUT", "DELETE"] (got ["PUT, DELETE"])',
      corsWith({ allowMethods: ['PUT, DELETE'] }),
    ],
  ],
  HEADERS_FORM: [
    CONFIG,
    [
      'cors(): allowHeaders must be an array of header names, such as ["Content-Type"] (got ["bad name"])',
      corsWith({ allowHeaders: ['bad name'] }),
    ],
    [
      'cors(): exposeHeaders must be an array of header names, such as ["Content-Type"] (got "X-A")',
      corsWith({ exposeHeaders: 'X-A' }),
    ],
  ],
  LIST_STAR: [
    CONFIG,
    [
      'cors(): allowMethods must be a list without "*", which browsers take for a name where cookies are sent (got ["*"])',
      corsWith({ allowMethods: ['*'] }),
    ],
    [
      'cors(): allowHeaders must be a list without "*", which browsers take for a name where cookies are sent (got ["*"])',
      corsWith({ allowHeaders: ['*'] }),
    ],
    [
      'cors(): exposeHeaders must be a list without "*", which browsers take for a name where cookies are sent (got ["*"])',
      corsWith({ exposeHeaders: ['*'] }),
    ],
  ],
  METHOD_CASE: [
    CONFIG,
    [
      'cors(): allowMethods must be methods in capitals (got ["put"])',
      corsWith({ allowMethods: ['put'] }),
    ],
  ],
  METHOD_FORBIDDEN: [
    CONFIG,
    [
      'cors(): allowMethods must be methods that pages can use: not CONNECT, TRACE or TRACK (got ["TRACE"])',
      corsWith({ allowMethods: ['TRACE'] }),
    ],
  ],
  SECONDS_FORM: [
    CONFIG,
    [
      'cors(): maxAge must be a whole number of seconds, 0 or more (got -1)',
      corsWith({ maxAge: -1 }),
    ],
  ],
  LIMIT_FORM: [
    CONFIG,
    [
      'maxSessionsPerUser.limit must be a whole number above 0 (got 0)',
      given('maxSessionsPerUser', { limit: 0, onLimit: 'refuse' }),
    ],
    [
      'deleteExpiredSessions(): limit must be a whole number above 0 (got 0)',
      () => limen({ store }).deleteExpiredSessions({ limit: 0 }),
    ],
  ],
  AUTH_FORM: [
    CONFIG,
    [
      'handle(): auth must be the object that limen() returned (got a promise: await it first)',
      () => handle(Promise.resolve(limen({ store })) as never, visit(null), () => new Response()),
    ],
    [
      'handle(): auth must be the object that limen() returned (got a string)',
      () => handle('redis://:password@host' as never, visit(null), () => new Response()),
    ],
    [
      'handle(): auth must be the object that limen() returned (got an object)',
      () => handle(throwing as never, visit(null), () => new Response()),
    ],
  ],
  wrongResult: [
    CONFIG,
    [
      'sessionExpiresIn() must return an object (got undefined)',
      signInWith({ sessionExpiresIn: () => {} }),
    ],
    [
      'sessionCookie.persistent() must return true or false (got "yes")',
      signInWith({ sessionCookie: { persistent: () => 'yes' } }),
    ],
    [
      'getUserAttributes must return an object (got a string)',
      () => limen({ store, getUserAttributes: (() => 'Ada') as never }).createUser({}),
    ],
    [
      'getUserAttributes must return an object (got an array)',
      () => limen({ store, getUserAttributes: (() => []) as never }).createUser({}),
    ],
  ],
  functionFailed: [
    CONFIG,
    [
      'limen(): options threw an error: see the cause of this error.',
      () => limen(throwing as never),
    ],
    [
      'limen(): secure threw an error: see the cause of this error.',
      () =>
        limen({
          store,
          get secure(): boolean {
            throw new Error('value')
          },
        }),
    ],
    ['limen(): store threw an error: see the cause of this error.', given('store', throwing)],
    [
      'limen(): sessionCookie threw an error: see the cause of this error.',
      given('sessionCookie', throwing),
    ],
    [
      'csrfProtection.trustedOrigins threw an error: see the cause of this error.',
      csrf({ trustedOrigins: throwingList }),
    ],
    [
      'sessionExpiresIn() threw an error: see the cause of this error.',
      signInWith({
        sessionExpiresIn: ({ role }: never) => ({ activePeriod: (role as string).length }),
      }),
    ],
    [
      'sessionCookie.persistent() threw an error: see the cause of this error.',
      signInWith({
        sessionCookie: {
          persistent: () => {
            throw new Error('value')
          },
        },
      }),
    ],
  ],
  orFunction: [
    CONFIG,
    [
      'limen(): sessionExpiresIn must be an object, or a function (got "1 day")',
      given('sessionExpiresIn', '1 day'),
    ],
    [
      'limen(): sessionExpiresIn must be a plain, synchronous function (got an async function or a generator)',
      given('sessionExpiresIn', async () => ({})),
    ],
    [
      'sessionCookie.persistent must be true or false, or a function (got "yes")',
      cookie({ persistent: 'yes' }),
    ],
    [
      'sessionCookie.persistent must be a plain, synchronous function (got an async function or a generator)',
      cookie({ persistent: async () => true }),
    ],
  ],
  promisedResult: [
    CONFIG,
    [
      'sessionExpiresIn() must return an object at once, not a promise',
      signInWith({ sessionExpiresIn: () => Promise.resolve({}) }),
    ],
    [
      'sessionCookie.persistent() must return true or false at once, not a promise',
      signInWith({ sessionCookie: { persistent: () => Promise.resolve(true) } }),
    ],
    [
      'getUserAttributes must return an object at once, not a promise',
      () =>
        limen({ store, getUserAttributes: (() => Promise.resolve({})) as never }).createUser({}),
    ],
  ],
  COOKIES_DISABLED: [
    'AUTH_COOKIES_DISABLED',
    [
      'web() cannot set cookies: use an adapter, or send auth.createSessionCookie(session).serialize() yourself.',
      () =>
        createApp()
          .auth.openRequest({ request: visit(null) })
          .setSession(null),
    ],
  ],
  RESPONSE_SENT: [
    'AUTH_RESPONSE_SENT',
    [
      'setSession() cannot set a cookie: the response has been sent. Await the work before it.',
      () => {
        const context = { request: visit(null), setCookie: (): void => {} }
        const authRequest = createApp().auth.openRequest(context)
        Object.assign(context, { setCookie: undefined })
        authRequest.setSession(null)
      },
    ],
  ],
  untrustedOrigin: [
    'AUTH_UNTRUSTED_ORIGIN',
    [
      'cross-site: another site or a sibling host sent this request.',
      refused({ 'Sec-Fetch-Site': 'cross-site' }),
    ],
    [
      "origin-mismatch: Origin is not this app's own. Behind a proxy that rewrites Host, set csrfProtection.hostHeader or host.",
      refused({ Origin: 'https://evil.example' }),
    ],
    ['origin-missing: the request has neither Origin nor Sec-Fetch-Site.', refused({})],
    [
      'origin-insecure: the page was loaded over http. In development, set secure: false.',
      refused({ Origin: 'http://dev.lan' }, 'http://dev.lan/'),
    ],
    [
      'host-unknown: the request has no usable URL, or no header csrfProtection.hostHeader.',
      refused({ Origin: 'https://app.example' }, '/form'),
    ],
  ],
  SESSION_WITHOUT_TOKEN: [
    NO_ID,
    [
      'This session has no token. Pass what createSession() or validate() returned (awaited), not a copy or a listed session.',
      async () => {
        const { auth, signIn } = createApp()
        const { session } = await signIn()
        auth.createSessionCookie({ ...session })
      },
    ],
    [
      'This session has no token. Pass what createSession() or validate() returned (awaited), not a copy or a listed session.',
      () => createApp().auth.createSessionCookie(Promise.resolve({}) as never),
    ],
    [
      'This session has no token. Pass what createSession() or validate() returned (awaited), not a copy or a listed session.',
      () =>
        createApp()
          .open(visit(null))
          .authRequest.setSession(undefined as never),
    ],
    [
      'This session has no token. Pass what createSession() or validate() returned (awaited), not a copy or a listed session.',
      async () => {
        const { auth, signIn } = createApp()
        const { user } = await signIn()
        const [listed] = await auth.getAllUserSessions(user.userId)
        auth.createBearerToken(listed!)
      },
    ],
  ],
  SESSION_ID_IS_TOKEN: [
    NO_ID,
    [
      'Expected a session id. This looks like a token: pass session.sessionId.',
      async () => {
        const { auth, signIn } = createApp()
        const { token } = await signIn()
        await auth.invalidateSession(token)
      },
    ],
    [
      'Expected a session id. This looks like a token: pass session.sessionId.',
      async () => {
        const { auth, signIn } = createApp()
        const { user, token } = await signIn()
        await auth.invalidateAllUserSessions(user.userId, { except: token })
      },
    ],
  ],
  SESSION_ID_FORM: [
    NO_ID,
    [
      'Expected a session id: pass session.sessionId.',
      () => createApp().auth.invalidateSession('x'),
    ],
  ],
  SESSION_NOT_OF_USER: [
    NO_ID,
    [
      'This user has no such session: it was revoked, has expired or belongs to another user.',
      () => createApp().auth.invalidateSession('x'.repeat(22), { userId: 'ada' }),
    ],
  ],
  WITHIN_FORM: [
    CONFIG,
    [
      'isRecentSignIn(): withinMs must be a whole number of milliseconds above 0, such as 600000 (10 minutes) (got "600000")',
      () => isRecentSignIn({ createdAt: new Date(0) }, { withinMs: '600000' as never }),
    ],
    [
      'isRecentSignIn(): withinMs must be a whole number of milliseconds above 0, such as 600000 (10 minutes) (got undefined)',
      () => isRecentSignIn({ createdAt: new Date(0) }, undefined as never),
    ],
  ],
  CREATED_AT_FORM: [
    CONFIG,
    [
      'isRecentSignIn(): session must be a session, with its createdAt (got null)',
      () => isRecentSignIn(null as never, { withinMs: 1 }),
    ],
  ],
  SESSION_UNKNOWN: [
    NO_ID,
    [
      'There is no such session: it was revoked or has expired.',
      () => createApp().auth.updateSessionAttributes('x'.repeat(22), { device: '' }),
    ],
  ],
  SESSION_EXPIRED_AT_CREATION: [
    NO_ID,
    [
      'The session expired while it was created.',
      async () => {
        let now = 1_700_000_000_000
        const auth = limen({ store, now: () => (now += 86_400_000 * 20) })
        const { userId } = await auth.createUser({})
        await auth.createSession({ userId })
      },
    ],
  ],
  tokenRejected: [
    NO_ID,
    ['The token opens no session (malformed).', () => createApp().auth.validateSession('x')],
    [
      'The token opens no session (unknown).',
      () => createApp().auth.validateSession(`${'x'.repeat(22)}.${'x'.repeat(43)}`),
    ],
  ],
  USER_UNKNOWN: [
    NO_USER,
    [
      'There is no user with this id.',
      () => createApp().auth.createSession({ userId: 'bob', attributes: { device: '' } }),
    ],
    [
      'There is no user with this id.',
      () => createApp().auth.updateUserAttributes('bob', { name: '' }),
    ],
  ],
  USER_ID_TEXT: [
    NO_USER,
    ['userId must be a well-formed string without NUL', () => createApp().auth.deleteUser('ada\0')],
  ],
  wrongUserId: [
    NO_USER,
    ['userId must be a string (got 7)', () => createApp().auth.deleteUser(7 as never)],
    [
      'userId must be a string (got undefined)',
      () => createApp().auth.createSession(undefined as never),
    ],
  ],
  USER_EXISTS: [
    'AUTH_DUPLICATE_USER_ID',
    [
      'There is already a user with this id.',
      async () => {
        const { auth } = createApp()
        const ada = { userId: 'ada', attributes: { name: '' } }
        await auth.createUser(ada)
        await auth.createUser(ada)
      },
    ],
  ],
  wrongAttribute: [
    ATTRIBUTES,
    [
      'attributes.a.0.b must be a string, number, boolean, null, array or plain object (got bigint)',
      attribute([{ b: 10n }]),
    ],
    [
      'attributes.a."b\\nGET /" must be a string, number, boolean, null, array or plain object (got bigint)',
      attribute({ 'b\nGET /': 10n }),
    ],
    [
      `attributes.a."${'b'.repeat(80)}…" must be a string, number, boolean, null, array or plain object (got bigint)`,
      attribute({ ['b'.repeat(1_000_000)]: 10n }),
    ],
  ],
  ATTRIBUTES_FORM: [
    ATTRIBUTES,
    [
      'attributes must be a plain object (got null)',
      () => createApp().auth.updateUserAttributes('ada', null as never),
    ],
    [
      'attributes must be a plain object (got an array)',
      () => createApp().auth.createUser({ attributes: [] as never }),
    ],
  ],
  ATTRIBUTE_FORM: [
    ATTRIBUTES,
    [
      'attributes.a must be a string, number, boolean, null, array or plain object (got an object of the class Map)',
      attribute(new Map()),
    ],
    [
      'attributes.a must be a string, number, boolean, null, array or plain object (got function)',
      attribute(() => {}),
    ],
  ],
  ATTRIBUTE_DATE: [
    ATTRIBUTES,
    [
      'attributes.a must be a number such as date.getTime() (got an object of the class Date)',
      attribute(new Date(0)),
    ],
  ],
  ATTRIBUTE_TEXT: [
    ATTRIBUTES,
    ['attributes.a must be a well-formed string without NUL (got string)', attribute('\ud800')],
    ['attributes.a must be a well-formed string without NUL (got string)', attribute('a\0')],
  ],
  ATTRIBUTE_NUMBER: [
    ATTRIBUTES,
    ['attributes.a must be a finite number other than -0 (got NaN)', attribute(Number.NaN)],
    ['attributes.a must be a finite number other than -0 (got -0)', attribute(-0)],
  ],
  ATTRIBUTE_UNDEFINED: [
    ATTRIBUTES,
    ['attributes.a.0 must be left out, or null (got undefined)', attribute([undefined])],
  ],
  ATTRIBUTE_DEPTH: [
    ATTRIBUTES,
    [
      `attributes.a${'.0'.repeat(64)} must be at most 64 levels deep (got an array)`,
      attribute(nested(65)),
    ],
  ],
  ATTRIBUTE_WHOLE: [
    ATTRIBUTES,
    [
      'attributes.a must be without holes, symbols and hidden properties: JSON drops them (got an array)',
      attribute(Object.assign([1], { more: 1 })),
    ],
    [
      'attributes.a must be without holes, symbols and hidden properties: JSON drops them (got an object)',
      attribute({ [Symbol('b')]: 1 }),
    ],
  ],
  ATTRIBUTE_NAMES: [
    ATTRIBUTES,
    [
      'attributes.a must be an object whose names are well-formed strings without NUL (got an object)',
      attribute({ 'b\0': 1 }),
    ],
  ],
  wrongClient: [
    CONFIG,
    [
      'kvStore() needs a KV binding such as env.SESSIONS (got undefined)',
      () => checkClient('kvStore', 'a KV binding such as env.SESSIONS', undefined, ['get']),
    ],
  ],
  tooLarge: [
    'AUTH_RECORD_TOO_LARGE',
    [
      'Deno KV: the attributes are too large: a record can have at most 64 KiB',
      () => Promise.reject(recordTooLarge('Deno KV', '64 KiB')),
    ],
  ],
  routeMissing: [
    'AUTH_STORE_REJECTED',
    [
      'kvStore() needs the trait routed: pass the whole store, or its traits too',
      () => routeIn('kvStore', 'ada' as never),
    ],
  ],
  ON_LIMIT_FORM: [
    CONFIG,
    [
      'maxSessionsPerUser.onLimit must be "revoke-oldest" or "refuse" (got a string)',
      given('maxSessionsPerUser', { limit: 3, onLimit: 'oldest' }),
    ],
    [
      'maxSessionsPerUser.onLimit is missing. It must be "revoke-oldest" or "refuse"',
      given('maxSessionsPerUser', { limit: 3 }),
    ],
  ],
  sessionLimit: [
    'AUTH_SESSION_LIMIT',
    [
      'The user has 1 session, the most that maxSessionsPerUser allows: nothing was stored.',
      signInsAbove(1),
    ],
    [
      'The user has 2 sessions, the most that maxSessionsPerUser allows: nothing was stored.',
      signInsAbove(2),
    ],
  ],
  TICKET_STORE_FORM: [
    CONFIG,
    [
      'tickets(): store must be a store of tickets, such as memoryTicketStore() or d1TicketStore(env.DB) (got a string)',
      () => tickets('redis://:password@localhost' as never, ticketOptions),
    ],
    [
      'tickets(): store must be a store of tickets, such as memoryTicketStore() or d1TicketStore(env.DB) (got an object)',
      () => tickets(store as never, ticketOptions),
    ],
  ],
  PURPOSE_FORM: [
    CONFIG,
    [
      'tickets(): purpose is missing. It must be a name of 1 to 64 letters, digits or ./_-, such as "password-reset"',
      ticketsWith({ purpose: undefined }),
    ],
    [
      'tickets(): purpose must be a name of 1 to 64 letters, digits or ./_-, such as "password-reset" (got a string)',
      ticketsWith({ purpose: 'a b' }),
    ],
  ],
  EXPIRES_IN_FORM: [
    CONFIG,
    [
      'tickets(): expiresInMs must be a whole number of milliseconds from 1000 to 2678400000 (31 days) (got 600)',
      ticketsWith({ expiresInMs: 600 }),
    ],
  ],
  DIGITS_FORM: [
    CONFIG,
    [
      'tickets(): code.digits must be a whole number from 6 to 40 (got 4)',
      ticketsWith({ code: { digits: 4, attempts: 3 } }),
    ],
  ],
  ATTEMPTS_FORM: [
    CONFIG,
    [
      'tickets(): code.attempts must be a whole number from 1 to 10 (got 100)',
      ticketsWith({ code: { digits: 6, attempts: 100 } }),
    ],
    [
      'tickets(): code.attempts is missing. It must be a whole number from 1 to 10',
      ticketsWith({ code: { digits: 6 } }),
    ],
  ],
  DEVICE_PATH_FORM: [
    CONFIG,
    [
      'deviceBound(): path is missing. It must be the path of the route that calls answerDevice(), such as "/device"',
      bound({ path: undefined }),
    ],
    [
      'deviceBound(): path must be the path of the route that calls answerDevice(), such as "/device" (got a string)',
      bound({ path: '/a"b' }),
    ],
    [
      'deviceBound(): path must be the path of the route that calls answerDevice(), such as "/device" (got a string)',
      bound({ path: 'device' }),
    ],
  ],
  EXCLUDED_PATHS_FORM: [
    CONFIG,
    [
      'deviceBound(): excludedPaths must be an array of paths, such as ["/static"] (got ["static"])',
      bound({ excludedPaths: ['static'] }),
    ],
  ],
  PROOF_PERIOD_FORM: [
    CONFIG,
    [
      'deviceBound(): proofPeriodMs must be whole seconds in milliseconds, from 300000 (5 minutes) to 86400000 (a day) (got 299000)',
      bound({ proofPeriodMs: 299_000 }),
    ],
    [
      'deviceBound(): proofPeriodMs must be whole seconds in milliseconds, from 300000 (5 minutes) to 86400000 (a day) (got 300500)',
      bound({ proofPeriodMs: 300_500 }),
    ],
    [
      'deviceBound(): proofPeriodMs must be whole seconds in milliseconds, from 300000 (5 minutes) to 86400000 (a day) (got 86401000)',
      bound({ proofPeriodMs: 86_401_000 }),
    ],
    [
      'deviceBound(): proofPeriodMs must be whole seconds in milliseconds, from 300000 (5 minutes) to 86400000 (a day) (got "600000")',
      bound({ proofPeriodMs: '600000' }),
    ],
  ],
  INITIATORS_FORM: [
    CONFIG,
    [
      'deviceBound(): allowedRefreshInitiators must be an array of hosts, such as ["*.example.com"], or ["*"] (got ["https://a.example"])',
      bound({ allowedRefreshInitiators: ['https://a.example'] }),
    ],
    [
      'deviceBound(): allowedRefreshInitiators must be an array of hosts, such as ["*.example.com"], or ["*"] (got "*")',
      bound({ allowedRefreshInitiators: '*' }),
    ],
  ],
  ATTRIBUTE_NAME_FORM: [
    CONFIG,
    [
      'deviceBound(): attribute must be a name of letters, digits and _, such as "deviceKey" (got "device key")',
      bound({ attribute: 'device key' }),
    ],
  ],
  DEVICE_STORE_FORM: [
    CONFIG,
    [
      'deviceBound(): store must be one whose strong reads miss no session (got one with the trait staleMisses)',
      bound({}, { store: { ...store, traits: { staleMisses: true } } }),
    ],
  ],
  COOKIE_HOST_ONLY: [
    CONFIG,
    [
      'sessionCookie.attributes.domain must be left out with deviceBound(): the proof cookie is for one host (got "app.example")',
      bound({}, { sessionCookie: { attributes: { domain: 'app.example' } } }),
    ],
  ],
  COOKIE_UNPARTITIONED: [
    CONFIG,
    [
      'sessionCookie.attributes.partitioned must be left out with deviceBound(): browsers bind no partitioned cookie (got true)',
      bound({}, { sessionCookie: { attributes: { partitioned: true } } }),
    ],
  ],
  ticketStoreFailed: [
    'AUTH_STORE_UNAVAILABLE',
    [
      "The ticket store's take() failed: see the cause of this error.",
      () => {
        const take = () => Promise.reject(new Error('connection refused'))
        return tickets({ ...memoryTicketStore(), take }, ticketOptions).take('t'.repeat(43))
      },
    ],
  ],
  storeFailed: [
    'AUTH_STORE_UNAVAILABLE',
    [
      'store.readUser() failed: see the cause of this error.',
      async () => {
        const { auth, faults } = createApp()
        faults.set('readUser', new Error('connection refused'))
        await auth.getUser('ada')
      },
    ],
  ],
}

/** As many arrays, one inside the other. */
function nested(levels: number): unknown {
  return levels === 0 ? 0 : [nested(levels - 1)]
}

const messages: Readonly<Record<string, unknown>> = { ...catalogue }

describe('messages', () => {
  const rows = Object.entries(table).flatMap(([name, [code, ...cases]]) =>
    cases.map(([text, act]) => [code, text, name, act] as const),
  )
  it.each(rows)('%s: %s', async (code, text, name, act) => {
    const error: unknown = await Promise.resolve()
      .then(act)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AuthError)
    expect([(error as AuthError).code, (error as AuthError).message]).toEqual([code, text])
    // A form is part of the thrown message.
    const message = messages[name]
    if (typeof message === 'string') expect(text).toContain(message)
  })

  it.each(Object.entries(table))('%s has a case', (_, [, ...cases]) => {
    expect(cases.length).toBeGreaterThan(0)
  })

  it('P3: contain no token, and nothing that a visitor sent', async () => {
    const { auth, open, signIn } = createApp()
    const { token } = await signIn()
    const sent = 'https://evil.example'
    const forged = { Origin: sent, Cookie: `${COOKIE}=${token}` }
    const { authRequest } = open({ method: 'POST', url: sent, headers: new Headers(forged) })
    const acts = [
      () => auth.invalidateSession(token),
      () => auth.updateSessionAttributes(token, {}),
      () => auth.validateSession(`${token}x`),
      async () => authRequest.setSession(null, {}),
    ]
    for (const act of acts) {
      const error: unknown = await act().catch((reason: unknown) => reason)
      if (!(error instanceof AuthError)) continue
      expect(error.message).not.toContain(token)
      expect(error.message).not.toContain('evil')
    }
  })
})
