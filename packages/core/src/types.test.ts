import type { ResponseCookies } from '@edge-runtime/cookies'
import type { SerializeOptions } from 'cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type AuthRequest,
  type CookieContext,
  type InferSession,
  type InferUser,
  type ReadonlyAuthRequest,
  type SessionCookie,
  type Store,
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
  it('of sessions and users flow from the store, through what was chosen to be shown', () => {
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

  it('show no attribute that was not chosen', () => {
    const bare = limen({ store })
    expectTypeOf<InferSession<typeof bare>>().not.toHaveProperty('device')
    expectTypeOf<InferUser<typeof bare>>().not.toHaveProperty('name')
  })

  it('let no attribute take the place of a field of the library', () => {
    const odd = limen({
      store: memoryStore<object, { fresh: string }>(),
      getSessionAttributes: ({ fresh }) => ({ fresh, sessionId: 5 }),
    })
    expectTypeOf<InferSession<typeof odd>['fresh']>().toEqualTypeOf<boolean>()
    expectTypeOf<InferSession<typeof odd>['sessionId']>().toEqualTypeOf<string>()
  })

  it('ask for attributes exactly where the store needs them', () => {
    void (() => auth.createSession({ userId: '', attributes: { device: '' } }))
    // @ts-expect-error the store needs `device`
    void (() => auth.createSession({ userId: '' }))
    // @ts-expect-error the store knows no `colour`
    void (() => auth.updateUserAttributes('', { colour: '' }))
    const bare = limen({ store: memoryStore() })
    void (() => bare.createSession({ userId: '' }))
    void (() => bare.createUser({}))
  })

  it('have setSession() only where cookies arrive', () => {
    type Session = InferSession<typeof auth>
    const inWebMode = limen({ store, middleware: web() }).handleRequest(new Request('https://x'))
    expectTypeOf(inWebMode).not.toHaveProperty('setSession')
    // @ts-expect-error web() has nobody to collect cookies
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

  it('of cookie attributes fit Hono, the cookie package and Next', () => {
    type Attributes = SessionCookie['attributes']
    expectTypeOf<Attributes>().toExtend<CookieOptions>()
    expectTypeOf<Attributes>().toExtend<SerializeOptions>()
    type NextOptions = NonNullable<Parameters<ResponseCookies['set']>[2]>
    expectTypeOf<Attributes>().toExtend<NextOptions>()
  })

  it('let a store be written by anybody', () => {
    expectTypeOf(store).toEqualTypeOf<
      Store<{ name: string; passphraseHash: string }, { device: string }>
    >()
  })
})
