import type { ServerResponse } from 'node:http'
import { node } from '@limen/node'
import { describe, expect, it } from 'vitest'
import { COOKIE, DAY, PRIVATE, codeOf, createAuth, headersOf, setting } from '../test/app.ts'
import { type Version, serve, visit } from '../test/server.ts'

const versions: Version[] = ['HTTP/1.1', 'HTTP/2']

type WriteHead = (...args: unknown[]) => ServerResponse

/** Calls `writeHead()` with arguments that its types do not all have. */
function writeHead(response: ServerResponse, ...args: unknown[]): ServerResponse {
  return (response.writeHead.bind(response) as WriteHead)(...args)
}

const OWN = ['theme=dark', 'b=2']

/** Every form of the headers that `writeHead()` receives. */
const forms: [form: string, args: unknown[]][] = [
  ['an object', [200, { 'Set-Cookie': OWN, Vary: 'Accept' }]],
  ['an object after a reason', [200, 'Fine', { 'set-cookie': OWN, Vary: 'Accept' }]],
  ['an object after no reason', [200, undefined, { 'Set-Cookie': OWN, Vary: 'Accept' }]],
  [
    'names and values in turn',
    [200, ['Set-Cookie', 'theme=dark', 'Set-Cookie', 'b=2', 'Vary', 'Accept']],
  ],
  ['names and values in turn, with a list', [200, ['Set-Cookie', OWN, 'Vary', 'Accept']]],
]

/** In HTTP/1.1, Node itself rejects pairs after `setHeader()`. */
const PAIRS = [
  200,
  [
    ['Set-Cookie', 'theme=dark'],
    ['Set-Cookie', 'b=2'],
    ['Vary', 'Accept'],
  ],
]

describe.each(versions)('writeHead() in %s', (version) => {
  const all = [...forms, ['pairs', PAIRS] as [string, unknown[]]]
  it.each(all)('receives %s: the session cookie is sent beside the app’s own', async (_, args) => {
    for (const hasHeaders of [false, true]) {
      const { auth, clock, get, token } = await createAuth(node())
      clock.now += DAY
      const response = await visit(
        async (request, outgoing) => {
          if (hasHeaders) {
            outgoing.setHeader('Set-Cookie', 'replaced=1')
            outgoing.setHeader('Cache-Control', 'public, max-age=60')
          }
          await auth.handleRequest(request, outgoing).validate()
          writeHead(outgoing, ...args).end('page')
        },
        get(),
        version,
      )
      expect(headersOf(response)).toEqual({
        status: 200,
        cookies: [...OWN, setting(token)],
        cacheControl: PRIVATE,
        vary: 'Accept, Cookie',
      })
      expect(await response.text()).toBe('page')
    }
  })

  it('receives exactly what the app passed where no session was used', async () => {
    for (const [, args] of forms) {
      const { auth, get } = await createAuth(node())
      const response = await visit(
        (request, outgoing) => {
          auth.handleRequest(request, outgoing)
          writeHead(outgoing, ...args).end()
        },
        get(),
        version,
      )
      expect(headersOf(response)).toEqual({
        status: 200,
        cookies: OWN,
        cacheControl: null,
        vary: 'Accept',
      })
    }
  })

  const ways: [way: string, send: (response: ServerResponse) => unknown][] = [
    ['end()', (response) => response.end('page')],
    ['write()', (response) => (response.write('page'), response.end())],
    ['flushHeaders()', (response) => (response.flushHeaders(), response.end('page'))],
    [
      'setHeaders()',
      (response) => response.setHeaders(new Headers([['Set-Cookie', 'own=1']])).end('page'),
    ],
    [
      'writeEarlyHints()',
      (response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' })
        response.end('page')
      },
    ],
  ]
  // The responses of HTTP/2 have no setHeaders().
  const known = ways.filter(([way]) => version === 'HTTP/1.1' || way !== 'setHeaders()')
  it.each(known)('is called by %s', async (_, send) => {
    const { auth, clock, get, token } = await createAuth(node())
    clock.now += DAY
    const response = await visit(
      async (request, outgoing) => {
        await auth.handleRequest(request, outgoing).validate()
        send(outgoing)
      },
      get(),
      version,
    )
    const { cookies, ...others } = headersOf(response)
    expect(cookies.at(-1)).toBe(setting(token))
    expect(others).toEqual({ status: 200, cacheControl: PRIVATE, vary: 'Cookie' })
  })

  it('sends a 204 and a 304 with the renewed cookie', async () => {
    for (const status of [204, 304]) {
      const { auth, clock, get, token } = await createAuth(node())
      clock.now += DAY
      const response = await visit(
        async (request, outgoing) => {
          await auth.handleRequest(request, outgoing).validate()
          outgoing.writeHead(status, { ETag: '"v1"' }).end()
        },
        get(),
        version,
      )
      expect(headersOf(response)).toEqual({
        status,
        cookies: [setting(token)],
        cacheControl: PRIVATE,
        vary: 'Cookie',
      })
    }
  })

  it('joins a list of `Vary` and a list of `Cache-Control`', async () => {
    const { auth, get } = await createAuth(node())
    const response = await visit(
      async (request, outgoing) => {
        outgoing.setHeader('Vary', ['Accept', 'Origin'])
        outgoing.setHeader('Cache-Control', ['public', 'max-age=60'])
        await auth.handleRequest(request, outgoing).validate()
        outgoing.end()
      },
      get(),
      version,
    )
    expect(headersOf(response)).toMatchObject({
      cacheControl: PRIVATE,
      vary: 'Accept, Origin, Cookie',
    })
  })

  it('two auth objects each send their cookie', async () => {
    const one = await createAuth(node())
    const other = await createAuth(node())
    one.clock.now += DAY
    other.clock.now += DAY
    const cookie = `${one.headers.Cookie}; ${other.headers.Cookie.replace(COOKIE, 'other')}`
    const response = await visit(
      async (request, outgoing) => {
        const handle = node()
        await one.auth.handleRequest(request, outgoing).validate()
        // The second reads its cookie by another name.
        const context = handle(request, outgoing)
        const named = other.auth.openRequest({
          request: context.request,
          key: context.key,
          setCookie() {},
          sessionCookie: other.token,
          onOpen: context.onOpen?.bind(context),
        })
        await named.validate()
        outgoing.writeHead(200, { 'Set-Cookie': 'own=1' }).end()
      },
      one.get('/', { Cookie: cookie }),
      version,
    )
    expect(response.headers.getSetCookie()).toContain('own=1')
    expect(response.headers.getSetCookie()).toHaveLength(2)
    expect(headersOf(response)).toMatchObject({ cacheControl: PRIVATE, vary: 'Cookie' })
  })
})

