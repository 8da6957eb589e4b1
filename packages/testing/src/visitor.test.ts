import { type VisitorOptions, visitor } from '@limen/testing'
import { describe, expect, it } from 'vitest'

const APP = 'https://app.example'

/** A visitor of an app that answers each request with these cookies, and the headers it receives. */
function visit(cookies: Readonly<Record<string, readonly string[]>>, options: VisitorOptions = {}) {
  const received: Record<string, string>[] = []
  const ada = visitor({
    fetch(request) {
      received.push(Object.fromEntries(request.headers))
      const headers = new Headers()
      const { pathname } = new URL(request.url)
      for (const line of cookies[pathname] ?? []) headers.append('Set-Cookie', line)
      return new Response(null, { headers })
    },
    ...options,
  })
  return { ada, received }
}

describe('requests from a page of the app', () => {
  const own = { 'sec-fetch-site': 'same-origin' }
  const cases: [method: string, headers: Record<string, string>, sent: object][] = [
    ['GET', {}, own],
    ['HEAD', {}, own],
    ['OPTIONS', {}, { ...own, origin: APP }],
    ['POST', {}, { ...own, origin: APP }],
    ['DELETE', {}, { ...own, origin: APP }],
    ['GET', { Upgrade: 'websocket' }, { ...own, origin: APP, upgrade: 'websocket' }],
    [
      'POST',
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    ],
    ['GET', { Accept: 'text/html' }, { ...own, accept: 'text/html' }],
  ]
  it.each(cases)('%s with %j has the headers %j', (method, headers, sent) => {
    const request = visitor().request('/notes', { method, headers })
    expect(Object.fromEntries(request.headers)).toEqual(sent)
    expect([request.method, request.url]).toEqual([method, `${APP}/notes`])
    expect(request.redirect).toBe('manual')
  })

  it('have the body and the type that they are given', async () => {
    const request = visitor().request('/', { method: 'POST', body: new URLSearchParams('a=1') })
    expect(await request.text()).toBe('a=1')
    expect(request.headers.get('Content-Type')).toMatch(/^application\/x-www-form-urlencoded/)
  })

  it('headers() returns the headers of an unsafe request', async () => {
    const { ada } = visit({ '/': ['a=1'] })
    await ada.fetch('/')
    expect(Object.fromEntries(ada.headers('/notes'))).toEqual({
      cookie: 'a=1',
      'sec-fetch-site': 'same-origin',
      origin: APP,
    })
  })

  it('go to the origin that is given, by a path or a whole URL', () => {
    const ada = visitor({ origin: 'http://localhost:8787' })
    expect(ada.request('/a').url).toBe('http://localhost:8787/a')
    expect(ada.request('http://localhost:8787/b').url).toBe('http://localhost:8787/b')
  })

  it('of another origin throw', () => {
    const message = 'visitor: the URL must be of https://app.example (got https://evil.example)'
    for (const url of ['https://evil.example/', '//evil.example/']) {
      expect(() => visitor().request(url)).toThrow(new TypeError(message))
      expect(() => visitor().headers(url)).toThrow(new TypeError(message))
    }
  })

  it.each(['app.example', 'https://app.example/', 'https://app.example/path', 'data:,x'])(
    'with the origin %j throw',
    (origin) => {
      const message = `origin must be an origin such as "https://app.example" (got "${origin}")`
      expect(() => visitor({ origin })).toThrow(new TypeError(message))
    },
  )
})

