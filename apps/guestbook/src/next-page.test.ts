import '../test/migrated.ts'
import { describe, expect, it } from 'vitest'
import { PASSPHRASE, Visitor } from '../test/visitor.ts'
import { nextPage } from './next-page.ts'

const own = [
  '/',
  '/devices',
  '/account',
  '/refusals',
  '/?before=120',
  '/a/b.c/d-e_f~g?x=1&y=a%20b+c',
]

const hostile: [next: string, because: string][] = [
  ['', 'it is empty'],
  ['//evil.example', 'it names another host'],
  ['//evil.example/devices', 'it names another host'],
  ['///evil.example', 'browsers drop the third slash'],
  ['/\\evil.example', 'browsers read a backslash as a slash'],
  ['\\\\evil.example', 'browsers read a backslash as a slash'],
  ['/devices\\..\\..\\evil', 'browsers read a backslash as a slash'],
  ['https://evil.example', 'it has a scheme'],
  ['https:evil.example', 'it has a scheme'],
  ['https:/devices', 'it has a scheme'],
  ['HTTPS://localhost:8787@evil.example', 'it has a scheme and user information'],
  ['javascript:alert(1)', 'it has a scheme'],
  ['data:text/html,<b>', 'it has a scheme'],
  ['evil.example', 'it does not begin with a slash'],
  ['devices', 'it does not begin with a slash'],
  ['.evil.example', 'it would extend a host before it'],
  ['@evil.example', 'it would turn a host before it into user information'],
  ['/%2f/evil.example', 'a proxy can decode it into slashes'],
  ['/%2F%2Fevil.example', 'a proxy can decode it into slashes'],
  ['/%5cevil.example', 'a proxy can decode it into a backslash'],
  ['/%09/evil.example', 'a proxy can decode it into a tab'],
  ['/.//evil.example', 'it resolves to a path with two slashes'],
  ['/a/..//evil.example', 'it resolves to a path with two slashes'],
  ['/\t/evil.example', 'browsers remove tabs'],
  ['/\n/evil.example', 'browsers remove line breaks'],
  ['/\r\n/evil.example', 'browsers remove line breaks'],
  ['/devices\r\nSet-Cookie: a=b', 'it would end the header'],
  ['/devices\n', 'it ends with a line break'],
  ['\t//evil.example', 'browsers trim control characters'],
  [' //evil.example', 'browsers trim spaces'],
  ['\u0000//evil.example', 'browsers trim control characters'],
  ['/\u2028/evil.example', 'it has a character outside ASCII'],
  ['／／evil.example', 'a full-width slash can be normalised'],
  ['/devices#//evil.example', 'no link of ours has a fragment'],
  [`/${'a'.repeat(200)}`, 'it is too long'],
  ['/a'.repeat(100_000), 'it is far too long'],
  [`/${'a/'.repeat(90)}!`, 'the last character is not allowed'],
]

