import { describe, expect, it } from 'vitest'
import { type SessionCookieOptions, sessionCookies } from './session-cookie.ts'

type Attributes = NonNullable<SessionCookieOptions['attributes']>

/** The options that contain a form: the current one, or the list of earlier ones. */
const options: [where: string, optionsWith: (form: object) => SessionCookieOptions][] = [
  [
    'sessionCookie',
    ({ name, ...attributes }: { name?: string }) => ({
      attributes,
      ...(name !== undefined && { name }),
    }),
  ],
  ['sessionCookie.formerly', (form) => ({ formerly: [{ name: 'other' }, form] })],
]

describe.each(options)('[T23] the grammar of %s', (_, optionsWith) => {
  const accepted: object[] = [
    { path: "/a/%20b/~c.d!$&'()*+,=:@_-[]|" },
    { name: "a!#$%&'*+-.^_`|~9" },
    { domain: 'app.example' },
    { domain: 'localhost' },
    { domain: '127.0.0.1' },
    { path: '/', domain: undefined, partitioned: undefined },
    { partitioned: true },
    { partitioned: false },
  ]
  it.each(accepted)('accepts %j', (form) => {
    expect(() => sessionCookies(optionsWith(form), true)).not.toThrow()
  })

  const refused: [form: object, because: string][] = [
    [{ name: '' }, 'a name is needed'],
    [{ name: 'a b' }, 'a blank is not a token character'],
    [{ name: 'a=b' }, '= ends a name'],
    [{ name: 'a;b' }, '; ends a pair'],
    [{ name: 'a=b/c' }, '= ends a name'],
    [{ name: 'sëssion' }, 'a name is ASCII'],
    [{ name: 'a\r\nSet-Cookie: b' }, 'a line break would start a header'],
    [{ name: 'a\n' }, 'a line break ends a header'],
    [{ name: ['a'] }, 'a list is not a string'],
    [{ name: 7 }, 'a number is not a string'],
    [{ path: 'app' }, 'a path starts with /'],
    [{ path: '' }, 'a path starts with /'],
    [{ path: 'app/' }, 'a path starts with /'],
    [{ path: '/; Domain=evil.example' }, '; would start an attribute'],
    [{ path: '/\n' }, 'a control character drops the cookie'],
    [{ path: '/ü' }, 'a path is ASCII'],
    [
      { path: '/my app' },
      'no URL has a blank: the browser would store the cookie and never send it',
    ],
    [{ path: '/a?b' }, 'a path ends at ?'],
    [{ path: '/"a' }, 'URLs encode it as %22'],
    [{ path: '/a`' }, 'URLs encode it as %60'],
    [{ path: ['/'] }, 'a list is not a string'],
    [{ domain: 'app.example/x' }, 'a path'],
    [{ domain: 'app.example:8080' }, 'a port'],
    [{ domain: 'https://app.example' }, 'a scheme'],
    [{ domain: 'app.example; Path=/x' }, '; would start an attribute'],
    [{ domain: 'APP.example' }, 'capital letters'],
    [{ domain: '' }, 'empty'],
    [{ domain: ['app.example'] }, 'a list is not a string'],
    [{ partitioned: 'true' }, 'text is neither true nor false'],
    [{ partitioned: 1 }, 'a number is neither true nor false'],
    [{ sameSite: 'sometimes' }, 'no browser supports it'],
    [{ sameSite: 'lax; Domain=x' }, '; would start an attribute'],
    [{ sameSite: true }, 'the cookie package means strict, Limen does not'],
    [{ maxAge: 60 }, 'the life follows from sessionExpiresIn'],
    [{ httpOnly: false }, 'HttpOnly is always set'],
    [{ secure: false }, 'Secure follows limen({ secure })'],
    [{ expires: new Date(0) }, 'the life follows from sessionExpiresIn'],
    [{ Path: '/' }, 'names of options have a case'],
  ]
  it.each(refused)('A4: rejects %j: %s', (form) => {
    expect(() => sessionCookies(optionsWith(form), true)).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })

  const together: [form: object, secure: boolean, because: string][] = [
    [{ name: '__Host-a', path: '/app' }, true, 'the prefix needs Path=/'],
    [{ name: '__Host-Http-a', domain: 'app.example' }, true, 'the prefix needs no Domain'],
    [{ name: '__Secure-a' }, false, 'the prefix needs Secure'],
    [{ partitioned: true }, false, 'Partitioned needs Secure'],
  ]
  it.each(together)('rejects %j, secure %s: %s', (form, secure) => {
    expect(() => sessionCookies(optionsWith(form), secure)).toThrow(
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
  it.each(sites)('accepts sameSite %s and sends %s', (sameSite, sent) => {
    const cookie = sessionCookies({ attributes: { sameSite } }, true).make('t', 60)
    expect(cookie.attributes.sameSite).toBe(sent.toLowerCase())
    expect(cookie.serialize()).toMatch(new RegExp(`; SameSite=${sent}$`))
  })

  it('C6: creates a deleting cookie that works without `Max-Age=0`, which some frameworks drop', () => {
    const cookie = sessionCookies({ formerly: [{ name: 'old' }] }, true).make('', 0)
    for (const one of [cookie, ...cookie.deletions]) {
      expect(one.attributes).toMatchObject({ maxAge: 0, expires: new Date(0) })
      const without = one.serialize().replace(' Max-Age=0;', '')
      const [, date = ''] = /; Expires=([^;]+)/.exec(without) ?? []
      expect(date).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
      expect(Date.parse(date)).toBe(0)
    }
    const set = sessionCookies({}, true).make('token', 60)
    expect(set.serialize()).not.toContain('Expires')
  })

  it('C1: gives a partitioned cookie another default name', () => {
    const name = (partitioned: boolean, secure = true) =>
      sessionCookies({ attributes: { partitioned } }, secure).make('', 0).name
    expect(name(false)).toBe('__Host-Http-session')
    expect(name(true)).toBe('__Host-Http-partitioned-session')
    expect(name(false, false)).toBe('session')
  })
})

it('C1: a domain with a leading dot is the same form as without, and is not deleted', () => {
  const cookies = sessionCookies(
    { attributes: { domain: 'example.com' }, formerly: [{ domain: '.example.com' }] },
    true,
  )
  expect(cookies.make('id.secret', 60).deletions).toEqual([])
})
