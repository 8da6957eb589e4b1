/** respond(): cookies and cache headers on a response. */
import { describe, expect, it } from 'vitest'
import { COOKIE } from '../test/app.ts'
import { type SessionCookie, sessionCookies } from './session-cookie.ts'
import type { PendingResponse } from './middleware.ts'
import { respond } from './response.ts'

const sessionCookie = sessionCookies({}, true)

const signIn = sessionCookie.make('id.secret', 60)

const renewal = { ...signIn, renewal: true }

const signOut = sessionCookie.make('', 0)

const line = { set: signIn.serialize(), deleting: signOut.serialize() }

const pending = ({
  cookie,
  ...change
}: Partial<Omit<PendingResponse, 'cookie'>> & {
  cookie?: SessionCookie | undefined
} = {}): PendingResponse => ({
  cookie: () => cookie,
  isPrivate: false,
  vary: ['Cookie'],
  ...change,
})

describe('respond(), cookies', () => {
  const cases: [what: string, own: string[], cookie: SessionCookie | undefined, sent: string[]][] =
    [
      [
        'without a cookie: the app’s own stay',
        ['a=1', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
        undefined,
        ['a=1', 'b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      ],
      ['a cookie is added to the app’s own', ['a=1', 'b=2'], signIn, ['a=1', 'b=2', line.set]],
      [
        'a renewal does not replace the app’s own sign-out',
        ['a=1', line.deleting],
        renewal,
        ['a=1', line.deleting],
      ],
      [
        'a sign-in replaces the app’s own sign-out',
        [line.deleting, 'a=1'],
        signIn,
        ['a=1', line.set],
      ],
      [
        'a cookie cdn name only begins with the session cookie’s stays',
        [`${COOKIE}x=1`],
        signIn,
        [`${COOKIE}x=1`, line.set],
      ],
    ]
  it.each(cases)('%s', (_, own, cookie, sent) => {
    const response = new Response('page')
    for (const text of own) response.headers.append('Set-Cookie', text)
    expect(respond(response, pending({ cookie })).headers.getSetCookie()).toEqual(sent)
  })
})

describe('P10: [T47] [T48] respond(), caches', () => {
  const noStore = 'private, no-store'
  type Case = [
    what: string,
    given: Record<string, string>,
    pending: Parameters<typeof pending>[0],
    cacheControl: string | null,
    vary: string | null,
  ]
  const read = { isPrivate: true }
  const cases: Case[] = [
    ['nothing was read: unchanged', { 'Cache-Control': 'public' }, { vary: [] }, 'public', null],
    ['no session, no Cache-Control of the app', {}, {}, noStore, 'Cookie'],
    [
      'no session, a public page',
      { 'Cache-Control': 'public, max-age=60' },
      {},
      'public, max-age=60',
      'Cookie',
    ],
    ['a session', {}, read, noStore, 'Cookie'],
    [
      'a session on a public page',
      { 'Cache-Control': 'public, s-maxage=60' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'a session on a private page',
      { 'Cache-Control': 'private, max-age=60' },
      read,
      'private, max-age=60',
      'Cookie',
    ],
    ['a session on a no-store page', { 'Cache-Control': 'No-Store' }, read, 'No-Store', 'Cookie'],
    [
      'private with a field name is not a private page',
      { 'Cache-Control': 'private="x", max-age=9' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'no-store is ignored by caches when must-understand is present',
      { 'Cache-Control': 'public, max-age=60, must-understand, no-store' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'no-store inside quotes is no directive',
      { 'Cache-Control': 'foo="bar, no-store, baz", public, s-maxage=60' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'a directive that only contains private',
      { 'Cache-Control': 'x-private' },
      read,
      noStore,
      'Cookie',
    ],
    [
      'a cookie on a public page',
      { 'Cache-Control': 'public' },
      { cookie: signIn },
      noStore,
      'Cookie',
    ],
    [
      'a renewal on a public page',
      { 'Cache-Control': 'public' },
      { cookie: renewal },
      noStore,
      'Cookie',
    ],
    ['D9: Vary has the name already', { Vary: 'Accept, Cookie' }, read, noStore, 'Accept, Cookie'],
    [
      'D9: Vary has the name in another case',
      { Vary: 'accept,COOKIE' },
      read,
      noStore,
      'accept,COOKIE',
    ],
    ['Vary has another name', { Vary: 'Accept' }, read, noStore, 'Accept, Cookie'],
    [
      'Vary has a name that contains it',
      { Vary: 'X-Cookie-Consent' },
      read,
      noStore,
      'X-Cookie-Consent, Cookie',
    ],
    ['Vary is *', { Vary: '*' }, read, noStore, '*, Cookie'],
    ['a bearer read', {}, { vary: ['Authorization'], isPrivate: true }, noStore, 'Authorization'],
    [
      'both',
      {},
      { vary: ['Cookie', 'Cookie', 'Authorization'], isPrivate: true },
      noStore,
      'Cookie, Authorization',
    ],
  ]
  it.each(cases)('%s', (_, headers, change, cacheControl, vary) => {
    const response = respond(new Response('page', { headers }), pending(change))
    expect(response.headers.get('Cache-Control')).toBe(cacheControl)
    expect(response.headers.get('Vary')).toBe(vary)
  })

  it('removes headers that override Cache-Control at a CDN', () => {
    const headers = { 'CDN-Cache-Control': 'max-age=60' }
    const publicPage = respond(
      new Response('', { headers: { ...headers, 'Cache-Control': 'public' } }),
      pending(),
    )
    expect(publicPage.headers.get('CDN-Cache-Control')).toBe('max-age=60')
    const privatePage = respond(new Response('', { headers }), pending({ isPrivate: true }))
    expect(privatePage.headers.get('CDN-Cache-Control')).toBeNull()
    const akamai = new Response('', { headers: { 'Akamai-Cache-Control': 'max-age=60' } })
    expect(respond(akamai, pending({ isPrivate: true })).headers.has('Akamai-Cache-Control')).toBe(
      false,
    )
    for (const cdn of ['Cloudflare', 'Vercel', 'Netlify']) {
      const response = new Response(null, {
        headers: { [`${cdn}-CDN-Cache-Control`]: 'max-age=60', 'Cache-Control': 'public' },
      })
      const { headers } = respond(response, pending({ isPrivate: true }))
      expect([...headers.keys()].toSorted()).toEqual(['cache-control', 'vary'])
    }
  })
})

describe('respond(), kinds of response', () => {
  it('[T49] changes headers in place, but adds a cookie only to a copy of the app’s response', () => {
    const response = new Response('page')
    expect(respond(response, pending({ isPrivate: true }))).toBe(response)
    const marked = respond(response, pending({ cookie: signIn }))
    expect(marked).not.toBe(response)
    expect(response.headers.getSetCookie()).toEqual([])
    expect(respond(marked, pending({ cookie: signIn })), 'twice').toBe(marked)
  })

  it('copies a redirect, cdn headers are immutable', () => {
    const response = respond(
      Response.redirect('https://app.example/', 303),
      pending({ cookie: signIn }),
    )
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toBe('https://app.example/')
    expect(response.headers.getSetCookie()).toEqual([line.set])
  })

  it('does not buffer a streamed body', async () => {
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
    const response = respond(new Response(body), pending({ cookie: signIn }))
    expect(response.headers.getSetCookie()).toEqual([line.set])
    expect(await response.text()).toBe('one two')
    expect(sent).toEqual(['one ', 'two'])
  })

  it.each([204, 304])('preserves status %i without a body', (status) => {
    const response = respond(new Response(null, { status }), pending({ cookie: signIn }))
    expect(response.status).toBe(status)
    expect(response.headers.getSetCookie()).toEqual([line.set])
  })
})

describe('D9: respond() twice', () => {
  it('has the same result as once', () => {
    const cookies = sessionCookies({ formerly: [{ name: 'old' }] }, true)
    for (const renewal of [true, false]) {
      const pending = {
        cookie: () => ({ ...cookies.make('t', 60), renewal }),
        isPrivate: true,
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
    expect(respond(make(), { ...pending, isPrivate: true }).headers.has(name)).toBe(false)
    expect(respond(make(), { ...pending, isPrivate: false }).headers.get(name)).toBe('max-age=60')
  })

  it.each([
    'X-Edge-Control',
    'Surrogate-Control-X',
    'Surrogate-Key',
    'Edge-Cache-Tag',
    'Cache-Tag',
  ])('%s stays: caches do not obey it', (name) => {
    const response = new Response('', { headers: { [name]: 'x' } })
    const pending = { cookie: () => undefined, vary: ['Cookie'], isPrivate: true }
    expect(respond(response, pending).headers.get(name)).toBe('x')
  })
})