describe('the page after sign-in', () => {
  it.each(own)('F: nextPage() accepts %j', (next) => {
    expect(nextPage(next)).toBe(next)
  })

  it.each(hostile)('F: nextPage() rejects %j, because %s', (next) => {
    expect(nextPage(next)).toBe('/')
  })

  it('F: nextPage() accepts only paths that browsers resolve to the same origin', () => {
    // Every combination of up to four parts that have a meaning for URL parsers.
    const parts = ['/', '\\', '.', ':', 'a', '%2f', '?', '#', '@', '\t']
    let texts = ['']
    for (let length = 0; length < 4; length++) {
      texts = texts.flatMap((text) => [text, ...parts.map((part) => text + part)])
      texts = [...new Set(texts)]
    }

    const accepted = texts.filter((text) => text !== '/' && nextPage(text) === text)

    expect(accepted.length).toBeGreaterThan(10)
    for (const text of accepted) {
      const url = new URL(text, 'https://own.example/sign-in')
      expect(url.origin, text).toBe('https://own.example')
      expect(url.pathname, text).not.toMatch(/^\/\/|\\/)
    }
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/%2f/evil.example'])(
    'F: sign-in, sign-up and their links do not lead to %j',
    async (next) => {
      const query = new URLSearchParams({ next }).toString()
      const visitor = new Visitor()
      for (const path of ['/sign-in', '/sign-up']) {
        const page = await (await visitor.get(`${path}?${query}`)).text()
        expect(page).not.toContain('evil')
      }

      const fields = { name: `Lured ${next}`, passphrase: PASSPHRASE, next }
      expect((await visitor.post('/sign-up', fields)).headers.get('Location')).toBe('/')
      expect((await visitor.post('/sign-in', fields)).headers.get('Location')).toBe('/')
      const signedIn = await visitor.get(`/sign-in?${query}`)
      expect(signedIn.headers.get('Location')).toBe('/')
    },
  )
})

describe('a device that another device signed out', () => {
  async function revoked(name: string): Promise<Visitor> {
    const here = await new Visitor().signUp(name)
    const there = new Visitor()
    await there.post('/sign-in', { name, passphrase: PASSPHRASE })
    await there.post('/devices/sign-out-others', {})
    return here
  }

  it('F: shows a notice, signs in, and returns to its page', async () => {
    const visitor = await revoked('Ada')

    const refused = await visitor.get('/devices')
    const location = refused.headers.get('Location')!
    const signInPage = await (await visitor.get(location)).text()
    const next = /name="next" value="([^"]*)"/.exec(signInPage)?.[1]
    const again = await visitor.post('/sign-in', {
      name: 'Ada',
      passphrase: PASSPHRASE,
      next: next!,
    })

    expect(signInPage).toContain('You were signed out on this device.')
    expect(again.headers.get('Location')).toBe('/devices')
  })

  it('F: still returns to its page after a wrong passphrase or through sign-up', async () => {
    const visitor = new Visitor()

    const page = await (
      await visitor.post('/sign-in', { name: 'Ada', passphrase: 'a wrong one', next: '/account' })
    ).text()

    expect(page).toContain('name="next" value="/account"')
    expect(page).toContain('href="/sign-up?next=%2Faccount"')
  })

  it.each(['/', '/refusals', '/nowhere', '/?before=5'])('F: shows a notice on %s', async (path) => {
    const visitor = await revoked(`Reader of ${path}`)

    const first = await (await visitor.get(path)).text()
    const second = await (await visitor.get(path)).text()

    expect(first).toContain('You were signed out on this device.')
    expect(first).toContain('Sign in again')
    expect(second).not.toContain('You were signed out on this device.')
  })

  const forms: [path: string, fields: Record<string, string>, next: string | undefined][] = [
    ['/entries', { text: 'Nearly lost' }, undefined],
    ['/account', { name: 'Other' }, '/account'],
    ['/devices/sign-out-others', {}, '/devices'],
    ['/devices/sign-out', { session: 'x' }, '/devices'],
  ]
  it.each(forms)('F: shows a notice after a form to %s', async (path, fields, next) => {
    const visitor = await revoked(`Writer to ${path}`)

    const response = await visitor.post(path, fields)

    const page = await response.text()
    expect(response.status).toBe(401)
    expect(page.split('You were signed out on this device.')).toHaveLength(2)
    expect(/name="next" value="([^"]*)"/.exec(page)?.[1]).toBe(next)
  })

  it('F: no notice is shown without a cookie or with a malformed one', async () => {
    for (const cookie of [null, '__Host-Http-guestbook=nonsense', '__Host-Http-guestbook=']) {
      const visitor = new Visitor()
      visitor.cookie = cookie
      for (const path of ['/', '/devices', '/sign-in']) {
        const response = await visitor.get(path)
        expect(await response.text()).not.toContain('You were signed out on this device.')
        expect(response.headers.get('Location') ?? '').not.toContain('reason')
      }
    }
  })
})
