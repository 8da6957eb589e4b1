import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { cache } from 'hono/cache'
import { stream } from 'hono/streaming'
import { describe, expect, it } from 'vitest'
import { type AuthVariables, authenticate, hono, requireSession } from '@limen/hono'

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const PUBLIC = 'public, max-age=60'

async function createAuth() {
  const clock = { now: Date.now() }
  const auth = limen({
    store: memoryStore<{ name: string }>(),
    middleware: hono(),
    getUserAttributes: ({ name }) => ({ name }),
    now: () => clock.now,
  })
  const signIn = async (name: string) => {
    const { userId } = await auth.createUser({ attributes: { name } })
    const token = auth.createBearerToken(await auth.createSession({ userId }))
    return { name, headers: { Cookie: `${COOKIE}=${token}` } }
  }
  const anonymous: Visitor = { name: 'anonymous', headers: {} }
  return { auth, clock, visitors: [await signIn('Ada'), await signIn('Bob'), anonymous] }
}

interface Visitor {
  readonly name: string
  readonly headers: Record<string, string>
}
type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']
type App = Hono<{ Variables: AuthVariables<TestAuth> }>
type Make = (c: Context, name: string) => Response | Promise<Response>

/** Ways to create a page, some with public cache headers. */
const makes: [what: string, make: Make][] = [
  ['c.text()', (c, name) => c.text(name)],
  ['c.html()', (c, name) => c.html(name, 200, { 'Cache-Control': PUBLIC })],
  ['a Response', (_c, name) => new Response(name)],
  [
    'a public Response',
    (_c, name) => new Response(name, { headers: { 'Cache-Control': PUBLIC, Vary: 'Accept' } }),
  ],
  [
    'c.header()',
    (c, name) => {
      c.header('Cache-Control', PUBLIC)
      c.header('Vary', 'Accept-Language')
      return c.body(name)
    },
  ],
  [
    'a stream',
    (c, name) => {
      c.header('Cache-Control', PUBLIC)
      return stream(c, async (out) => void (await out.write(name)))
    },
  ],
  [
    'an assigned c.res',
    (c, name) => {
      c.res = new Response(name, { headers: { 'Cache-Control': 's-maxage=60' } })
      c.res.headers.set('Cache-Control', PUBLIC)
      return c.res
    },
  ],
]

type CacheOptions = Partial<Parameters<typeof cache>[0]>
const options: [what: string, options: CacheOptions][] = [
  ['no options', {}],
  ['cacheControl', { cacheControl: PUBLIC }],
  ['vary: Cookie', { cacheControl: PUBLIC, vary: 'Cookie' }],
  ['vary with several names', { cacheControl: PUBLIC, vary: ['Accept', 'cookie'] }],
  ['vary with other names', { cacheControl: PUBLIC, vary: 'Accept-Language, Accept' }],
  ['more status codes', { cacheControl: PUBLIC, cacheableStatusCodes: [200, 302, 401] }],
]

/** The middleware in front of a handler, the outermost first. */
type Order = readonly ('cache' | 'authenticate' | 'requireSession' | 'public')[]
const orders: Order[] = [
  ['cache'],
  ['cache', 'authenticate'],
  ['authenticate', 'cache'],
  ['cache', 'requireSession'],
  ['requireSession', 'cache'],
  ['cache', 'authenticate', 'requireSession'],
  ['authenticate', 'cache', 'requireSession'],
  ['authenticate', 'requireSession', 'cache'],
  ['cache', 'authenticate', 'cache', 'requireSession', 'cache'],
  ['cache', 'public', 'authenticate', 'public', 'requireSession'],
  ['authenticate', 'cache', 'public', 'requireSession', 'cache', 'public'],
]

/** A middleware that makes every page public on the way out. */
const publish: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('Cache-Control', PUBLIC)
}

let urls = 0

function build(
  auth: TestAuth,
  order: Order,
  cached: () => MiddlewareHandler,
  isRoute: boolean,
  make: Make,
) {
  const app: App = new Hono()
  const middleware = order.map((name): MiddlewareHandler => {
    if (name === 'cache') return cached()
    if (name === 'public') return publish
    return name === 'authenticate' ? authenticate(auth) : requireSession(auth)
  })
  const path = `/page/${++urls}`
  let runs = 0
  const handler = async (c: Context) => {
    runs++
    const request = order.includes('authenticate') ? c.get('auth') : auth.handleRequest(c)
    return make(c, (await request.validate())?.user.name ?? 'anonymous')
  }
  if (isRoute) app.on('GET', [path], ...middleware, handler)
  else app.use(...middleware).get(path, handler)
  const visit = ({ headers }: Visitor) => app.request(`https://app.example${path}`, { headers })
  return { visit, runs: () => runs }
}

