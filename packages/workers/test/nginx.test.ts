/** P10 behind nginx: a Worker's handlers, carried by Node, and a cache that keeps all it may. */
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

/** A page for somebody, and whether a cache may keep what strangers get of it. */
type Page = [what: string, page: (name: string) => Response, kept: boolean]

const pages: Page[] = [
  ['says nothing of caches', (name) => new Response(name), false],
  [
    'says when it expires',
    (name) => new Response(name, { headers: { Expires: 'Fri, 01 Jan 2100 00:00:00 GMT' } }),
    false,
  ],
  ['is called public', (name) => new Response(name, { headers: PUBLIC }), true],
  [
    'is meant for shared caches',
    (name) => new Response(name, { headers: { 'Cache-Control': 's-maxage=60, max-age=0' } }),
    true,
  ],
  [
    'may be shown when it is stale',
    (name) => {
      const value = 'max-age=60, stale-while-revalidate=60, stale-if-error=60'
      return new Response(name, { headers: { 'Cache-Control': value } })
    },
    true,
  ],
  [
    'is called private',
    (name) => new Response(name, { headers: { 'Cache-Control': 'private, max-age=60' } }),
    false,
  ],
  [
    'has a private field and is called public',
    (name) => {
      const headers = { 'Cache-Control': 'public, private="x-none", max-age=60' }
      return new Response(name, { headers })
    },
    // nginx does not tell a field from the page.
    false,
  ],
  [
    'varies by language as well',
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
    'redirects for good',
    (name) => new Response(name, { status: 308, headers: { ...PUBLIC, Location: `/${name}` } }),
    true,
  ],
  ['is not found', (name) => new Response(name, { status: 404, headers: PUBLIC }), true],
  ['is an error', (name) => new Response(name, { status: 500, headers: PUBLIC }), true],
]

