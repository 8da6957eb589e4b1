import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CookieAttributes, checkCookie, findCookies, serializeCookie } from './cookie.ts'

type Found = string | null | undefined

/** The only value of a cookie; `undefined` when there are several. */
function findCookie(header: string, name: string): Found {
  const [value = null, ...others] = findCookies(header, name)
  return others.length > 0 ? undefined : value
}
type Case = [header: string, found: Found, because: string]

const cases: Case[] = [
  ['sid=a', 'a', 'it is the only one'],
  ['a=1; sid=b; c=2', 'b', 'it is between others'],
  ['a=1;sid=b;c=2', 'b', 'a blank after ; is not required'],
  ['sid=b ; c=2', 'b', 'a blank before ; is not part of the value'],
  ['\t sid\t=\t b \t; c=2', 'b', 'SP and HTAB can surround both'],
  ['sid=a=b', 'a=b', 'the first = separates'],
  ['sid=', '', 'an empty value is a value'],
  ['', null, 'there is none'],
  ['sid', null, 'a pair needs ='],
  ['=sid', null, 'the name is empty'],
  ['SID=a', null, 'names are compared with their case'],
  ['xsid=a; sidx=b', null, 'the whole name must match'],
  ['a=sid=b', null, 'it is another cookie’s value'],
  ['a=1, sid=b', null, 'a comma does not separate'],
  ['sid=a, sid=b', 'a, sid=b', 'a comma does not separate'],
  ['sid=a; sid=a', 'a', 'equal values are one'],
  ['sid=a; sid=b', undefined, 'two values cannot be distinguished'],
  ['sid=a; sid=', undefined, 'two values cannot be distinguished'],
  ['sid="a"', '"a"', 'nothing is unquoted'],
  ['sid=%61', '%61', 'nothing is decoded'],
  ['a="x; sid=b"', 'b"', 'a ; inside quotes separates'],
  ['$Version=1; sid=a; $Path=/', 'a', 'RFC 2109 syntax has no meaning'],
  ['\u2000sid=evil; sid=a', 'a', 'a Unicode blank is part of another name'],
  ['\u00a0sid=evil; sid=a', 'a', 'a Unicode blank is part of another name'],
  ['\u00a0sid=evil', null, 'a Unicode blank is part of another name'],
  ['\u000bsid=evil', null, 'only SP and HTAB are trimmed'],
  ['__proto__=a; toString=b', null, 'names are not looked up in an object'],
]

describe('[T18] [T19] findCookies()', () => {
  for (const [header, found, because] of cases) {
    it(`${JSON.stringify(header).slice(0, 60)}: ${JSON.stringify(found)}, because ${because}`, () => {
      expect(findCookie(header, 'sid')).toBe(found)
    })
  }

  it('finds the same values as a simple parser', () => {
    const blanks = /^[ \t]+|[ \t]+$/g
    const plainly = (header: string): Found => {
      const values = new Set<string>()
      for (const pair of header.split(';')) {
        const equals = pair.indexOf('=')
        if (equals === -1 || pair.slice(0, equals).replaceAll(blanks, '') !== 'sid') continue
        values.add(pair.slice(equals + 1).replaceAll(blanks, ''))
      }
      return values.size > 1 ? undefined : ([...values][0] ?? null)
    }
    const piece = fc.constantFrom(
      'sid',
      'SID',
      '=',
      ';',
      ' ',
      '\t',
      '\u00a0',
      '\u2000',
      'a',
      '"',
      ',',
      '.',
    )
    const header = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(header, (text) => {
        expect(findCookie(text, 'sid')).toBe(plainly(text))
      }),
      { numRuns: 5000 },
    )
  })

  it('returns each value of a name once, in the order of the header', () => {
    expect(findCookies('sid=b; x=y; sid=a; sid=b; sid=', 'sid')).toEqual(['b', 'a', ''])
    expect(findCookies('x=y', 'sid')).toEqual([])
  })

  const blanks = ' '.repeat(8000)
  it.each([
    ['many names without values', 'sid '.repeat(4000), null],
    ['many equal values', 'sid=a;'.repeat(2700), 'a'],
    ['blanks before a value', `sid=${blanks}x`, 'x'],
    ['blanks inside a value', `sid=${' x'.repeat(8000)}`, ' x'.repeat(8000).trim()],
    ['only blanks', blanks, null],
    ['only semicolons', ';'.repeat(16_000), null],
    ['blanks before a name', `${blanks}sid`, null],
    ['blanks after a name', `sid${blanks}`, null],
    ['blanks around =', `sid${blanks}=${blanks}`, ''],
  ])('reads a header made to be slow: %s', (_, header, found) => {
    expect(findCookie(header, 'sid')).toBe(found)
  })
})