const visitOrders = [
  [0, 1, 2, 0, 1, 2],
  [2, 2, 0, 1, 0, 2],
  [1, 2, 2, 0, 0, 1],
]

async function expectOwnPages(
  order: Order,
  cacheOf: (options: CacheOptions) => MiddlewareHandler,
  cacheOptions = options,
) {
  const { auth, clock, visitors } = await createAuth()
  let round = 0
  for (const [which, option] of cacheOptions) {
    for (const [what, make] of makes) {
      const isRoute = round % 2 === 0
      const { visit } = build(auth, order, () => cacheOf(option), isRoute, make)
      for (const index of visitOrders[round++ % visitOrders.length]!) {
        const visitor = visitors[index]!
        const response = await visit(visitor)
        const label = `${which}, ${what}, ${visitor.name}`
        const isRefused = index === 2 && order.includes('requireSession')
        expect(await response.text(), label).toBe(isRefused ? 'Unauthorized' : visitor.name)
        if (index < 2) expect(response.headers.get('Cache-Control'), label).toMatch(/^private/)
      }
      // The sessions are idle in some rounds, so that a page has a renewed cookie.
      if (round % 5 === 0) clock.now += DAY
    }
  }
}

describe('a cache of any kind, at any position', () => {
  /** Stores what HTTP allows a shared cache to store. Like the Cache API of Workers, it ignores Vary. */
  const sharedCache = (): MiddlewareHandler => {
    const stored = new Map<string, Response>()
    return async (c, next) => {
      const hit = stored.get(c.req.url)
      if (hit) {
        c.res = hit.clone()
        return
      }
      await next()
      const { headers } = c.res
      const isPrivate = /private|no-store|no-cache/.test(headers.get('Cache-Control') ?? '')
      if (isPrivate || headers.has('Vary') || headers.has('Set-Cookie')) return
      stored.set(c.req.url, c.res.clone())
    }
  }
  it.each(orders.map((order) => [order.join(' > '), order] as const))(
    'D3: %s: no visitor receives another visitor’s page',
    (_, order) => expectOwnPages(order, sharedCache, [['any', {}]]),
  )
})

// The Cache API exists in workerd, and not in Node.
if ('caches' in globalThis) {
  // Deno stores caches on disk: a new name, so that an earlier run's pages are not found.
  const cacheName = crypto.randomUUID()
  const real = (given: CacheOptions) => cache({ cacheName, wait: true, ...given })

  describe('hono/cache over the Cache API', () => {
    it.each(orders.map((order) => [order.join(' > '), order] as const))(
      'D3: %s, with every option: no visitor receives another visitor’s page',
      (_, order) => expectOwnPages(order, real),
    )

    it.each([
      ['outside', ['cache', 'authenticate']],
      ['inside', ['authenticate', 'cache']],
    ] as const)(
      'D3: %s, anonymous pages are cached if the cache key contains the cookie',
      async (_, order) => {
        const { auth, visitors } = await createAuth()
        const make: Make = (c, name) => c.text(name, 200, { 'Cache-Control': PUBLIC })
        const { visit, runs } = build(auth, order, () => real({ vary: 'Cookie' }), false, make)
        const bodies: string[] = []
        for (const index of [2, 2, 0, 2, 1, 0, 2]) {
          bodies.push(await (await visit(visitors[index]!)).text())
        }
        expect(bodies).toEqual([
          'anonymous',
          'anonymous',
          'Ada',
          'anonymous',
          'Bob',
          'Ada',
          'anonymous',
        ])
        expect(runs()).toBe(4)
      },
    )

    it('D3: inside, the cacheControl option is enough to cache anonymous pages', async () => {
      const { auth, visitors } = await createAuth()
      const cached = () => real({ vary: 'Cookie', cacheControl: PUBLIC })
      const make: Make = (c, name) => c.text(name)
      const { visit, runs } = build(auth, ['authenticate', 'cache'], cached, false, make)
      for (const index of [2, 2, 0, 0, 2]) await visit(visitors[index]!)
      expect(runs()).toBe(3)
    })

    it('D2, D3: with eager, no streamed page whose body validates is stored', async () => {
      const { auth, visitors } = await createAuth()
      for (const option of [{}, { vary: 'Cookie' }]) {
        const app: App = new Hono()
        app.use(authenticate(auth, { eager: true }), real({ cacheControl: PUBLIC, ...option }))
        app.get('/:page', (c) =>
          stream(c, async (out) => {
            await out.write('Hello ')
            await out.write((await c.var.auth.validate())?.user.name ?? 'anonymous')
          }),
        )
        const url = `https://app.example/${++urls}`
        for (const index of [0, 1, 2, 0, 1, 2]) {
          const { headers, name } = visitors[index]!
          const response = await app.request(url, { headers })
          expect(await response.text()).toBe(`Hello ${name}`)
        }
      }
    })
  })
}
