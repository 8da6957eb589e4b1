/** The exact text of every message that core throws, and how to cause it: one row a message. */
import { describe, expect, it } from 'vitest'
import {
  type AuthErrorCode,
  type CsrfProtection,
  AuthError,
  cached,
  cors,
  limen,
  splitStore,
} from '@limen/core'
import { COOKIE, createApp, visit } from '../test/app.ts'
import { memoryStore } from './memory-store.ts'
import type { SessionCookieOptions } from './session-cookie.ts'

const store = memoryStore()
const cache = new Map<string, object>()

/** `limen()` with one option, however wrong. */
const given = (option: string, value: unknown) => () => limen({ store, [option]: value })
const cookie =
  (sessionCookie: unknown, secure = true) =>
  () =>
    limen({ store, secure, sessionCookie: sessionCookie as SessionCookieOptions })
const csrf = (csrfProtection: unknown) => () =>
  limen({ store, csrfProtection: csrfProtection as CsrfProtection })
const corsWith = (options: object) => () => cors({ csrfProtection: {}, ...options })
const cachedWith = (options: object) => () => cached(store, { cache, maxAgeMs: 1, ...options })
const attribute = (a: unknown) => () =>
  createApp().auth.createUser({ attributes: { name: '', a } as never })

/** `setSession()` on a request that may use no cookie. */
const refused =
  (headers: Record<string, string>, url = 'https://app.example/') =>
  async () => {
    const { open, signIn } = createApp()
    const { session } = await signIn()
    const request = { method: 'POST', url, headers: new Headers(headers) }
    open(request).authRequest.setSession(session)
  }

type Row = [code: AuthErrorCode, text: string, act: () => unknown]

