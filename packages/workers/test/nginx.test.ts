/** P10 behind nginx: a Worker's handlers, served by Node, behind a cache that stores everything it can. */
import { once } from 'node:events'
import { Agent, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { withAuth } from '@limen/workers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startNginx } from './nginx.ts'

const nginx = inject('nginx')
const DAY = 86_400_000
const PUBLIC = { 'Cache-Control': 'public, max-age=60' }

const clock = { now: Date.now() }
const auth = limen({
  store: memoryStore<{ name: string }>(),
  getUserAttributes: ({ name }) => ({ name }),
  now: () => clock.now,
})
const { name: COOKIE } = auth.createSessionCookie(null)

/** A page, and whether a cache can store its anonymous version. */
type Page = [what: string, page: (name: string) => Response, isStored: boolean]

const pages: Page[] = [
  ['has no cache headers', (name) => new Response(name), false],
  [
    'has Expires',
    (name) => new Response(name, { headers: { Expires: 'Fri, 01 Jan 2100 00:00:00 GMT' } }),
    false,
  ],
  ['is public', (name) => new Response(name, { headers: PUBLIC }), true],
  [
    'has s-maxage',
    (name) => new Response(name, { headers: { 'Cache-Control': 's-maxage=60, max-age=0' } }),
    true,
  ],
  [
    'can be shown when it is stale',
    (name) => {
      const value = 'max-age=60, stale-while-revalidate=60, stale-if-error=60'
      return new Response(name, { headers: { 'Cache-Control': value } })
    },
    true,
  ],
  [
    'is private',
    (name) => new Response(name, { headers: { 'Cache-Control': 'private, max-age=60' } }),
    false,
  ],
  [
    'has a private field and is public',
    (name) => {
      const headers = { 'Cache-Control': 'public, private="x-none", max-age=60' }
      return new Response(name, { headers })
    },
    // nginx treats a private field as a private page.
    false,
  ],
  [
    'varies by language too',
    (name) => new Response(name, { headers: { ...PUBLIC, Vary: 'Accept-Language' } }),
    true,
  ],
  [
    'has an ETag',
    (name) => new Response(name, { headers: { ...PUBLIC, ETag: `"${name}"` } }),
    true,
  ],
  [
    'redirects',
    (name) => new Response(name, { status: 302, headers: { ...PUBLIC, Location: `/${name}` } }),
    true,
  ],
  [
    'redirects permanently',
    (name) => new Response(name, { status: 308, headers: { ...PUBLIC, Location: `/${name}` } }),
    true,
  ],
  ['is a 404', (name) => new Response(name, { status: 404, headers: PUBLIC }), true],
  ['is a 500', (name) => new Response(name, { status: 500, headers: PUBLIC }), true],
]

const worker = withAuth(auth, {
  async fetch(request, _env, _ctx, authRequest) {
    const { pathname } = new URL(request.url)
    if (pathname === '/sign-in') authRequest.setSession(await signIn(await user('Eve')))
    if (pathname === '/sign-out') authRequest.setSession(null)
    if (pathname.startsWith('/sign-')) return new Response('welcome', { headers: PUBLIC })
    const session = (await authRequest.validate()) ?? (await authRequest.validateBearerToken())
    const name = session?.user.name ?? 'anonymous'
    if (pathname === '/short') {
      const headers = { 'Cache-Control': 'public, max-age=1', ETag: `"${name}"` }
      const isKnown = request.headers.get('If-None-Match') === headers.ETag
      return new Response(isKnown ? null : name, { status: isKnown ? 304 : 200, headers })
    }
    const response = pages[Number(pathname.slice(1))]![1](name)
    response.headers.set('For', name)
    return response
  },
})

/** How a signed-in visitor sends a request. */
type Way = [how: string, requestOf: (token: string) => Sent]
interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}
const withCookie = (token: string) => ({ Cookie: `${COOKIE}=${token}` })

