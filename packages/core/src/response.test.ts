/** respond(): cookies and cache headers on a response. */
import { describe, expect, it } from 'vitest'
import { COOKIE } from '../test/app.ts'
import { type SessionCookie, sessionCookies } from './session-cookie.ts'
import { type PendingResponse, respond } from './response.ts'

const sessionCookie = sessionCookies({}, true)

const signIn = sessionCookie.make('id.secret', 60)

const renewal = { ...signIn, renewal: true }

const signOut = sessionCookie.make('', 0)

const line = { set: signIn.serialize(), gone: signOut.serialize() }

const left = ({
  cookie,
  ...change
}: Partial<Omit<PendingResponse, 'cookie'>> & {
  cookie?: SessionCookie | undefined
} = {}): PendingResponse => ({
  cookie: () => cookie,
  wasRead: false,
  vary: ['Cookie'],
  ...change,
})

describe('respond(), cookies', () => {
  const cases: [what: string, own: string[], cookie: SessionCookie | undefined, sent: string[]][] =
    [
      [
        'none: the app’s own stay',
        ['a=1', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
        undefined,
        ['a=1', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      ],
      ['one, beside the app’s own', ['a=1', 'b=2'], signIn, ['a=1', 'b=2', line.set]],
      [
        'a renewal gives way to the app’s own sign-out',
        ['a=1', line.gone],
        renewal,
        ['a=1', line.gone],
      ],
      ['a sign-in replaces the app’s own sign-out', [line.gone, 'a=1'], signIn, ['a=1', line.set]],
      [
        'a cookie whose name begins like ours stays',
        [`${COOKIE}x=1`],
        signIn,
        [`${COOKIE}x=1`, line.set],
      ],
    ]
  it.each(cases)('%s', (_, own, cookie, sent) => {
    const response = new Response('page')
    for (const text of own) response.headers.append('Set-Cookie', text)
    expect(respond(response, left({ cookie })).headers.getSetCookie()).toEqual(sent)
  })
})

describe('P10: respond(), caches', () => {
  const noStore = 'private, no-store'
  type Case = [
    what: string,
    given: Record<string, string>,
    left: Parameters<typeof left>[0],
    cacheControl: string | null,
    vary: string | null,
  ]
  const read = { wasRead: true }
  const cases: Case[] = [
    ['nothing asked: untouched', { 'Cache-Control': 'public' }, { vary: [] }, 'public', null],
    ['no session, no word of the app', {}, {}, noStore, 'Cookie'],
    [
      'no session, a public page',
      { 'Cache-Control': 'public, max-age=60' },
      {},
      'public, max-age=60',
      'Cookie',
    ],
    ['a session', {}, read, noStore, 'Cookie'],
    [
      'a session on a page called public',
      { 'Cache-Control': 'public, s-maxage=60' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'a session on a page called private',
      { 'Cache-Control': 'private, max-age=60' },
      read,
      'private, max-age=60',
      'Cookie',
    ],
    ['a session on a page not stored', { 'Cache-Control': 'No-Store' }, read, 'No-Store', 'Cookie'],
    [
      'a field that is private is not a private page',
      { 'Cache-Control': 'private="x", max-age=9' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'no-store that caches ignore beside must-understand',
      { 'Cache-Control': 'public, max-age=60, must-understand, no-store' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'no-store between quotes',
      { 'Cache-Control': 'foo="bar, no-store, baz", public, s-maxage=60' },
      read,
      noStore,
      'Cookie',
    ],
    ['a word that begins like it', { 'Cache-Control': 'x-private' }, read, noStore, 'Cookie'],
    [
      'a cookie on a page called public',
      { 'Cache-Control': 'public' },
      { cookie: signIn },
      noStore,
      'Cookie',
    ],
    [
      'a renewal on a page called public',
      { 'Cache-Control': 'public' },
      { cookie: renewal },
      noStore,
      'Cookie',
    ],
    ['D9: Vary has it already', { Vary: 'Accept, Cookie' }, read, noStore, 'Accept, Cookie'],
    ['D9: Vary has it in another case', { Vary: 'accept,COOKIE' }, read, noStore, 'accept,COOKIE'],
    ['Vary has another', { Vary: 'Accept' }, read, noStore, 'Accept, Cookie'],
    [
      'Vary has one that contains it',
      { Vary: 'X-Cookie-Consent' },
      read,
      noStore,
      'X-Cookie-Consent, Cookie',
    ],
    ['Vary is *', { Vary: '*' }, read, noStore, '*, Cookie'],
    ['a bearer read', {}, { vary: ['Authorization'], wasRead: true }, noStore, 'Authorization'],
    [
      'both',
      {},
      { vary: ['Cookie', 'Cookie', 'Authorization'], wasRead: true },
      noStore,
      'Cookie, Authorization',
    ],
  ]
  it.each(cases)('%s', (_, headers, change, cacheControl, vary) => {
    const response = respond(new Response('page', { headers }), left(change))
    expect(response.headers.get('Cache-Control')).toBe(cacheControl)
    expect(response.headers.get('Vary')).toBe(vary)
  })

  it('takes away what would override it at a CDN', () => {
    const headers = { 'CDN-Cache-Control': 'max-age=60' }
    const kept = respond(
      new Response('', { headers: { ...headers, 'Cache-Control': 'public' } }),
      left(),
    )
    expect(kept.headers.get('CDN-Cache-Control')).toBe('max-age=60')
    const gone = respond(new Response('', { headers }), left({ wasRead: true }))
    expect(gone.headers.get('CDN-Cache-Control')).toBeNull()
    const akamai = new Response('', { headers: { 'Akamai-Cache-Control': 'max-age=60' } })
    expect(respond(akamai, left({ wasRead: true })).headers.has('Akamai-Cache-Control')).toBe(false)
    for (const whose of ['Cloudflare', 'Vercel', 'Netlify']) {
      const response = new Response(null, {
        headers: { [`${whose}-CDN-Cache-Control`]: 'max-age=60', 'Cache-Control': 'public' },
      })
      const { headers } = respond(response, left({ wasRead: true }))
      expect([...headers.keys()].toSorted()).toEqual(['cache-control', 'vary'])
    }
  })
})

describe('respond(), kinds of response', () => {
  it('changes headers in place where it can, and writes no cookie into the object of the app', () => {
    const response = new Response('page')
    expect(respond(response, left({ wasRead: true }))).toBe(response)
    const marked = respond(response, left({ cookie: signIn }))
    expect(marked).not.toBe(response)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(respond(marked, left({ cookie: signIn })), 'twice').toBe(marked)
  })

  it('copies one with immutable headers: a redirect', () => {
    const response = respond(
      Response.redirect('https://app.example/', 303),
      left({ cookie: signIn }),
    )
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe('https://app.example/')
    expect(response.headers.getSetCookie()).toEqual([line.set])
  })

  it('lets a streamed body stream', async () => {
    const sent: string[] = []
    const body = new ReadableStream({
      async start(controller) {
        for (const part of ['one ', 'two']) {
          sent.push(part)
          controller.enqueue(new TextEncoder().encode(part))
          await Promise.resolve()
        }
        controller.close()
      },
    })
    const response = respond(new Response(body), left({ cookie: signIn }))
    expect(response.headers.getSetCookie()).toEqual([line.set])
    expect(await response.text()).toBe('one two')
    expect(sent).toEqual(['one ', 'two'])
  })

  it.each([204, 304])('keeps status %i without a body', (status) => {
    const response = respond(new Response(null, { status }), left({ cookie: signIn }))
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toEqual([line.set])
  })
})

describe('D9: respond() twice', () => {
  it('changes nothing more', () => {
    const cookies = sessionCookies({ formerly: [{ name: 'old' }] }, true)
    for (const renewal of [true, false]) {
      const pending = {
        cookie: () => ({ ...cookies.make('t', 60), renewal }),
        wasRead: true,
        vary: ['Cookie', 'Authorization', 'Cookie'],
      }
      const once = respond(new Response('x', { headers: { Vary: 'Accept' } }), pending)
      const lines = ({ headers }: Response) =>
        [...headers].map((pair) => pair.join(': ')).toSorted()
      const before = lines(once)
      expect(lines(respond(once, pending))).toEqual(before)
      const redirect = respond(Response.redirect('https://a.example'), pending)
      expect(lines(respond(redirect, pending))).toEqual(lines(redirect))
      expect(once.headers.get('Vary')).toBe('Accept, Cookie, Authorization')
      expect(once.headers.getSetCookie()).toHaveLength(2)
    }
  })
})

describe('D10: headers of CDNs', () => {
  const names = [
    'CDN-Cache-Control',
    'Cloudflare-CDN-Cache-Control',
    'Vercel-CDN-Cache-Control',
    'Netlify-CDN-Cache-Control',
    'Akamai-Cache-Control',
    'Surrogate-Control',
    'Edge-Control',
    'surrogate-control',
  ]
  it.each(names)('%s is removed from a private response, and stays on a public one', (name) => {
    const make = () =>
      new Response('', { headers: { [name]: 'max-age=60', 'Cache-Control': 'public' } })
    const pending = { cookie: () => undefined, vary: ['Cookie'] }
    expect(respond(make(), { ...pending, wasRead: true }).headers.has(name)).toBe(false)
    expect(respond(make(), { ...pending, wasRead: false }).headers.get(name)).toBe('max-age=60')
  })

  it.each([
    'X-Edge-Control',
    'Surrogate-Control-X',
    'Surrogate-Key',
    'Edge-Cache-Tag',
    'Cache-Tag',
  ])('%s stays: it is no rule of a cache', (name) => {
    const response = new Response('', { headers: { [name]: 'x' } })
    const pending = { cookie: () => undefined, vary: ['Cookie'], wasRead: true }
    expect(respond(response, pending).headers.get(name)).toBe('x')
  })
})