const worker = withAuth(auth, {
  async fetch(request, _env, _ctx, authRequest) {
    const { pathname } = new URL(request.url)
    if (pathname === '/sign-in') authRequest.setSession(await signIn(await user('Eve')))
    if (pathname === '/sign-out') authRequest.setSession(null)
    if (pathname.startsWith('/sign-')) return new Response('welcome', { headers: PUBLIC })
    const session = (await authRequest.validate()) ?? (await authRequest.validateBearerToken())
    const name = session?.user.name ?? 'stranger'
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

/** How somebody signed in asks. */
type Way = [how: string, ask: (token: string) => Asking]
interface Asking {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}
const withCookie = (token: string) => ({ Cookie: `${COOKIE}=${token}` })

const ways: Way[] = [
  ['with a cookie', (token) => ({ headers: withCookie(token) })],
  ['with a bearer token', (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
  ['by HEAD', (token) => ({ method: 'HEAD', headers: withCookie(token) })],
  [
    'on condition',
    (token) => ({ headers: { ...withCookie(token), 'If-None-Match': '"Ada", "stranger"' } }),
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

  /** Asks as a browser would: `fetch` has its own mind about some headers. */
  const visit = async (path: string, { method = 'GET', headers = {} }: Asking = {}) => {
    const asked = request(front.origin + path, { agent, method, headers }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    return {
      who: response.headers['for'],
      body: await text(response),
      cache: response.headers['x-cache'],
      cookies: response.headers['set-cookie'] ?? [],
    }
  }

  describe.each(ways)('asked %s', (_how, ask) => {
    it.each(pages.map(([what, , kept], page) => [what, kept, page] as const))(
      'a page that %s is for one visitor alone; for strangers it is kept: %s',
      async (_what, kept, page) => {
        const { ada, bob } = await tokens()
        for (const strangersFirst of [false, true]) {
          const path = newPath(page)
          const strangers = async () => {
            const first = await visit(path)
            expect(first).toMatchObject({ who: 'stranger', body: 'stranger', cookies: [] })
            expect(first.cache).toBe('MISS')
            const second = await visit(path)
            expect(second).toMatchObject({ who: 'stranger', body: 'stranger', cookies: [] })
            expect(second.cache).toBe(kept ? 'HIT' : 'MISS')
          }
          if (strangersFirst) await strangers()
          for (const [name, token] of [
            ['Ada', ada],
            ['Ada', ada],
            ['Bob', bob],
            ['Ada', ada],
          ] as const) {
            const seen = await visit(path, ask(token))
            expect(seen).toMatchObject({ who: name, cache: 'MISS' })
            expect([name, '']).toContain(seen.body)
          }
          if (!strangersFirst) await strangers()
          const consenting = await visit(path, { headers: { Cookie: 'consent=1' } })
          expect(consenting).toMatchObject({ who: 'stranger', body: 'stranger' })
        }
      },
    )
  })

  it.each(pages.map(([what], page) => [what, page] as const))(
    'a renewed cookie on a page that %s reaches its owner alone',
    async (_what, page) => {
      const { ada } = await tokens()
      clock.now += DAY
      const path = newPath(page)
      const renewed = await visit(path, { headers: withCookie(ada) })
      expect(renewed).toMatchObject({ who: 'Ada', cache: 'MISS' })
      expect(renewed.cookies).toEqual([expect.stringContaining(ada)])
      const stranger = await visit(path)
      expect(stranger).toMatchObject({ who: 'stranger', cookies: [], cache: 'MISS' })
      const again = await visit(path, { headers: withCookie(ada) })
      expect(again).toMatchObject({ who: 'Ada', cookies: [], cache: 'MISS' })
    },
  )

  it('a page that varies by language is kept for each', async () => {
    const path = newPath(pages.findIndex(([what]) => what.startsWith('varies')))
    for (const cache of ['MISS', 'HIT']) {
      for (const language of ['de', 'fr']) {
        const headers = { 'Accept-Language': language }
        expect(await visit(path, { headers })).toMatchObject({ who: 'stranger', cache })
      }
    }
  })

  it('the cookie that deletes one reaches its owner alone', async () => {
    const { ada } = await tokens()
    await auth.invalidateSession(ada.split('.')[0]!)
    const path = newPath(2)
    const headers = { ...withCookie(ada), 'Sec-Fetch-Mode': 'navigate' }
    for (let time = 0; time < 2; time++) {
      const gone = await visit(path, { headers })
      expect(gone).toMatchObject({ who: 'stranger', cache: 'MISS' })
      expect(gone.cookies).toEqual([expect.stringContaining('Max-Age=0')])
    }
    expect((await visit(path)).cookies).toEqual([])
  })

  it.each(['/sign-in', '/sign-out'])('a cookie that %s set is never kept', async (path) => {
    const first = await visit(path)
    const second = await visit(path)
    expect([first.cache, second.cache]).toEqual(['MISS', 'MISS'])
    expect([first.cookies.length, second.cookies.length]).toEqual([1, 1])
    if (path === '/sign-in') expect(first.cookies).not.toEqual(second.cookies)
  })

  it('a page that the cache asks about again stays with those it was for', async () => {
    const { ada } = await tokens()
    expect(await visit('/short')).toMatchObject({ body: 'stranger', cache: 'MISS' })
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const headers = { ...withCookie(ada), 'If-None-Match': '"stranger"' }
    expect(await visit('/short', { headers })).toMatchObject({ body: 'Ada', cache: 'MISS' })
    expect(await visit('/short')).toMatchObject({ body: 'stranger', cache: 'REVALIDATED' })
  })
})

async function user(name: string): Promise<string> {
  return (await auth.createUser({ attributes: { name } })).userId
}

function signIn(userId: string) {
  return auth.createSession({ userId })
}

/** Signs in Ada and Bob anew. */
async function tokens(): Promise<{ ada: string; bob: string }> {
  const [ada, bob] = await Promise.all(['Ada', 'Bob'].map(async (name) => signIn(await user(name))))
  return { ada: auth.createBearerToken(ada!), bob: auth.createBearerToken(bob!) }
}

/** Gives the Worker what came in, and sends what it answers. */
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