const ways: Way[] = [
  ['with a cookie', (token) => ({ headers: withCookie(token) })],
  ['with a bearer token', (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
  ['by HEAD', (token) => ({ method: 'HEAD', headers: withCookie(token) })],
  [
    'with If-None-Match',
    (token) => ({ headers: { ...withCookie(token), 'If-None-Match': '"Ada", "anonymous"' } }),
  ],
]

describe.skipIf(!nginx)('P10: behind nginx', () => {
  const server = createServer((request, response) => void carry(request, response))
  let front: Awaited<ReturnType<typeof startNginx>>
  let visits = 0
  const newPath = (page: number) => `/${page}?${++visits}`

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    front = await startNginx(nginx!, (server.address() as AddressInfo).port)
  })
  afterAll(async () => {
    agent.destroy()
    await front[Symbol.asyncDispose]()
    server.close()
  })

  const agent = new Agent({ keepAlive: true })

  /** Sends a request as a browser does: `fetch` changes some headers. */
  const visit = async (path: string, { method = 'GET', headers = {} }: Sent = {}) => {
    const sent = request(front.origin + path, { agent, method, headers }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return {
      who: response.headers['for'],
      body: await text(response),
      cache: response.headers['x-cache'],
      cookies: response.headers['set-cookie'] ?? [],
    }
  }

  describe.each(ways)('%s', (_how, requestOf) => {
    it.each(pages.map(([what, , isStored], page) => [what, isStored, page] as const))(
      'P10: a page that %s is served to its visitor only; its anonymous version is stored: %s',
      async (_what, isStored, page) => {
        const { ada, bob } = await tokens()
        for (const isAnonymousFirst of [false, true]) {
          const path = newPath(page)
          const visitAnonymously = async () => {
            const first = await visit(path)
            expect(first).toMatchObject({ who: 'anonymous', body: 'anonymous', cookies: [] })
            expect(first.cache).toBe('MISS')
            const second = await visit(path)
            expect(second).toMatchObject({ who: 'anonymous', body: 'anonymous', cookies: [] })
            expect(second.cache).toBe(isStored ? 'HIT' : 'MISS')
          }
          if (isAnonymousFirst) await visitAnonymously()
          for (const [name, token] of [
            ['Ada', ada],
            ['Ada', ada],
            ['Bob', bob],
            ['Ada', ada],
          ] as const) {
            const seen = await visit(path, requestOf(token))
            expect(seen).toMatchObject({ who: name, cache: 'MISS' })
            expect([name, '']).toContain(seen.body)
          }
          if (!isAnonymousFirst) await visitAnonymously()
          const consenting = await visit(path, { headers: { Cookie: 'consent=1' } })
          expect(consenting).toMatchObject({ who: 'anonymous', body: 'anonymous' })
        }
      },
    )
  })

  it.each(pages.map(([what], page) => [what, page] as const))(
    'P10: a renewed cookie on a page that %s is sent to its owner only',
    async (_what, page) => {
      const { ada } = await tokens()
      clock.now += DAY
      const path = newPath(page)
      const renewed = await visit(path, { headers: withCookie(ada) })
      expect(renewed).toMatchObject({ who: 'Ada', cache: 'MISS' })
      expect(renewed.cookies).toEqual([expect.stringContaining(ada)])
      const anonymous = await visit(path)
      expect(anonymous).toMatchObject({ who: 'anonymous', cookies: [], cache: 'MISS' })
      const again = await visit(path, { headers: withCookie(ada) })
      expect(again).toMatchObject({ who: 'Ada', cookies: [], cache: 'MISS' })
    },
  )

  it('P10: a page that varies by language is stored for each language', async () => {
    const path = newPath(pages.findIndex(([what]) => what.startsWith('varies')))
    for (const cache of ['MISS', 'HIT']) {
      for (const language of ['de', 'fr']) {
        const headers = { 'Accept-Language': language }
        expect(await visit(path, { headers })).toMatchObject({ who: 'anonymous', cache })
      }
    }
  })

  it('P10: the cookie that deletes is sent to its owner only', async () => {
    const { ada } = await tokens()
    await auth.invalidateSession(ada.split('.')[0]!)
    const path = newPath(2)
    const headers = { ...withCookie(ada), 'Sec-Fetch-Mode': 'navigate' }
    for (let time = 0; time < 2; time++) {
      const deleting = await visit(path, { headers })
      expect(deleting).toMatchObject({ who: 'anonymous', cache: 'MISS' })
      expect(deleting.cookies).toEqual([expect.stringContaining('Max-Age=0')])
    }
    expect((await visit(path)).cookies).toEqual([])
  })

  it.each(['/sign-in', '/sign-out'])(
    'P10: a response with a cookie of %s is never stored',
    async (path) => {
      const first = await visit(path)
      const second = await visit(path)
      expect([first.cache, second.cache]).toEqual(['MISS', 'MISS'])
      expect([first.cookies.length, second.cookies.length]).toEqual([1, 1])
      if (path === '/sign-in') expect(first.cookies).not.toEqual(second.cookies)
    },
  )

  it('P10: a revalidated page is served to anonymous visitors only', async () => {
    const { ada } = await tokens()
    expect(await visit('/short')).toMatchObject({ body: 'anonymous', cache: 'MISS' })
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const headers = { ...withCookie(ada), 'If-None-Match': '"anonymous"' }
    expect(await visit('/short', { headers })).toMatchObject({ body: 'Ada', cache: 'MISS' })
    expect(await visit('/short')).toMatchObject({ body: 'anonymous', cache: 'REVALIDATED' })
  })
})

async function user(name: string): Promise<string> {
  return (await auth.createUser({ attributes: { name } })).userId
}

function signIn(userId: string) {
  return auth.createSession({ userId })
}

/** Signs in Ada and Bob. */
async function tokens(): Promise<{ ada: string; bob: string }> {
  const [ada, bob] = await Promise.all(['Ada', 'Bob'].map(async (name) => signIn(await user(name))))
  return { ada: auth.createBearerToken(ada!), bob: auth.createBearerToken(bob!) }
}

/** Passes a request to the Worker, and sends its response. */
async function carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value))
  // Not localhost: there a miss deletes no cookie.
  const url = `http://app.example${incoming.url}`
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {}, props: undefined }
  const response = await worker.fetch(
    new Request(url, { method: incoming.method!, headers }),
    {},
    ctx,
  )
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value)
  outgoing.end(await response.text())
}
