import { describe, expect, it } from 'vitest'
import { type SessionCookieOptions, sessionCookies } from './session-cookie.ts'

type Attributes = NonNullable<SessionCookieOptions['attributes']>

/** Where a form is written: as the present one, or in the list of earlier ones. */
const places: [where: string, put: (form: object) => SessionCookieOptions][] = [
  [
    'sessionCookie',
    ({ name, ...attributes }: { name?: string }) => ({
      attributes,
      ...(name !== undefined && { name }),
    }),
  ],
  ['sessionCookie.formerly', (form) => ({ formerly: [{ name: 'other' }, form] })],
]

describe.each(places)('the grammar of %s', (_, put) => {
  const kept: object[] = [
    { path: "/a/%20b/~c.d!$&'()*+,=:@_-[]|" },
    { name: "a!#$%&'*+-.^_`|~9" },
    { domain: 'app.example' },
    { domain: 'localhost' },
    { domain: '127.0.0.1' },
    { path: '/', domain: undefined, partitioned: undefined },
    { partitioned: true },
    { partitioned: false },
  ]
  it.each(kept)('takes %j', (form) => {
    expect(() => sessionCookies(put(form), true)).not.toThrow()
  })

  const refused: [form: object, because: string][] = [
    [{ name: '' }, 'a name is needed'],
    [{ name: 'a b' }, 'a blank is no token character'],
    [{ name: 'a=b' }, '= ends a name'],
    [{ name: 'a;b' }, '; ends a pair'],
    [{ name: 'a=b/c' }, '= ends a name'],
    [{ name: 'sëssion' }, 'a name is ASCII'],
    [{ name: 'a\r\nSet-Cookie: b' }, 'a line break would start a header'],
    [{ name: 'a\n' }, 'a line break ends a header'],
    [{ name: ['a'] }, 'a list is no text'],
    [{ name: 7 }, 'a number is no text'],
    [{ path: 'app' }, 'a path starts with /'],
    [{ path: '' }, 'a path starts with /'],
    [{ path: 'app/' }, 'a path starts with /'],
    [{ path: '/; Domain=evil.example' }, '; would start an attribute'],
    [{ path: '/\n' }, 'a control character drops the cookie'],
    [{ path: '/ü' }, 'a path is ASCII'],
    [{ path: '/my app' }, 'no URL has a blank: the browser would keep it and never send it'],
    [{ path: '/a?b' }, 'a path ends at ?'],
    [{ path: '/"a' }, 'URLs write it %22'],
    [{ path: '/a`' }, 'URLs write it %60'],
    [{ path: ['/'] }, 'a list is no text'],
    [{ domain: 'app.example/x' }, 'a path'],
    [{ domain: 'app.example:8080' }, 'a port'],
    [{ domain: 'https://app.example' }, 'a scheme'],
    [{ domain: 'app.example; Path=/x' }, '; would start an attribute'],
    [{ domain: 'APP.example' }, 'capital letters'],
    [{ domain: '' }, 'empty'],
    [{ domain: ['app.example'] }, 'a list is no text'],
    [{ partitioned: 'true' }, 'text is neither true nor false'],
    [{ partitioned: 1 }, 'a number is neither true nor false'],
    [{ sameSite: 'sometimes' }, 'no browser supports it'],
    [{ sameSite: 'lax; Domain=x' }, '; would start an attribute'],
    [{ sameSite: true }, 'the cookie package takes it for strict, and we do not'],
    [{ maxAge: 60 }, 'the life follows from sessionExpiresIn'],
    [{ httpOnly: false }, 'HttpOnly is always set'],
    [{ secure: false }, 'Secure follows limen({ secure })'],
    [{ expires: new Date(0) }, 'the life follows from sessionExpiresIn'],
    [{ Path: '/' }, 'names of options have a case'],
  ]
  it.each(refused)('A4: refuses %j: %s', (form) => {
    expect(() => sessionCookies(put(form), true)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })

  const together: [form: object, secure: boolean, because: string][] = [
    [{ name: '__Host-a', path: '/app' }, true, 'the prefix needs Path=/'],
    [{ name: '__Host-Http-a', domain: 'app.example' }, true, 'the prefix needs no Domain'],
    [{ name: '__Secure-a' }, false, 'the prefix needs Secure'],
    [{ partitioned: true }, false, 'Partitioned needs Secure'],
  ]
  it.each(together)('refuses %j, secure %s: %s', (form, secure) => {
    expect(() => sessionCookies(put(form), secure)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })
})

describe('sessionCookies()', () => {
  const sites: [given: Attributes['sameSite'], sent: string][] = [
    [undefined, 'Lax'],
    ['lax', 'Lax'],
    ['Lax', 'Lax'],
    ['strict', 'Strict'],
    ['Strict', 'Strict'],
    ['none', 'None'],
    ['None', 'None'],
  ]
  it.each(sites)('takes sameSite %s and sends %s', (sameSite, sent) => {
    const cookie = sessionCookies({ attributes: { sameSite } }, true).make('t', 60)
    expect(cookie.attributes.sameSite).toBe(sent.toLowerCase())
    expect(cookie.serialize()).toMatch(new RegExp(`; SameSite=${sent}$`))
  })

  it('C6: the deleting cookie deletes also where a framework drops `Max-Age=0`', () => {
    const cookie = sessionCookies({ formerly: [{ name: 'old' }] }, true).make('', 0)
    for (const one of [cookie, ...cookie.formerly]) {
      expect(one.attributes).toMatchObject({ maxAge: 0, expires: new Date(0) })
      const without = one.serialize().replace(' Max-Age=0;', '')
      const [, date = ''] = /; Expires=([^;]+)/.exec(without) ?? []
      expect(date).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
      expect(Date.parse(date)).toBe(0)
    }
    const set = sessionCookies({}, true).make('token', 60)
    expect(set.serialize()).not.toContain('Expires')
  })

  it('C1: a partitioned cookie has a default name of its own, so that both can be told apart', () => {
    const name = (partitioned: boolean, secure = true) =>
      sessionCookies({ attributes: { partitioned } }, secure).make('', 0).name
    expect(name(false)).toBe('__Host-Http-session')
    expect(name(true)).toBe('__Host-Http-partitioned-session')
    expect(name(false, false)).toBe('session')
  })
})

it('C1: a domain with and without a leading dot is one cookie, and is not deleted', () => {
  const cookies = sessionCookies(
    { attributes: { domain: 'example.com' }, formerly: [{ domain: '.example.com' }] },
    true,
  )
  expect(cookies.make('id.secret', 60).formerly).toEqual([])
})