const plain: CookieAttributes = {
  httpOnly: true,
  secure: true,
  sameSite: 'lax',
  path: '/',
  maxAge: 60,
}

describe('serializeCookie()', () => {
  const cases: [change: Partial<CookieAttributes>, text: string][] = [
    [{}, 'a=b; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax'],
    [{ secure: false }, 'a=b; Path=/; Max-Age=60; HttpOnly; SameSite=Lax'],
    [{ sameSite: 'strict' }, 'a=b; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict'],
    [
      { sameSite: 'none', partitioned: true },
      'a=b; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=None; Partitioned',
    ],
    [
      { domain: 'app.example', path: '/x', maxAge: 0 },
      'a=b; Domain=app.example; Path=/x; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    ],
    [
      { maxAge: 0, expires: new Date(0) },
      'a=b; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ],
  ]
  it.each(cases)('%j: %s', (change, text) => {
    expect(serializeCookie('a', 'b', { ...plain, ...change })).toBe(text)
  })

  it('writes no Max-Age when there is none', () => {
    const { maxAge, ...session } = plain
    expect(maxAge).toBe(60)
    expect(serializeCookie('a', 'b', session)).toBe('a=b; Path=/; HttpOnly; Secure; SameSite=Lax')
  })
})

describe('[T24] checkCookie()', () => {
  const paths = { name: 'sessionCookie.name', attributes: 'sessionCookie.attributes.' }
  const accepted: [name: string, change: Partial<CookieAttributes>][] = [
    ['session', {}],
    ['__Host-Http-session', {}],
    ['__Host-session', { sameSite: 'none', partitioned: true }],
    ['__Secure-session', { domain: 'app.example', path: '/app' }],
    ['__Http-session', { domain: 'localhost' }],
    ['session', { path: "/a/%20b/~c.d!$&'()*+,=:@_-[]|" }],
    ["a!#$%&'*+-.^_`|~9", { secure: false }],
    ['__HostHttp-session', { secure: false }],
    ['my__Secure-session', { secure: false }],
    ['my__Host-session', { path: '/app' }],
  ]
  it.each(accepted)('accepts %s with %j', (name, change) => {
    expect(() => checkCookie(paths, name, { ...plain, ...change })).not.toThrow()
  })

  const dropped: [name: string, change: Partial<CookieAttributes>, because: string][] = [
    ['a', { sameSite: 'none', secure: false }, 'SameSite=None needs Secure'],
    ['a', { partitioned: true, secure: false }, 'Partitioned needs Secure'],
    ['__Host-a', { secure: false }, 'the prefix needs Secure'],
    ['__secure-a', { secure: false }, 'browsers compare prefixes without case'],
    ['__Http-a', { secure: false }, 'the prefix needs Secure'],
    ['__Host-a', { path: '/app' }, 'the prefix needs Path=/'],
    ['__host-http-a', { domain: 'app.example' }, 'the prefix needs no Domain'],
  ]
  it.each(dropped)('rejects %s with %j: %s', (name, change) => {
    expect(() => checkCookie(paths, name, { ...plain, ...change })).toThrow(
      expect.objectContaining({ code: 'AUTH_CONFIG' }),
    )
  })
})
