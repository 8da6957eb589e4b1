import type { ResponseCookies } from '@edge-runtime/cookies'
import type { SerializeOptions } from 'cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type AuthRequest,
  type CookieContext,
  type InferSession,
  type InferUser,
  type JsonAttributes,
  type ReadonlyAuthRequest,
  type SessionCookie,
  type SessionCookieOptions,
  type StoredSession,
  type Store,
  aal1,
  aal2,
  aal3,
  handle,
  cached,
  cors,
  limen,
  web,
} from '@limen/core'
import { memoryStore } from './memory-store.ts'

const store = memoryStore<{ name: string; passphraseHash: string }, { device: string }>()
const auth = limen({
  store,
  getUserAttributes: ({ name }) => ({ name }),
  getSessionAttributes: ({ device }) => ({ device }),
})

describe('types', () => {
  it('of sessions and users come from the store and the chosen attributes', () => {
    type Session = InferSession<typeof auth>
    expectTypeOf<Session['user']['name']>().toEqualTypeOf<string>()
    expectTypeOf<Session['device']>().toEqualTypeOf<string>()
    expectTypeOf<Session['createdAt']>().toEqualTypeOf<Date>()
    expectTypeOf<Session['state']>().toEqualTypeOf<'active' | 'idle'>()
    expectTypeOf<InferUser<typeof auth>['userId']>().toEqualTypeOf<string>()
    expectTypeOf<Session['user']>().toEqualTypeOf<InferUser<typeof auth>>()
    expectTypeOf<Session>().not.toHaveProperty('passphraseHash')
    expectTypeOf<Session['user']>().not.toHaveProperty('passphraseHash')
    // @ts-expect-error a session is read-only
    const write = (session: Session) => (session.device = 'x')
    void write
  })

  it('hide attributes that were not chosen', () => {
    const bare = limen({ store })
    expectTypeOf<InferSession<typeof bare>>().not.toHaveProperty('device')
    expectTypeOf<InferUser<typeof bare>>().not.toHaveProperty('name')
  })

  it('let no attribute override a field of Limen', () => {
    const odd = limen({
      store: memoryStore<object, { fresh: string }>(),
      getSessionAttributes: ({ fresh }) => ({ fresh, sessionId: 5 }),
    })
    expectTypeOf<InferSession<typeof odd>['fresh']>().toEqualTypeOf<boolean>()
    expectTypeOf<InferSession<typeof odd>['sessionId']>().toEqualTypeOf<string>()
  })

  it('require attributes exactly where the store does', () => {
    void (() => auth.createSession({ userId: '', attributes: { device: '' } }))
    // @ts-expect-error the store requires `device`
    void (() => auth.createSession({ userId: '' }))
    // @ts-expect-error the store has no `colour`
    void (() => auth.updateUserAttributes('', { colour: '' }))
    const bare = limen({ store: memoryStore() })
    void (() => bare.createSession({ userId: '' }))
    void (() => bare.createUser({}))
  })

  it('have setSession() only where cookies are sent', () => {
    type Session = InferSession<typeof auth>
    const inWebMode = limen({ store, middleware: web() }).handleRequest(new Request('https://x'))
    expectTypeOf(inWebMode).not.toHaveProperty('setSession')
    // @ts-expect-error web() cannot send cookies
    void (() => inWebMode.setSession(null))
    expectTypeOf(auth.handleRequest(new Request('https://x'))).toEqualTypeOf<
      ReadonlyAuthRequest<Session>
    >()

    const framework = (event: { context: CookieContext }) => event.context
    const inFramework = limen({ store, middleware: framework })
    type Handle = typeof inFramework.handleRequest
    expectTypeOf<Parameters<Handle>>().toEqualTypeOf<[{ context: CookieContext }]>()
    type Opened = ReturnType<typeof inFramework.handleRequest>
    expectTypeOf<Opened>().toEqualTypeOf<AuthRequest<InferSession<typeof inFramework>>>()
    expectTypeOf<Parameters<Opened['setSession']>[0]>().toEqualTypeOf<InferSession<
      typeof inFramework
    > | null>()
  })

  it('of cookie attributes are accepted by Hono, the cookie package and Next', () => {
    type Attributes = SessionCookie['attributes']
    expectTypeOf<Attributes>().toExtend<CookieOptions>()
    expectTypeOf<Attributes>().toExtend<SerializeOptions>()
    type NextOptions = NonNullable<Parameters<ResponseCookies['set']>[2]>
    expectTypeOf<Attributes>().toExtend<NextOptions>()
  })

  it('C6: of a deleting cookie, with `expires`, are accepted by them too', () => {
    type Deleting = SessionCookie['attributes'] & { expires: Date }
    expectTypeOf<Deleting>().toExtend<CookieOptions>()
    expectTypeOf<Deleting>().toExtend<SerializeOptions>()
    expectTypeOf<Deleting>().toExtend<NonNullable<Parameters<ResponseCookies['set']>[2]>>()
    expectTypeOf<SessionCookie['deletions'][number]['attributes']>().toExtend<CookieOptions>()
  })

  it('of functions of the session have the stored attributes, not the shown ones', () => {
    const twoKinds = memoryStore<object, { readonly role: 'admin' | 'guest' }>()
    void (() =>
      limen({
        store: twoKinds,
        sessionExpiresIn: (session) => {
          expectTypeOf(session).toEqualTypeOf<StoredSession<{ readonly role: 'admin' | 'guest' }>>()
          return session.attributes.role === 'admin' ? aal3 : aal1
        },
        sessionCookie: { persistent: ({ attributes }) => attributes.role === 'guest' },
      }))
    // @ts-expect-error no such attribute
    void (() => limen({ store: twoKinds, sessionExpiresIn: ({ attributes }) => attributes.rank }))
    // @ts-expect-error the result is used at once
    void (() => limen({ store: twoKinds, sessionExpiresIn: async () => aal1 }))
    void (() =>
      limen({
        store: twoKinds,
        // @ts-expect-error the result is used at once
        sessionCookie: { persistent: async () => true },
      }))
    // Options that read no attributes fit every store.
    const shared: SessionCookieOptions = { persistent: ({ userId }) => userId !== 'kiosk' }
    void (() => limen({ store: twoKinds, sessionCookie: shared, sessionExpiresIn: aal2 }))
    expectTypeOf<SessionCookie['attributes']['maxAge']>().toEqualTypeOf<number | undefined>()
  })

  it('E11: reject a promise in place of a session', () => {
    const creating = () => auth.createSession({ userId: '', attributes: { device: '' } })
    // @ts-expect-error it is not awaited
    void (() => auth.createSessionCookie(creating()))
    // @ts-expect-error it is not awaited
    void (() => auth.createBearerToken(creating()))
    const framework = (event: { context: CookieContext }) => event.context
    const inFramework = limen({ store, middleware: framework })
    type Opened = ReturnType<typeof inFramework.handleRequest>
    // @ts-expect-error it is not awaited
    void ((opened: Opened) => opened.setSession(creating()))
    void (async () => auth.createSessionCookie(await creating()))
    void (() => auth.createSessionCookie(null))
  })

  it('E13: of optional options accept undefined under exactOptionalPropertyTypes', () => {
    const may = <Value>(value: Value): Value | undefined => value
    void (() =>
      limen({
        store,
        middleware: may(web()),
        secure: may(true),
        sessionExpiresIn: {
          activePeriod: may(60_000),
          idlePeriod: may(60_000),
          absolutePeriod: may(60_000),
        },
        sessionCookie: {
          name: may('sid'),
          expires: may(true),
          persistent: may(true),
          formerly: may([
            { name: may('sid'), domain: may('a.example'), path: may('/'), partitioned: may(true) },
          ]),
          attributes: {
            domain: may('a.example'),
            path: may('/'),
            partitioned: may(true),
            sameSite: may('lax' as const),
          },
        },
        csrfProtection: {
          allowedSubdomains: may('*' as const),
          baseDomain: may('a.example'),
          trustedOrigins: may(['https://a.example']),
          host: may('a.example'),
          hostHeader: may('Host'),
        },
        getUserAttributes: may(({ name }: { readonly name: string }) => ({ name })),
        getSessionAttributes: may(({ device }: { readonly device: string }) => ({ device })),
        onEvent: may(() => {}),
        events: may(['validated' as const]),
        now: may(() => 0),
      }))
    void (() =>
      limen({
        store,
        sessionExpiresIn: may({}),
        sessionCookie: may({ attributes: may({}) }),
        csrfProtection: may({}),
      }))
    const strings = may(['X'])
    void (() =>
      cors({
        csrfProtection: {},
        secure: may(true),
        allowMethods: strings,
        allowHeaders: strings,
        exposeHeaders: strings,
        maxAge: may(1),
      }))
    const cache = new Map<string, object>()
    void (() =>
      cached(store, { cache, maxAgeMs: 1, onCacheError: may(() => {}), now: may(() => 0) }))
    const handler = () => new Response()
    void (() =>
      handle(auth, new Request('https://x'), handler, {
        waitUntil: may(() => {}),
        eager: may(true),
      }))
    void (() => auth.deleteExpiredSessions({ limit: may(1) }))
    void (() => auth.invalidateAllUserSessions('', { except: may('') }))
    void (() => auth.createUser({ userId: may(''), attributes: { name: '', passphraseHash: '' } }))
    void (() =>
      auth.openRequest({
        request: new Request('https://x'),
        setCookie: may(() => {}),
        key: may({}),
        onSession: may(() => {}),
        sessionCookie: may(''),
        waitUntil: may(() => {}),
      }))
  })

  it('A9: reject a function that returns a promise of attributes', () => {
    // @ts-expect-error a promise would show nothing
    void (() => limen({ store, getUserAttributes: async ({ name }) => ({ name }) }))
    // @ts-expect-error a promise would show nothing
    void (() => limen({ store, getSessionAttributes: async ({ device }) => ({ device }) }))
    // @ts-expect-error a promise would show nothing
    void (() => limen({ store, getUserAttributes: ({ name }) => Promise.resolve({ name }) }))
    void (() => limen({ store, getUserAttributes: ({ name }) => ({ name }) }))
  })

  it('A7: reject attributes that JSON cannot carry, with the reason', () => {
    type Wrong = {
      when: Date
      count: bigint
      roles: Set<string>
      settings: Map<string, string>
      run: () => void
      key: symbol
      deep: { list: { when: Date }[] }
    }
    type Json = JsonAttributes<Wrong>
    expectTypeOf<Json['when']>().toExtend<string>()
    expectTypeOf<Json['when']>().toExtend<`${string}Date${string}`>()
    expectTypeOf<Json['roles']>().toExtend<`${string}Set${string}`>()
    expectTypeOf<Json['settings']>().toExtend<`${string}Map${string}`>()
    for (const name of ['count', 'run', 'key'] as const) {
      expectTypeOf<Json[typeof name]>().toExtend<`${string}not JSON${string}`>()
    }
    expectTypeOf<Json['deep']['list'][number]['when']>().toExtend<`${string}Date${string}`>()

    const dated = limen({ store: memoryStore<{ when: Date; name: string }, { seen: Date }>() })
    const when = new Date()
    // @ts-expect-error a Date is not JSON
    void (() => dated.createUser({ attributes: { name: '', when } }))
    // @ts-expect-error a Date is not JSON
    void (() => dated.createSession({ userId: '', attributes: { seen: when } }))
    // @ts-expect-error a Date is not JSON
    void (() => dated.updateUserAttributes('', { when }))
    // @ts-expect-error a Date is not JSON
    void (() => dated.updateSessionAttributes('', { seen: when }))
    void (() => dated.updateUserAttributes('', { name: 'x' }))
  })

  it('A7: accept what JSON carries, and undefined in an update', () => {
    interface User {
      name: string
      age?: number
      nick: string | null
      role: 'admin' | 'guest'
      tags: readonly string[]
      pair: [number, string]
      address: { city: string; lines?: string[] }
      rest: Record<string, unknown>
      any: unknown
    }
    expectTypeOf<JsonAttributes<User>>().toEqualTypeOf<User>()
    const json = limen({ store: memoryStore<User>() })
    const attributes: User = {
      name: '',
      nick: null,
      role: 'guest',
      tags: [],
      pair: [1, ''],
      address: { city: '' },
      rest: {},
      any: 1,
    }
    void (() => json.createUser({ attributes }))
    void (() => json.updateUserAttributes('', { age: undefined, name: undefined, nick: null }))
    const generic = <Attributes extends object>(
      given: ReturnType<typeof memoryStore<Attributes>>,
    ) => limen({ store: given }).getUser('')
    void generic
  })

  it('D6: of handle() include undefined when the handler’s do', () => {
    const request = new Request('https://x')
    void (async () => {
      const whole = await handle(auth, request, () => new Response())
      expectTypeOf(whole).toEqualTypeOf<Response>()
      const upgraded = await handle(auth, request, () => undefined)
      expectTypeOf(upgraded).toEqualTypeOf<Response | undefined>()
      const either = await handle(auth, request, async () =>
        request.url ? new Response() : undefined,
      )
      expectTypeOf(either).toEqualTypeOf<Response | undefined>()
    })
  })

  it('are sufficient to write a store', () => {
    expectTypeOf(store).toEqualTypeOf<
      Store<{ name: string; passphraseHash: string }, { device: string }>
    >()
  })
})
