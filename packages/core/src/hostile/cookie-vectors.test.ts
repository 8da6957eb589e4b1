/**
 * Cases of the http-state suite, under its numbers: what a server sent, what a browser sends back, and
 * what a server reads in it.
 *
 * The suite is of 2011. Where RFC 6265bis differs, mostly for cookies without a name, the row has what a
 * browser sends today, and the reason contains the result of 2011.
 *
 * @see {@link https://github.com/abarth/http-state http-state}
 */
import { describe, expect, it } from 'vitest'
import { type StoredCookie, cookieHeader, receive } from '../../test/browser.ts'
import { findCookies } from '../cookie.ts'

const setAt = 'http://home.example.org:8888/cookie-parser?x'
const sentTo = 'http://home.example.org:8888/cookie-parser-result?x'

type Case = [
  number: string,
  received: string[],
  sent: string,
  name: string,
  found: string | null | undefined,
  because: string,
]

const pairs: Case[] = [
  ['0001', ['foo=bar'], 'foo=bar', 'foo', 'bar', 'it is a pair'],
  ['0004', ['foo'], 'foo', 'foo', null, 'a pair needs = (of 2011: not sent)'],
  ['0006', ['foo=bar; max-age=0;'], '', 'foo', null, 'it was deleted'],
  ['0009', ['foo=bar; customvalue=1000;'], 'foo=bar', 'foo', 'bar', 'the attribute is unknown'],
  ['0010', ['foo=bar; secure;'], '', 'foo', null, 'it came over http'],
  ['0013', ['foo=bar', 'foo=qux'], 'foo=qux', 'foo', 'qux', 'the second replaced the first'],
  ['0014', ['foo1=bar', 'foo2=qux'], 'foo1=bar; foo2=qux', 'foo2', 'qux', 'it is the second'],
  ['0016', ['z=y', 'a=b'], 'z=y; a=b', 'a', 'b', 'the order does not matter'],
  ['0017', ['z=y, a=b'], 'z=y, a=b', 'z', 'y, a=b', 'a comma does not separate'],
  ['0017', ['z=y, a=b'], 'z=y, a=b', 'a', null, 'a comma does not separate'],
  ['0018', ['z=y; foo=bar, a=b'], 'z=y', 'a', null, 'it is part of an attribute'],
  [
    '0019',
    ['foo=b;max-age=3600, c=d;path=/'],
    'foo=b',
    'foo',
    'b',
    'Max-Age is digits, or nothing',
  ],
  ['0020', ['a=b', '=', 'c=d'], 'a=b; c=d', 'c', 'd', '= alone is not a cookie'],
  ['0021', ['a=b', '=x', 'c=d'], 'a=b; x; c=d', 'x', null, 'it has no name (of 2011: not sent)'],
  ['0022', ['a=b', 'x=', 'c=d'], 'a=b; x=; c=d', 'x', '', 'an empty value is a value'],
  ['0025', ['foo', '; bar'], 'foo', 'bar', null, 'it is not a pair (of 2011: nothing is sent)'],
  ['0026', ['foo', '   '], 'foo', 'foo', null, 'it has no name (of 2011: not sent)'],
  ['0027', ['foo', 'bar'], 'bar', 'bar', null, 'it has no name (of 2011: not sent)'],
]

const attributes: Case[] = [
  ['ATTRIBUTE0002', ['foo=bar; seCURe'], '', 'foo', null, 'attributes are compared without case'],
  ['ATTRIBUTE0003', ['foo=bar; "Secure"'], 'foo=bar', 'foo', 'bar', 'quotes are part of its name'],
  ['ATTRIBUTE0005', ['foo=bar; Secure=aaaa'], '', 'foo', null, 'a flag can have a value'],
  ['ATTRIBUTE0006', ['foo=bar; Secure qux'], 'foo=bar', 'foo', 'bar', 'this is another attribute'],
  ['ATTRIBUTE0012', ['foo=bar;      Secure'], '', 'foo', null, 'blanks are trimmed'],
  ['ATTRIBUTE0015', ['foo=bar; Path='], 'foo=bar', 'foo', 'bar', 'an empty path is the default'],
  ['ATTRIBUTE0017', ['foo=bar; Path=/qux'], '', 'foo', null, 'it is for another path'],
  [
    'ATTRIBUTE0021',
    ['foo=bar; Path=/qux; Path=/'],
    'foo=bar',
    'foo',
    'bar',
    'the last attribute wins',
  ],
  ['ATTRIBUTE0022', ['foo=bar; Path=/; Path=/qux'], '', 'foo', null, 'the last attribute wins'],
  [
    'ATTRIBUTE0026',
    ['foo=bar; qux="aaa;bbb"; Secure'],
    '',
    'foo',
    null,
    'a ; inside quotes separates',
  ],
  ['COMMA0005', ['foo=bar; Max-Age=50,399'], 'foo=bar', 'foo', 'bar', 'Max-Age is digits'],
  ['MOZILLA0001', ['foo=bar; max-age=-1'], '', 'foo', null, 'it was deleted'],
  ['MOZILLA0004', ['foo=bar; max-age=60'], 'foo=bar', 'foo', 'bar', 'it expires after a minute'],
  [
    'MOZILLA0009',
    ['foo=bar; max-age=60', 'foo1=bar; max-age=60', 'foo=differentvalue; max-age=0'],
    'foo1=bar',
    'foo',
    null,
    'it was deleted, despite its other value',
  ],
]

