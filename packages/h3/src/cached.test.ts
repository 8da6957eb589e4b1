/** No cache of h3 or Nitro stores anything of one visitor for another. */
import { authenticate, getAuth } from '@limen/h3'
import { H3, type H3Event, setCookie, toResponse } from 'h3'
import { routeRules } from 'h3/rules'
import { cache } from 'h3/rules/cache'
import { createMemoryStorage, defineCachedHandler } from 'ocache'
import { describe, expect, it } from 'vitest'
import { DAY, type TestAuth, URL, createAuth, marksOf } from '../test/app.ts'

type Handler = (event: H3Event) => Promise<string>

const whoOf =
  (auth: TestAuth): Handler =>
  async (event) =>
    (await getAuth(auth, event).validate())?.user.name ?? 'anonymous'

/** As Nitro's `defineCachedHandler` does. */
const cachedHandler = (handler: Handler, varies: string[] = []) =>
  defineCachedHandler(
    handler as never,
    {
      storage: createMemoryStorage(),
      maxAge: 60,
      varies,
      toResponse: (value: unknown, event: unknown) => toResponse(value, event as H3Event),
    } as never,
  ) as unknown as Handler

const apps: [what: string, create: (auth: TestAuth, handler: Handler, eager: boolean) => H3][] = [
  [
    'a cached handler inside authenticate()',
    (auth, handler, eager) => {
      const app = new H3({ silent: true })
      app.use(authenticate(auth, { eager }))
      return app.get('/', cachedHandler(handler))
    },
  ],
  [
    'a cached handler without authenticate()',
    (_, handler) => new H3({ silent: true }).get('/', cachedHandler(handler)),
  ],
  [
    'a cache rule of h3 inside authenticate()',
    (auth, handler, eager) => {
      const app = new H3({ silent: true })
      app.use(authenticate(auth, { eager }))
      app.use(
        routeRules({ '/**': { cache: { maxAge: 60 } } } as never, { handlers: { cache } } as never),
      )
      return app.get('/', handler)
    },
  ],
]

describe.each([false, true])('with eager: %s', (eager) => {
  describe.each(apps)('%s', (_, create) => {
    it.each([
      ['a member first', ['member', 'visitor', 'member']],
      ['an anonymous visitor first', ['visitor', 'member', 'visitor']],
    ] as const)('is anonymous for all: %s', async (_order, visits) => {
      const { auth, headers } = await createAuth()
      const app = create(auth, whoOf(auth), eager)
      for (const visit of visits) {
        const given = visit === 'member' ? { headers } : {}
        const response = await app.request(URL, given)
        expect(await response.text()).toBe('anonymous')
        expect(marksOf(response).cookies).toEqual([])
      }
    })
  })
})

it('a renewed cookie beside a cached page is sent to its visitor only', async () => {
  const { auth, clock, headers, setting } = await createAuth()
  const app = apps[0]![1](auth, whoOf(auth), true)
  await app.request(URL)
  clock.now += DAY
  const renewed = await app.request(URL, { headers })
  expect(marksOf(renewed)).toEqual({
    cookies: [setting],
    cacheControl: 'private, no-store',
    vary: 'Cookie',
  })
  expect(marksOf(await app.request(URL)).cookies).toEqual([])
})

it('setSession() in a cached handler throws, and nothing is stored', async () => {
  const { auth, session } = await createAuth()
  let code
  const app = apps[0]![1](
    auth,
    async (event) => {
      try {
        getAuth(auth, event).setSession(session)
      } catch (error) {
        code = (error as { code: string }).code
      }
      setCookie(event, 'own', '1')
      return 'page'
    },
    false,
  )
  const response = await app.request(URL)
  expect([code, marksOf(response).cookies]).toEqual(['AUTH_COOKIES_DISABLED', []])
})

it('a cached handler that is keyed by the cookie knows the session, and renews nothing', async () => {
  const { auth, calls, clock, headers } = await createAuth()
  clock.now += DAY
  const app = new H3({ silent: true })
  app.use(authenticate(auth))
  app.get('/', cachedHandler(whoOf(auth), ['cookie']))
  expect(await (await app.request(URL, { headers })).text()).toBe('Ada')
  expect(await (await app.request(URL)).text()).toBe('anonymous')
  expect(calls).toEqual(['read'])
})
