import {
  applyD1Migrations,
  createExecutionContext,
  waitOnExecutionContext,
  reset,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { cors, limen } from '@limen/core'
import { describe, expect, it } from 'vitest'
import { d1Store, withAuth } from './index.ts'

await reset()
await applyD1Migrations(env.DB, env.MIGRATIONS)

const api = 'https://api.example.com/'
const app = 'https://app.example.com'
const csrfProtection = { baseDomain: 'example.com', allowedSubdomains: ['app'] }
const shared = cors({ csrfProtection })

/** A Worker on `api.` whose pages are on `app.`, and the statements that it sends to D1. */
function backend() {
  const statements: string[] = []
  const watched = (db: object): D1Database =>
    new Proxy(db as D1Database, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          const result: unknown = Reflect.apply(member, target, args)
          if (name === 'withSession') return watched(result as object)
          statements.push(String(args[0]))
          return result
        }
      },
    })
  const auth = limen({ store: d1Store(watched(env.DB)), csrfProtection })
  const worker = withAuth(auth, {
    async fetch(request, _env, _ctx, authRequest) {
      if (request.headers.get('Upgrade')) {
        const state = (await authRequest.validate()) ? 'signed in' : 'anonymous'
        const [client, server] = Object.values(new WebSocketPair())
        server!.accept()
        server!.send(state)
        return new Response(null, { status: 101, webSocket: client! })
      }
      if (request.method === 'POST') {
        authRequest.setSession(await auth.createSession(await auth.createUser({})))
        return Response.redirect(`${api}welcome`, 303)
      }
      const session = await authRequest.validate()
      return Response.json({ signedIn: session !== null })
    },
  })
  const call = async (method: string, headers: Record<string, string>): Promise<Response> => {
    type Incoming = Request<unknown, IncomingRequestCfProperties>
    const request = new Request(api, { method, headers }) as Incoming
    const ctx = createExecutionContext()
    const response =
      shared.preflight(request) ?? shared.respond(request, await worker.fetch(request, env, ctx))
    await waitOnExecutionContext(ctx)
    return response
  }
  return { call, statements }
}

const page = { Origin: app, 'Sec-Fetch-Site': 'same-site' }
const crossSite = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }

describe('cors() around withAuth()', () => {
  it('answers a preflight without a D1 statement', async () => {
    const { call, statements } = backend()
    const preflight = { 'Access-Control-Request-Method': 'PUT' }
    const allowed = await call('OPTIONS', { ...page, ...preflight })
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe(app)
    expect((await call('OPTIONS', { ...crossSite, ...preflight })).status).toBe(403)
    expect(statements).toEqual([])
  })

  it('lets only the front end send cookies and read responses', async () => {
    const { call } = backend()
    const signedIn = await call('POST', page)
    expect(signedIn.status).toBe(303)
    expect(Object.fromEntries(signedIn.headers)).toMatchObject({
      'access-control-allow-credentials': 'true',
      'access-control-allow-origin': app,
      'cache-control': 'private, no-store',
      vary: 'Cookie, Origin',
    })
    const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''

    const read = await call('GET', { ...page, Cookie })
    expect(await read.json()).toEqual({ signedIn: true })
    expect(read.headers.get('Access-Control-Allow-Origin')).toBe(app)

    const unread = await call('GET', { ...crossSite, Cookie })
    expect(unread.headers.get('Access-Control-Allow-Origin')).toBeNull()
    expect(unread.headers.get('Vary')).toBe('Cookie, Origin')

    const refused = await call('POST', { ...crossSite, Cookie })
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  it('opens a WebSocket, signed in from the front end and anonymous from other origins', async () => {
    const { call } = backend()
    const signedIn = await call('POST', page)
    const Cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    for (const [Origin, state] of [
      [app, 'signed in'],
      [crossSite.Origin, 'anonymous'],
    ] as const) {
      const { status, webSocket } = await call('GET', { Origin, Cookie, Upgrade: 'websocket' })
      expect(status).toBe(101)
      const message = new Promise((resolve) => {
        webSocket!.addEventListener('message', ({ data }) => resolve(data))
      })
      webSocket!.accept()
      expect(await message).toBe(state)
      webSocket!.close()
    }
  })

  it('adds its headers to a response of fetch, whose headers are immutable', async () => {
    const body = JSON.stringify({ name: 'no-such-user', call: 'readUser', args: [] })
    const fetched = await env.OTHER_WORKER.fetch(api, { method: 'POST', body })
    expect(() => fetched.headers.delete('Vary')).toThrow(TypeError)
    const request = new Request(api, { headers: page })
    const response = shared.respond(request, fetched as unknown as Response)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe(app)
    expect(response.headers.get('Vary')).toContain('Origin')
    expect(await response.json()).toBeNull()
  })
})