const names: Case[] = [
  ['NAME0002', ['1=bar'], '1=bar', '1', 'bar', 'a digit is a name'],
  ['NAME0003', ['$=bar'], '$=bar', '$', 'bar', '$ has no meaning'],
  ['NAME0005', ['@a=bar'], '@a=bar', '@a', 'bar', 'the name is used as written'],
  ['NAME0008', ['%a=bar'], '%a=bar', '%a', 'bar', 'nothing is decoded'],
  ['NAME0012', ['(a=bar'], '(a=bar', 'a', null, 'the whole name must match'],
  ['NAME0015', ['_a=bar'], '_a=bar', '_a', 'bar', 'the name is used as written'],
  [
    'NAME0017',
    ['=a=bar'],
    'a=bar',
    'a',
    'bar',
    'a name with = cannot be distinguished (of 2011: not sent)',
  ],
  ['NAME0018', ['a =bar'], 'a=bar', 'a', 'bar', 'the browser trims'],
  ['NAME0019', ['"a=bar'], '"a=bar', 'a', null, 'a quote is part of the name'],
  ['NAME0020', ['"a=b"=bar'], '"a=b"=bar', '"a', 'b"=bar', 'the first = separates'],
  ['NAME0021', ['"a=b"=bar', '"a=qux'], '"a=qux', '"a', 'qux', 'the second replaced the first'],
  ['NAME0022', ['   foo=bar'], 'foo=bar', 'foo', 'bar', 'the browser trims'],
  [
    'NAME0023',
    ['foo;bar=baz'],
    'foo',
    'bar',
    null,
    'it was an attribute (of 2011: nothing is sent)',
  ],
  ['NAME0024', ['$Version=1; foo=bar'], '$Version=1', 'foo', null, 'it was an attribute'],
  ['NAME0026', ['foo=bar    '], 'foo=bar', 'foo', 'bar', 'the browser trims'],
  ['NAME0029', ['='], '', 'a', null, 'there is nothing'],
  ['NAME0030', ['foo bar=baz'], 'foo bar=baz', 'bar', null, 'a blank inside does not separate'],
  [
    'NAME0030',
    ['foo bar=baz'],
    'foo bar=baz',
    'foo bar',
    'baz',
    'a blank inside does not separate',
  ],
  ['CHROMIUM0012', ['=ABC'], 'ABC', 'ABC', null, 'it has no name (of 2011: not sent)'],
  ['CHROMIUM0019', ['a'.repeat(5000)], '', 'a', null, 'more than 4096 bytes are not stored'],
]

const values: Case[] = [
  ['VALUE0001', ['foo=  bar'], 'foo=bar', 'foo', 'bar', 'the browser trims'],
  ['VALUE0002', ['foo="bar"'], 'foo="bar"', 'foo', '"bar"', 'nothing is unquoted'],
  ['VALUE0003', ['foo="  bar "'], 'foo="  bar "', 'foo', '"  bar "', 'blanks in quotes stay'],
  ['VALUE0004', ['foo="bar;baz"'], 'foo="bar', 'foo', '"bar', 'a ; inside quotes separates'],
  ['VALUE0005', ['foo="bar=baz"'], 'foo="bar=baz"', 'foo', '"bar=baz"', 'the first = separates'],
  ['VALUE0006', [' foo  =  bar  ;  ttt'], 'foo=bar', 'foo', 'bar', 'the browser trims'],
  ['CHROMIUM0002', ['aBc="zzz "   ;'], 'aBc="zzz "', 'aBc', '"zzz "', 'blanks in quotes stay'],
  ['CHROMIUM0002', ['aBc="zzz "   ;'], 'aBc="zzz "', 'abc', null, 'names are compared with case'],
  [
    'CHROMIUM0006',
    ['a="z "   "p"  ;'],
    'a="z "   "p"',
    'a',
    '"z "   "p"',
    'quotes have no meaning',
  ],
  ['CHROMIUM0008', ['aBc=A"B ;'], 'aBc=A"B', 'aBc', 'A"B', 'quotes have no meaning'],
  ['CHROMIUM0013', ['ABC=;  path = /'], 'ABC=', 'ABC', '', 'an empty value is a value'],
  ['CHROMIUM0015', ['  A=== BC  ;foo;;;   bar'], 'A=== BC', 'A', '== BC', 'the first = separates'],
  ['DISABLED_CHROMIUM0022', ['AAA=BB\0ZYX'], '', 'AAA', null, 'NUL drops it (of 2011: cut short)'],
  ['COMMA0001', ['foo=bar, baz=qux'], 'foo=bar, baz=qux', 'baz', null, 'a comma does not separate'],
  ['COMMA0002', ['foo="b, z=q"'], 'foo="b, z=q"', 'z', null, 'a comma does not separate'],
  ['CHARSET0001', ['foo=春节回家'], 'foo=春节回家', 'foo', '春节回家', 'bytes do not change'],
  ['CHARSET0002', ['春节=回家'], '春节=回家', '春节', '回家', 'bytes do not change'],
  [
    'MOZILLA0012',
    ['a="b! = c;d\\";" e'],
    'a="b! = c',
    'a',
    '"b! = c',
    'a backslash protects nothing',
  ],
]