describe('cookies', () => {
  const cases: [
    what: string,
    lines: readonly string[],
    sent: string | undefined,
    options?: VisitorOptions,
  ][] = [
    ['a cookie is sent again', ['a=1'], 'a=1'],
    ['two cookies are sent in their order', ['a=1; Path=/', 'b=2; Path=/'], 'a=1; b=2'],
    ['a value can contain "="', ['a=1=2; Path=/'], 'a=1=2'],
    ['a name ends at the first "="', ['a=1=2; Path=/', 'a=; Path=/; Max-Age=0'], undefined],
    ['a later value replaces an earlier one', ['a=1', 'a=2'], 'a=2'],
    ['Max-Age=0 deletes', ['a=1; Path=/', 'a=; Path=/; Max-Age=0'], undefined],
    ['a negative Max-Age deletes', ['a=1; Path=/', 'a=; Path=/; Max-Age=-1'], undefined],
    [
      'Expires in the past deletes',
      ['a=1', 'a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      undefined,
    ],
    [
      'Max-Age counts more than Expires',
      ['a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      'a=1',
    ],
    ['Expires in the future stores', ['a=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT'], 'a=1'],
    ['another path deletes nothing', ['a=1; Path=/', 'a=; Path=/b; Max-Age=0'], 'a=1'],
    ['another domain deletes nothing', ['a=1', 'a=; Domain=app.example; Max-Age=0'], 'a=1'],
    ['attributes can be in any case', ['a=1; PATH=/', 'a=; path=/; MAX-AGE=0'], undefined],
    ['a cookie of another path is not sent', ['a=1; Path=/notes'], undefined],
    ['a domain above the host is accepted', ['a=1; Domain=.app.example'], 'a=1'],
    ['a domain can be in any case', ['a=1; Domain=APP.example'], 'a=1'],
    ['a domain beside the host is ignored', ['a=1; Domain=b.example'], undefined],
    ['a domain that ends alike is ignored', ['a=1; Domain=p.example'], undefined],
    ['Secure is stored over https', ['a=1; Secure'], 'a=1'],
    ['Secure is stored on localhost', ['a=1; Secure'], 'a=1', { origin: 'http://localhost:8787' }],
    ['Secure is ignored over http', ['a=1; Secure'], undefined, { origin: 'http://app.example' }],
    ['__Secure- is stored with Secure', ['__Secure-a=1; Secure'], '__Secure-a=1'],
    ['__Secure- is ignored without Secure', ['__Secure-a=1'], undefined],
    ['__Host- is stored with Secure and Path=/', ['__Host-a=1; Secure; Path=/'], '__Host-a=1'],
    ['__Host- is ignored without Secure', ['__Host-a=1; Path=/'], undefined],
    ['__Host- is ignored without Path', ['__Host-a=1; Secure'], undefined],
    ['__HOST- is the same prefix', ['__HOST-a=1; Path=/'], undefined],
    [
      '__Host- is ignored with Domain',
      ['__Host-a=1; Secure; Path=/; Domain=app.example'],
      undefined,
    ],
    ['__Http- is ignored without HttpOnly', ['__Http-a=1; Secure'], undefined],
    ['__Host-Http- is ignored without HttpOnly', ['__Host-Http-a=1; Secure; Path=/'], undefined],
    [
      '__Host-Http- is stored with HttpOnly',
      ['__Host-Http-a=1; Secure; Path=/; HttpOnly'],
      '__Host-Http-a=1',
    ],
  ]
  it.each(cases)('%s', async (_, lines, sent, options) => {
    const { ada, received } = visit({ '/': lines }, options)
    await ada.fetch('/')
    await ada.fetch('/')
    expect(received[0]).not.toHaveProperty('cookie')
    expect(received[1]?.['cookie']).toBe(sent)
  })

  it('of a longer path come first, and only below it', async () => {
    const { ada, received } = visit({ '/': ['a=1; Path=/', 'b=2; Path=/app'] })
    await ada.fetch('/')
    for (const path of ['/app', '/app/x', '/apple']) await ada.fetch(path)
    expect(received.map(({ cookie }) => cookie).slice(1)).toEqual(['b=2; a=1', 'b=2; a=1', 'a=1'])
  })

  it('without a path get the folder of the request', async () => {
    const { ada, received } = visit({ '/app/sign-in': ['a=1'] })
    await ada.fetch('/app/sign-in')
    for (const path of ['/app/x', '/app', '/']) await ada.fetch(path)
    expect(received.map(({ cookie }) => cookie).slice(1)).toEqual(['a=1', 'a=1', undefined])
  })

  it('that the environment removes from a request throw', async () => {
    const { ada } = visit({ '/': ['a=1'] })
    await ada.fetch('/')
    const { Request } = globalThis
    try {
      globalThis.Request = class extends Request {
        constructor(input: string | URL, init: RequestInit) {
          super(input, init)
          this.headers.delete('Cookie')
        }
      } as typeof Request
      const message = 'visitor: this environment removes Cookie from a Request, as happy-dom does'
      expect(() => ada.request('/')).toThrow(new Error(message))
    } finally {
      globalThis.Request = Request
    }
  })

  it('of two visitors are apart', async () => {
    const { ada } = visit({ '/': ['a=1'] })
    const { ada: grace, received } = visit({ '/': ['a=2'] })
    await ada.fetch('/')
    await grace.fetch('/')
    await grace.fetch('/')
    expect(received[1]?.['cookie']).toBe('a=2')
  })

  it('of a response from another origin are not stored', async () => {
    const { ada, received } = visit({ '/': ['a=1; Path=/'] })
    for (const origin of ['https://evil.example', 'http://app.example', `${APP}:8443`]) {
      await ada.fetch(new Request(`${origin}/`))
    }
    expect(ada.headers().has('Cookie')).toBe(false)
    await ada.fetch('/')
    expect(received.at(-1)).not.toHaveProperty('cookie')
  })

  it('of a response that a redirect to another origin led to are not stored', async () => {
    const response = new Response(null, { headers: { 'Set-Cookie': 'a=1; Path=/' } })
    Object.defineProperty(response, 'url', { value: 'https://evil.example/' })
    const ada = visitor({ fetch: () => response })
    await ada.fetch(new Request(`${APP}/`))
    expect(ada.headers().has('Cookie')).toBe(false)
  })

  it('of a response to a Request of the caller are applied; the request is sent as it is', async () => {
    const { ada, received } = visit({ '/': ['a=1'] })
    await ada.fetch(new Request(`${APP}/`))
    await ada.fetch('/')
    expect(received).toEqual([{}, { 'sec-fetch-site': 'same-origin', cookie: 'a=1' }])
  })
})