describe.each(versions)('after the headers were sent, in %s', (version) => {
  it('setSession() throws AUTH_RESPONSE_SENT, and validate() renews nothing', async () => {
    const { auth, calls, clock, events, get, session } = await createAuth(node())
    clock.now += DAY
    const seen: unknown[] = []
    const response = await visit(
      async (request, outgoing) => {
        const before = auth.handleRequest(request, outgoing)
        outgoing.write('one')
        for (const authRequest of [before, auth.handleRequest(request, outgoing)]) {
          seen.push((await authRequest.validate())?.state)
          seen.push(codeOf(() => authRequest.setSession(session)))
          seen.push(codeOf(() => authRequest.setSession(null)))
        }
        outgoing.end()
      },
      get(),
      version,
    )
    const once = ['idle', 'AUTH_RESPONSE_SENT', 'AUTH_RESPONSE_SENT']
    expect(seen).toEqual([...once, ...once])
    expect(calls).toEqual(['read', 'read'])
    expect(events.map(({ type }) => type)).toContain('validated-late')
    expect(headersOf(response)).toMatchObject({ cookies: [], cacheControl: null, vary: null })
  })

  it('setSession() in a listener of another hook of writeHead() throws AUTH_RESPONSE_SENT', async () => {
    const { auth, get, session } = await createAuth(node())
    const codes: string[] = []
    await visit(
      (request, outgoing) => {
        // As on-headers does, which express-session and compression use.
        const original = outgoing.writeHead.bind(outgoing) as WriteHead
        outgoing.writeHead = (...args: unknown[]) => {
          codes.push(codeOf(() => auth.handleRequest(request, outgoing).setSession(session)))
          return original(...args)
        }
        auth.handleRequest(request, outgoing)
        outgoing.end()
      },
      get(),
      version,
    )
    expect(codes).toEqual(['AUTH_RESPONSE_SENT'])
  })
})

it('sends the cookie with the error page, after Node has rejected the first headers', async () => {
  const { auth, get, session, token } = await createAuth(node())
  const codes: string[] = []
  const response = await visit((request, outgoing) => {
    const authRequest = auth.handleRequest(request, outgoing)
    authRequest.setSession(session)
    expect(() => writeHead(outgoing, 200, { 'X-Broken': 'line\nbreak' })).toThrow(/X-Broken/i)
    codes.push(codeOf(() => authRequest.setSession(session)))
    outgoing.writeHead(500).end()
  }, get())
  expect(codes).toEqual(['no error'])
  expect(headersOf(response)).toMatchObject({ status: 500, cookies: [setting(token)] })
})

it('one request has one AuthRequest: two calls read the store once, and send one cookie', async () => {
  const { auth, calls, clock, get, token } = await createAuth(node())
  clock.now += DAY
  const response = await visit(async (request, outgoing) => {
    const [one, other] = await Promise.all([
      auth.handleRequest(request, outgoing).validate(),
      auth.handleRequest(request, outgoing).validate(),
    ])
    outgoing.end(String(one === other))
  }, get())
  expect(await response.text()).toBe('true')
  expect(calls).toEqual(['read', 'renew'])
  expect(response.headers.getSetCookie()).toEqual([setting(token)])
})

it('waitUntil receives the write that renews, and the response does not wait for it', async () => {
  const works: Promise<unknown>[] = []
  const { auth, calls, clock, get, token } = await createAuth(
    node({ waitUntil: (work) => works.push(work) }),
  )
  clock.now += DAY
  const response = await visit(async (request, outgoing) => {
    outgoing.end((await auth.handleRequest(request, outgoing).validate())?.state)
  }, get())
  expect(response.headers.getSetCookie()).toEqual([setting(token)])
  expect(works).toHaveLength(1)
  await works[0]
  expect(calls).toEqual(['read', 'renew'])
})

it('keep-alive: requests on one connection have their own AuthRequest', async () => {
  const { auth, get } = await createAuth(node())
  await using server = await serve(async (request, outgoing) => {
    const session = await auth.handleRequest(request, outgoing).validate()
    outgoing.end(session?.user.name ?? 'anonymous')
  })
  for (const who of ['Ada', 'anonymous', 'Ada']) {
    const response = await server.send(who === 'Ada' ? get() : get('/', { Cookie: 'a=1' }))
    expect(await response.text()).toBe(who)
  }
})
