import type { InferSession } from '@limen/core'
import { getAuth, requireOrigin, requireSession, sessionHandler } from '@limen/nuxt/server'
import {
  type App,
  createError,
  defineEventHandler,
  eventHandler,
  sendRedirect,
  sendStream,
  setCookie,
  setResponseHeader,
} from 'h3'
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import { DAY, createAuth, createNitro, marksOf, visit } from '../test/app.ts'

const URL = 'http://app.example/'
const evil = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
const PRIVATE = { cacheControl: 'private, no-store', vary: 'Cookie' }

/** As Nitro passes headers to inner requests. */
const lowerCase = (headers?: RequestInit['headers']) => Object.fromEntries(new Headers(headers))

async function createIdle() {
  const given = await createAuth()
  given.clock.now += DAY
  return { ...given, app: createNitro() }
}

type Given = Awaited<ReturnType<typeof createIdle>>

const answers: [
  what: string,
  status: number,
  respond: Parameters<typeof eventHandler>[0],
  own: string[],
][] = [
  ['a value', 200, () => 'page', []],
  [
    'a value and a cookie of the app',
    200,
    (event) => {
      setCookie(event, 'theme', 'dark')
      return { page: 1 }
    },
    ['theme=dark; Path=/'],
  ],
  ['a redirect', 302, (event) => sendRedirect(event, '/next'), []],
  [
    'a Response with a cookie of its own',
    200,
    () => new Response('page', { headers: { 'Set-Cookie': 'a=1', 'Cache-Control': 'public' } }),
    ['a=1'],
  ],
  ['a stream', 200, (event) => sendStream(event, new Response('page').body!), []],
  [
    'an error',
    418,
    () => {
      throw createError({ statusCode: 418 })
    },
    [],
  ],
  [
    'a public page',
    200,
    (event) => {
      setResponseHeader(event, 'Cache-Control', 'public, max-age=60')
      return 'page'
    },
    [],
  ],
]

describe('getAuth()', () => {
  it.each(answers)(
    'sends a renewed cookie and private headers with %s (%i)',
    async (_, status, respond, own) => {
      const { app, auth, calls, headers, setting } = await createIdle()
      app.use(
        '/',
        eventHandler(async (event) => {
          const session = await getAuth(auth, event).validate()
          expectTypeOf(session).toEqualTypeOf<InferSession<Given['auth']> | null>()
          await getAuth(auth, event).validate()
          return (respond as (event: unknown) => unknown)(event)
        }),
      )
      const response = await visit(app, new Request(URL, { headers }))
      expect(response.status).toBe(status)
      const { cookies, ...marks } = marksOf(response)
      expect(cookies.toSorted()).toEqual([...own, setting].toSorted())
      expect(marks).toEqual(PRIVATE)
      expect(calls).toEqual(['read', 'renew'])
    },
  )

  it('leaves a page alone that does not validate', async () => {
    const { app, calls, headers } = await createIdle()
    app.use(eventHandler(() => 'public'))
    const response = await visit(app, new Request(URL, { headers }))
    expect(marksOf(response)).toEqual({ cookies: [], cacheControl: null, vary: null })
    expect(calls).toEqual([])
  })

  it('P5: a refused setSession() is a 403', async () => {
    using _quiet = vi.spyOn(console, 'error').mockReturnValue()
    const { app, auth, calls, headers } = await createIdle()
    app.use(
      eventHandler((event) => {
        getAuth(auth, event).setSession(null)
        return 'signed out'
      }),
    )
    const request = new Request(URL, { method: 'POST', headers: { ...headers, ...evil } })
    const response = await visit(app, request)
    expect([response.status, marksOf(response).cookies, calls]).toEqual([403, [], []])
  })
})

