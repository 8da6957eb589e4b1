import {
  applyD1Migrations,
  createExecutionContext,
  waitOnExecutionContext,
  reset,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { limen, respond } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { d1Store, withAuth } from './index.ts'

await reset()
await applyD1Migrations(env.DB, env.MIGRATIONS)

const PUBLIC = { 'Cache-Control': 'public, max-age=60' }
const clock = { now: Date.now() }
const auth = limen({
  store: d1Store<{ name: string }>(env.DB),
  getUserAttributes: ({ name }) => ({ name }),
  now: () => clock.now,
})
const { name: COOKIE } = auth.createSessionCookie(null)

const pages = withAuth(auth, {
  async fetch(request, _env, _ctx, authRequest) {
    const { pathname } = new URL(request.url)
    const session = (await authRequest.validate()) ?? (await authRequest.validateBearerToken())
    const name = session?.user.name ?? 'anonymous'
    const page = headersOf[pathname]?.(name)
    return new Response(name, page)
  },
})

const headersOf: Record<string, (name: string) => ResponseInit> = {
  '/silent': () => ({}),
  '/public': () => ({ headers: PUBLIC }),
  '/shared': () => ({ headers: { 'Cache-Control': 's-maxage=60' } }),
  '/for-the-cdn': () => ({ headers: { ...PUBLIC, 'CDN-Cache-Control': 'max-age=60' } }),
  '/private': () => ({ headers: { 'Cache-Control': 'private, max-age=60' } }),
  '/etag': (name) => ({ headers: { ...PUBLIC, ETag: `"${name}"` } }),
  '/redirect': (name) => ({ status: 301, headers: { ...PUBLIC, Location: `/${name}` } }),
  '/missing': () => ({ status: 404, headers: PUBLIC }),
}
/** The paths whose anonymous response a shared cache may store. */
const cacheable = ['/public', '/shared', '/for-the-cdn', '/etag', '/redirect', '/missing']

type Fetch = (request: Request, ctx: ExecutionContext) => Promise<Response>

let visits = 0
const visit = (path: string, headers: Record<string, string> = {}) =>
  new Request(`https://app.example${path}?${++visits}`, { headers })

/** Puts the Worker's response into the cache and returns what the cache then has for its URL. */
async function storeAndMatch(request: Request): Promise<string | null> {
  const ctx = createExecutionContext()
  const response = await pages.fetch(request, env, ctx)
  await caches.default.put(request.url, response)
  await waitOnExecutionContext(ctx)
  const hit = await caches.default.match(request.url)
  return hit ? hit.text() : null
}

async function signIn(name: string): Promise<string> {
  const { userId } = await auth.createUser({ attributes: { name } })
  return auth.createBearerToken(await auth.createSession({ userId }))
}

describe('P10: the Cache API of Workers', () => {
  it.each(Object.keys(headersOf))(
    '[T47] never stores a response for which a session was found: %s',
    async (path) => {
      const token = await signIn('Ada')
      expect(await storeAndMatch(visit(path, { Cookie: `${COOKIE}=${token}` }))).toBeNull()
      expect(await storeAndMatch(visit(path, { Authorization: `Bearer ${token}` }))).toBeNull()
      clock.now += 86_400_000
      expect(await storeAndMatch(visit(path, { Cookie: `${COOKIE}=${token}` }))).toBeNull()
    },
  )

  it.each(Object.keys(headersOf))(
    'stores an anonymous response if its headers allow it: %s',
    async (path) => {
      expect(await storeAndMatch(visit(path))).toBe(cacheable.includes(path) ? 'anonymous' : null)
    },
  )

  it('never stores a response that sets or deletes the session cookie', async () => {
    const session = await auth.validateSession(await signIn('Ada'))
    for (const next of [session, null]) {
      const setting = withAuth(auth, {
        fetch(_request, _env, _ctx, authRequest) {
          authRequest.setSession(next)
          return new Response('welcome', { headers: PUBLIC })
        },
      })
      const request = visit('/')
      const response = await setting.fetch(request, env, createExecutionContext())
      expect(response.headers.getSetCookie()).toHaveLength(1)
      await caches.default.put(request, response)
      expect(await caches.default.match(request)).toBeUndefined()
    }
  })

  const inside = withAuth(auth, {
    async fetch(request, _env, ctx, authRequest) {
      const session = await authRequest.validate()
      const hit = !session && (await caches.default.match(request))
      if (hit) return hit
      const response = new Response(session?.user.name ?? 'anonymous', { headers: PUBLIC })
      ctx.waitUntil(caches.default.put(request, respond(response.clone(), authRequest)))
      return response
    },
  })
  const around: Fetch = async (request, ctx) => {
    const hasToken = auth.readSessionCookie(request) ?? auth.readBearerToken(request)
    const hit = !hasToken && (await caches.default.match(request))
    if (hit) return hit
    const response = await pages.fetch(request, env, ctx)
    ctx.waitUntil(caches.default.put(request, response.clone()))
    return response
  }
  const positions: [where: string, fetch: Fetch][] = [
    ['around withAuth()', around],
    ['inside a handler', (request, ctx) => inside.fetch(request, env, ctx)],
  ]
  it.each(positions)(
    '[T48] %s: each visitor receives their own page, though the cache ignores Vary',
    async (_, fetch) => {
      const path = `/public?${++visits}`
      const token = await signIn('Ada')
      const visitAs = async (headers: Record<string, string>) => {
        const ctx = createExecutionContext()
        const request = new Request(`https://app.example${path}`, { headers })
        const response = await fetch(request, ctx)
        await waitOnExecutionContext(ctx)
        return [await response.text(), response.headers.get('CF-Cache-Status')]
      }
      const ada = { Cookie: `${COOKIE}=${token}` }
      expect(await visitAs(ada)).toEqual(['Ada', null])
      expect(await visitAs({})).toEqual(['anonymous', null])
      expect(await visitAs({})).toEqual(['anonymous', 'HIT'])
      expect(await visitAs(ada)).toEqual(['Ada', null])
      expect(await visitAs({ Cookie: 'consent=1' })).toEqual(['anonymous', 'HIT'])

      const { headers } = (await caches.default.match(`https://app.example${path}`))!
      expect(headers.get('Vary')).toContain('Cookie')
      const asAda = new Request(`https://app.example${path}`, { headers: ada })
      expect(await (await caches.default.match(asAda))?.text()).toBe('anonymous')
    },
  )
})