const elsewhere: [...Case, to: string][] = [
  ['DOMAIN0001', ['a=b; domain=home.example.org'], 'a=b', 'a', 'b', 'it is this host', 'home'],
  [
    'DOMAIN0002',
    ['a=b; domain=home.example.org'],
    '',
    'a',
    null,
    'it is another host or path',
    'sibling',
  ],
  ['DOMAIN0003', ['a=b; domain=.home.example.org'], 'a=b', 'a', 'b', 'a dot is dropped', 'home'],
  ['DOMAIN0004', ['a=b; domain=home.example.org'], 'a=b', 'a', 'b', 'it is a subdomain', 'x.home'],
  [
    'DOMAIN0007',
    ['a=b; domain=sibling.example.org'],
    '',
    'a',
    null,
    'it is not the sender’s own domain',
    'sibling',
  ],
  ['DOMAIN0009', ['a=b; domain=example.org'], 'a=b', 'a', 'b', 'it is the parent domain', 'home'],
  [
    'DOMAIN0021',
    ['a=b; domain="home.example.org"'],
    '',
    'a',
    null,
    'quotes are not part of a host',
    'home',
  ],
  [
    'DOMAIN0025',
    ['a=b; domain=home.example.org; domain=.example.org'],
    'a=b',
    'a',
    'b',
    'the last attribute wins',
    'sibling',
  ],
  [
    'DOMAIN0026',
    ['a=b; domain=home.eXaMpLe.org'],
    'a=b',
    'a',
    'b',
    'hosts are compared without case',
    'home',
  ],
  [
    'DOMAIN0027',
    ['a=b; domain=home.example.org:8888'],
    '',
    'a',
    null,
    'a port is not part of a domain',
    'home',
  ],
  ['DOMAIN0029', ['a=b'], '', 'a', null, 'without a domain it is host-only', 'x.home'],
  [
    'PATH0007',
    ['a=b; path=/cookie-parser-result/foo'],
    'a=b',
    'a',
    'b',
    'it is this path',
    'home/foo',
  ],
  [
    'PATH0008',
    ['a=b; path=/cookie-parser-result/foo'],
    '',
    'a',
    null,
    'it is another host or path',
    'home/bar',
  ],
  [
    'PATH0016',
    ['a=b; path=/cookie-parser-result/foo/'],
    'a=b',
    'a',
    'b',
    'it is a subdomain',
    'home/foo/qux',
  ],
  [
    'PATH0018',
    ['a=b; path=/cookie-parser-result/foo/'],
    '',
    'a',
    null,
    'it only begins so',
    'home/fooqux',
  ],
  [
    'PATH0023',
    ['a=b; path=/cookie-PARSER-result'],
    '',
    'a',
    null,
    'paths are compared with case',
    'home',
  ],
  [
    'PATH0032',
    ['foo=bar; path=/cookie-parser-result', 'foo=qux; path=/cookie-parser-result/'],
    'foo=qux; foo=bar',
    'foo',
    undefined,
    'the app’s own cannot be identified',
    'home/dog',
  ],
  [
    'ORDERING0001',
    ['key=val1; path=/cookie-parser-result', 'key=val2; path=/', 'key=val4; domain=.example.org'],
    'key=val1; key=val2; key=val4',
    'key',
    undefined,
    'the app’s own cannot be identified',
    'home/foo/baz',
  ],
]

describe('findCookies(), with the cases of http-state', () => {
  const rows = [...pairs, ...attributes, ...names, ...values]
  it.each(rows)('%s: %j is sent back as %j, where %s is %j, because %s', (...row) =>
    follow(row, sentTo),
  )

  it.each(elsewhere)('%s: %j is sent back as %j, where %s is %j, because %s, at %s', (...row) => {
    const [host, ...path] = row[6].split('/')
    const [number, received, sent, name, found, because] = row
    const url = `http://${host}.example.org:8888/${['cookie-parser-result', ...path].join('/')}`
    follow([number, received, sent, name, found, because], url)
  })
})

function follow([, received, sent, name, found]: Case, to: string): void {
  const jar = received.reduce<StoredCookie[]>((jar, line) => receive(jar, line, setAt), [])
  const header = cookieHeader(jar, to)
  expect(header).toBe(sent)
  const [value = null, ...others] = findCookies(header, name)
  expect(others.length > 0 ? undefined : value).toBe(found)
}