describe('inner requests', () => {
  /** Calls a route without a connection, as Nitro's `event.$fetch()` does. */
  async function inner(app: App, context: object, init: RequestInit): Promise<string> {
    const { callNodeRequestHandler } = await import('node-mock-http')
    const { toNodeListener } = await import('h3')
    const { body } = await callNodeRequestHandler(
      toNodeListener(app) as never,
      {
        url: '/api/me',
        host: 'app.example',
        context,
        ...init,
        headers: lowerCase(init.headers),
      } as never,
    )
    return String(body)
  }

  /** A page that asks a route who is signed in. */
  async function createPage(init: (cookie: string) => RequestInit) {
    const given = await createIdle()
    const { app, auth } = given
    app.use(
      '/api/me',
      defineEventHandler(async (event) => {
        const session = await getAuth(auth, event).validate()
        return `${session?.user.name} ${session?.fresh}`
      }),
    )
    app.use(
      '/',
      defineEventHandler(async (event) =>
        inner(app, event.context, init(event.node.req.headers.cookie ?? '')),
      ),
    )
    return given
  }

  it('share the read of the page, and its response gets the cookie', async () => {
    const { app, calls, headers, setting } = await createPage((Cookie) => ({ headers: { Cookie } }))
    const response = await visit(app, new Request(URL, { headers }))
    expect(await response.text()).toBe('Ada true')
    expect(marksOf(response)).toEqual({ cookies: [setting], ...PRIVATE })
    expect(calls).toEqual(['read', 'renew'])
  })

  it('with another method validate by themselves, and the page gets the cookie', async () => {
    const { app, headers, setting } = await createPage((Cookie) => ({
      method: 'POST',
      headers: { Cookie, 'Sec-Fetch-Site': 'same-origin' },
    }))
    const response = await visit(app, new Request(URL, { headers }))
    expect(await response.text()).toBe('Ada true')
    expect(marksOf(response)).toEqual({ cookies: [setting], ...PRIVATE })
  })

  it('of a cross-origin page are not trusted', async () => {
    const { app, calls, headers } = await createPage((Cookie) => ({
      method: 'POST',
      headers: { Cookie, ...evil },
    }))
    const response = await visit(app, new Request(URL, { headers }))
    expect(await response.text()).toBe('undefined undefined')
    expect(calls).toEqual([])
  })

  it('without the cookies of the page are anonymous', async () => {
    const { app, calls, headers } = await createPage(() => ({}))
    const response = await visit(app, new Request(URL, { headers }))
    expect(await response.text()).toBe('undefined undefined')
    expect(calls).toEqual([])
  })

  it('a server without connections sends cookies and headers, too', async () => {
    const { callNodeRequestHandler } = await import('node-mock-http')
    const { toNodeListener } = await import('h3')
    for (const respond of [() => 'page', (event: never) => sendRedirect(event, '/next')]) {
      const { app, auth, headers, setting } = await createIdle()
      app.use(
        eventHandler(async (event) => {
          await getAuth(auth, event).validate()
          return respond(event as never)
        }),
      )
      const listener = toNodeListener(app) as never
      const answer = await callNodeRequestHandler(listener, {
        url: '/',
        headers: lowerCase(headers),
      } as never)
      expect([answer.headers['set-cookie']].flat()).toEqual([setting])
      expect(answer.headers).toMatchObject({
        'cache-control': 'private, no-store',
        vary: 'Cookie',
      })
    }
  })
})

describe('requireSession()', () => {
  it('answers 401 to anonymous visitors, and 403 to untrusted requests', async () => {
    const { app, auth, headers } = await createIdle()
    app.use(eventHandler(async (event) => (await requireSession(auth, event)).user.name))
    const statusOf = async (init: RequestInit) => (await visit(app, new Request(URL, init))).status
    expect(await statusOf({})).toBe(401)
    expect(await statusOf({ method: 'POST', headers: { ...headers, ...evil } })).toBe(403)
    expect(await (await visit(app, new Request(URL, { headers }))).text()).toBe('Ada')
  })
})

describe('requireOrigin()', () => {
  it('answers 403 to untrusted requests', async () => {
    const { app, auth, headers } = await createIdle()
    app.use(
      eventHandler((event) => {
        requireOrigin(auth, event)
        return 'reached'
      }),
    )
    const cross = new Request(URL, { method: 'POST', headers: evil })
    expect((await visit(app, cross)).status).toBe(403)
    const own = new Request(URL, { method: 'POST', headers })
    expect(await (await visit(app, own)).text()).toBe('reached')
  })
})

describe('sessionHandler()', () => {
  it('answers with the session, without its token', async () => {
    const { app, auth, headers, session } = await createIdle()
    app.use(sessionHandler(auth))
    const response = await visit(app, new Request(URL, { headers }))
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ session: { user: { name: 'Ada' } } })
    expect(text).not.toContain(auth.createBearerToken(session).split('.')[1])
    expect(await (await visit(app, new Request(URL))).json()).toEqual({ session: null })
  })
})