const options: Row[] = [
  [
    'AUTH_CONFIG',
    'store must be a store, such as memoryStore() or d1Store(env.DB) (got undefined)',
    given('store', undefined),
  ],
  [
    'AUTH_CONFIG',
    'store must be a store, such as memoryStore() or d1Store(env.DB) (got string)',
    given('store', 'memory'),
  ],
  [
    'AUTH_CONFIG',
    'store must be a store, such as memoryStore() or d1Store(env.DB) (got object)',
    given('store', Promise.resolve(store)),
  ],
  [
    'AUTH_CONFIG',
    'There is no option typo. The options are: store, middleware, secure, sessionExpiresIn, sessionCookie, csrfProtection, getUserAttributes, getSessionAttributes, onEvent, events, now',
    given('typo', 1),
  ],
  ['AUTH_CONFIG', 'secure must be true or false (got "false")', given('secure', 'false')],
  ['AUTH_CONFIG', 'secure must be true or false (got null)', given('secure', null)],
  [
    'AUTH_CONFIG',
    'secure must be true or false (got object)',
    given('secure', Object.create(null)),
  ],
  [
    'AUTH_CONFIG',
    'middleware must be a function, and not async (got an async function)',
    given('middleware', async () => ({})),
  ],
  ['AUTH_CONFIG', 'onEvent must be a function (got "log")', given('onEvent', 'log')],
  [
    'AUTH_CONFIG',
    "events must be ['validated'] or [] (got [created])",
    given('events', ['created']),
  ],
  ['AUTH_CONFIG', 'now must be a function, and not async (got 0)', given('now', 0)],
  [
    'AUTH_CONFIG',
    'getUserAttributes must be a function that returns an object, and not a promise (got an async function)',
    given('getUserAttributes', async () => ({})),
  ],
  [
    'AUTH_CONFIG',
    'getSessionAttributes must be a function that returns an object, and not a promise (got [object Object])',
    given('getSessionAttributes', { name: true }),
  ],
  [
    'AUTH_CONFIG',
    'sessionExpiresIn must be an object (got 86400000)',
    given('sessionExpiresIn', 86_400_000),
  ],
  [
    'AUTH_CONFIG',
    'sessionExpiresIn.absolutePeriod must be whole milliseconds from 60000 to 3153600000000, such as 86400000 for a day (got "2592000000")',
    given('sessionExpiresIn', { absolutePeriod: '2592000000' }),
  ],
  [
    'AUTH_CONFIG',
    'sessionExpiresIn.absolutePeriod must be whole milliseconds from 60000 to 3153600000000, such as 86400000 for a day (got Infinity)',
    given('sessionExpiresIn', { absolutePeriod: Infinity }),
  ],
  [
    'AUTH_CONFIG',
    'sessionExpiresIn.activePeriod must be in milliseconds: this looks like seconds (got 86400)',
    given('sessionExpiresIn', { activePeriod: 86_400 }),
  ],
  [
    'AUTH_CONFIG',
    'sessionExpiresIn.idlePeriod must be whole milliseconds from 60000 to 3153600000000, such as 86400000 for a day (got NaN)',
    given('sessionExpiresIn', { idlePeriod: Number.NaN }),
  ],
  [
    'AUTH_CONFIG',
    'There is no option sessionExpiresIn.activeperiod. The options are: activePeriod, idlePeriod, absolutePeriod',
    given('sessionExpiresIn', { activeperiod: 86_400_000 }),
  ],
  ['AUTH_CONFIG', 'sessionCookie must be an object (got [])', cookie([])],
  [
    'AUTH_CONFIG',
    'sessionCookie.name must be letters, digits and symbols without blanks (got "bad name")',
    cookie({ name: 'bad name' }),
  ],
  ['AUTH_CONFIG', 'sessionCookie.expires must be true or false (got 0)', cookie({ expires: 0 })],
  [
    'AUTH_CONFIG',
    'sessionCookie.formerly must be an array such as [{ domain: "example.com" }] (got [object Object])',
    cookie({ formerly: { name: 'old' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.formerly.name must be letters, digits and symbols without blanks (got "")',
    cookie({ formerly: [{ name: '' }] }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.attributes must be an object (got "Path=/")',
    cookie({ attributes: 'Path=/' }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.attributes.path must be a path such as "/app" (got "app")',
    cookie({ attributes: { path: 'app' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.attributes.domain must be a host such as "example.com" (got "https://app.example")',
    cookie({ attributes: { domain: 'https://app.example' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.attributes.sameSite must be lax, strict or none (got "sometimes")',
    cookie({ attributes: { sameSite: 'sometimes' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie.attributes.partitioned must be true or false (got "true")',
    cookie({ attributes: { partitioned: 'true' } }),
  ],
  [
    'AUTH_CONFIG',
    'There is no option sessionCookie.attributes.maxAge. The options are: domain, path, partitioned, sameSite',
    cookie({ attributes: { maxAge: 60 } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie: domain must be left out for a "__Host-" name (got "app.example")',
    cookie({ name: '__Host-s', attributes: { domain: 'app.example' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie: path must be "/" for a "__Host-" name (got "/app")',
    cookie({ name: '__Host-s', attributes: { path: '/app' } }),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie: name must be left out without secure (got "__Host-s")',
    cookie({ name: '__Host-s' }, false),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie: partitioned must be left out without secure (got true)',
    cookie({ attributes: { partitioned: true } }, false),
  ],
  [
    'AUTH_CONFIG',
    'sessionCookie: sameSite must be left out without secure (got "none")',
    cookie({ attributes: { sameSite: 'none' } }, false),
  ],
  ['AUTH_CONFIG', 'csrfProtection must be an object or false (got "")', csrf('')],
  [
    'AUTH_CONFIG',
    'csrfProtection.baseDomain must be a domain such as "example.com", beside allowedSubdomains (got undefined)',
    csrf({ allowedSubdomains: ['app'] }),
  ],
  [
    'AUTH_CONFIG',
    "csrfProtection.allowedSubdomains must be '*', or names below baseDomain such as ['app'] (got [*])",
    csrf({ allowedSubdomains: ['*'], baseDomain: 'example.com' }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.baseDomain must be a domain such as "example.com", beside allowedSubdomains (got "example.com")',
    csrf({ baseDomain: 'example.com' }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.baseDomain must be a domain such as "example.com", beside allowedSubdomains (got "")',
    csrf({ allowedSubdomains: '*', baseDomain: '' }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.trustedOrigins must be whole origins such as ["https://app.example.com"], or a function (got [https://*.x.net])',
    csrf({ trustedOrigins: ['https://*.x.net'] }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.trustedOrigins must be whole origins such as ["https://app.example.com"], or a function (got an async function)',
    csrf({ trustedOrigins: async () => true }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.host must be a host such as "app.example.com", without a scheme (got "https://a.example")',
    csrf({ host: 'https://a.example' }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.hostHeader must be a header such as "X-Forwarded-Host", without host (got "X Forwarded Host")',
    csrf({ hostHeader: 'X Forwarded Host' }),
  ],
  [
    'AUTH_CONFIG',
    'csrfProtection.hostHeader must be a header such as "X-Forwarded-Host", without host (got "Host")',
    csrf({ host: 'a.example', hostHeader: 'Host' }),
  ],
  [
    'AUTH_CONFIG',
    'cors(): csrfProtection must be the options that limen({ csrfProtection }) has, and not false: every page could read every answer (got boolean)',
    corsWith({ csrfProtection: false }),
  ],
  [
    'AUTH_CONFIG',
    'cors(): allowMethods must be an array of methods in capitals, such as ["PUT", "DELETE"], without * (got [*])',
    corsWith({ allowMethods: ['*'] }),
  ],
  [
    'AUTH_CONFIG',
    'cors(): allowHeaders must be an array of names of headers, without * (got [bad name])',
    corsWith({ allowHeaders: ['bad name'] }),
  ],
  [
    'AUTH_CONFIG',
    'cors(): exposeHeaders must be an array of names of headers, without * (got "X-A")',
    corsWith({ exposeHeaders: 'X-A' }),
  ],
  [
    'AUTH_CONFIG',
    'cors(): maxAge must be a whole number of seconds from 0 (got -1)',
    corsWith({ maxAge: -1 }),
  ],
  [
    'AUTH_CONFIG',
    'cached(): cache must be a cache with get, set and delete, such as an LRUCache (got undefined)',
    cachedWith({ cache: undefined }),
  ],
  [
    'AUTH_CONFIG',
    'cached(): maxAgeMs must be a number of milliseconds above 0 (got string)',
    cachedWith({ maxAgeMs: '10000' }),
  ],
  [
    'AUTH_CONFIG',
    'cached(): maxAgeMs must be a number of milliseconds above 0 (got undefined)',
    cachedWith({ maxAgeMs: undefined }),
  ],
  [
    'AUTH_CONFIG',
    'cached(): onCacheError must be a function (got true)',
    cachedWith({ onCacheError: true }),
  ],
  [
    'AUTH_CONFIG',
    'cached(): store must be a store, such as memoryStore() or d1Store(env.DB) (got undefined)',
    () => cached(undefined as never, { cache, maxAgeMs: 1 }),
  ],
  [
    'AUTH_CONFIG',
    'splitStore(): sessions must be a store, such as memoryStore() or d1Store(env.DB) (got undefined)',
    () => splitStore({ users: store } as never),
  ],
  [
    'AUTH_CONFIG',
    'splitStore(): users must be a store of users: a whole store, or createUser, readUser, updateUser and deleteUser (got undefined)',
    () => splitStore({ sessions: store } as never),
  ],
  [
    'AUTH_CONFIG',
    'deleteExpiredSessions(): limit must be a whole number above 0 (got 0)',
    () => limen({ store }).deleteExpiredSessions({ limit: 0 }),
  ],
  [
    'AUTH_CONFIG',
    'getUserAttributes must be a function that returns an object, and not a promise (got object)',
    () => limen({ store, getUserAttributes: (() => Promise.resolve({})) as never }).createUser({}),
  ],
]

const calls: Row[] = [
  [
    'AUTH_INVALID_ATTRIBUTES',
    'attributes.a must be exact JSON without NUL, at most 64 levels deep (got Date). Store its milliseconds',
    attribute(new Date(0)),
  ],
  [
    'AUTH_INVALID_ATTRIBUTES',
    'attributes.a.0.b must be exact JSON without NUL, at most 64 levels deep (got BigInt)',
    attribute([{ b: 10n }]),
  ],
  [
    'AUTH_INVALID_ATTRIBUTES',
    'attributes.a must be exact JSON without NUL, at most 64 levels deep (got String)',
    attribute('\ud800'),
  ],
  [
    'AUTH_INVALID_ATTRIBUTES',
    'attributes must be exact JSON without NUL, at most 64 levels deep (got Null)',
    () => createApp().auth.updateUserAttributes('ada', null as never),
  ],
  ['AUTH_INVALID_USER_ID', 'There is no such user', () => createApp().auth.deleteUser(7 as never)],
  [
    'AUTH_INVALID_USER_ID',
    'There is no such user',
    () => createApp().auth.createSession({ userId: 'nobody', attributes: { device: '' } }),
  ],
  [
    'AUTH_DUPLICATE_USER_ID',
    'There is such a user already',
    async () => {
      const { auth } = createApp()
      const ada = { userId: 'ada', attributes: { name: '' } }
      await auth.createUser(ada)
      await auth.createUser(ada)
    },
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: pass session.sessionId, not the token',
    async () => {
      const { auth, signIn } = createApp()
      const { token } = await signIn()
      await auth.invalidateSession(token)
    },
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: pass what createSession() or validate() returned, awaited, and not a copy',
    async () => {
      const { auth, signIn } = createApp()
      const { session } = await signIn()
      auth.createSessionCookie({ ...session })
    },
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: pass what createSession() or validate() returned, awaited, and not a copy',
    () => createApp().auth.createSessionCookie(Promise.resolve({}) as never),
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: the token is malformed',
    () => createApp().auth.validateSession('x'),
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: the token is unknown',
    () => createApp().auth.validateSession(`${'x'.repeat(22)}.${'x'.repeat(43)}`),
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: it has been revoked or has expired',
    () => createApp().auth.updateSessionAttributes('x'.repeat(22), { device: '' }),
  ],
  [
    'AUTH_INVALID_SESSION_ID',
    'There is no such session: it expired while it was created',
    async () => {
      let now = 1_700_000_000_000
      const auth = limen({ store, now: () => (now += 86_400_000 * 20) })
      const { userId } = await auth.createUser({})
      await auth.createSession({ userId })
    },
  ],
  [
    'AUTH_STORE_UNAVAILABLE',
    'store.readUser() failed',
    async () => {
      const { auth, faults } = createApp()
      faults.set('readUser', new Error('connection refused'))
      await auth.getUser('ada')
    },
  ],
  [
    'AUTH_COOKIES_DISABLED',
    'web() cannot set cookies: use an adapter, or send auth.createSessionCookie(session).serialize() yourself.',
    () =>
      createApp()
        .auth.openRequest({ request: visit(null) })
        .setSession(null),
  ],
  [
    'AUTH_RESPONSE_SENT',
    'setSession() was called after the response had left. Await what comes before it.',
    () => {
      const context = { request: visit(null), setCookie: (): void => {} }
      const authRequest = createApp().auth.openRequest(context)
      Object.assign(context, { setCookie: undefined })
      authRequest.setSession(null)
    },
  ],
  [
    'AUTH_UNTRUSTED_ORIGIN',
    'cross-site: another site sent this request',
    refused({ 'Sec-Fetch-Site': 'cross-site' }),
  ],
  [
    'AUTH_UNTRUSTED_ORIGIN',
    "origin-mismatch: Origin is not this app's own. Behind a proxy that rewrites Host, set csrfProtection.hostHeader or host",
    refused({ Origin: 'https://evil.example' }),
  ],
  [
    'AUTH_UNTRUSTED_ORIGIN',
    'origin-missing: neither Origin nor Sec-Fetch-Site was sent',
    refused({}),
  ],
  [
    'AUTH_UNTRUSTED_ORIGIN',
    'origin-insecure: the page was loaded over http. In development set secure: false',
    refused({ Origin: 'http://dev.lan' }, 'http://dev.lan/'),
  ],
  [
    'AUTH_UNTRUSTED_ORIGIN',
    'host-unknown: the request has no usable URL or csrfProtection.hostHeader',
    refused({ Origin: 'https://app.example' }, '/form'),
  ],
]

describe('messages', () => {
  it.each([...options, ...calls])('%s: %s', async (code, text, act) => {
    const error: unknown = await Promise.resolve()
      .then(act)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AuthError)
    expect([(error as AuthError).code, (error as AuthError).message]).toEqual([code, text])
  })

  it('P3: hold no token, and nothing that a visitor sent', async () => {
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
