/** C3, C4: cookies on loopback, where all ports share them and there is no https. */
import { describe, expect, it } from 'vitest'
import { APP, COOKIE, createApp } from '../test/app.ts'

const unknown = `${'u'.repeat(22)}.${'u'.repeat(43)}`

function view(url: string | undefined, name = COOKIE, method = 'GET') {
  const headers = new Headers({ Cookie: `${name}=${unknown}`, 'Sec-Fetch-Mode': 'navigate' })
  return { method, headers, ...(url !== undefined && { url }) }
}

describe('C3: an unknown session', () => {
  const cases: [url: string | undefined, deletes: boolean][] = [
    ['http://localhost:3000/', false],
    ['https://localhost:3000/', false],
    ['http://localhost/', false],
    ['http://app.localhost:8787/', false],
    ['http://127.0.0.1:3000/', false],
    ['http://127.1.2.3:3000/', false],
    ['http://[::1]:3000/', false],
    ['https://app.example/', true],
    ['http://app.example/', true],
    ['https://localhost.example/', true],
    ['https://notlocalhost/', true],
    ['http://192.168.0.7:3000/', true],
    ['http://10.127.0.1/', true],
    ['https://127.corp.example/', true],
    ['http://undefined/', true],
    ['/page', true],
    [undefined, true],
  ]
  it.each(cases)('at %s deletes the cookie: %s', async (url, deletes) => {
    for (const secure of [true, false]) {
      const { open, events } = createApp({ secure })
      const { authRequest, sent } = open(view(url, secure ? COOKIE : 'session'))
      expect(await authRequest.validate()).toBeNull()
      expect(sent()).toHaveLength(deletes ? 1 : 0)
      expect(events).toEqual([{ type: 'token-rejected', carrier: 'Cookie', reason: 'unknown' }])
    }
  })

  it('does not delete the cookie of another app on this machine', async () => {
    const [a, b] = [createApp(), createApp()]
    const { token } = await a.signIn()
    const at = (port: number) => ({
      method: 'GET',
      url: `http://localhost:${port}/`,
      headers: new Headers({ Cookie: `${COOKIE}=${token}`, 'Sec-Fetch-Mode': 'navigate' }),
    })
    const seenByB = b.open(at(3001))
    expect(await seenByB.authRequest.validate()).toBeNull()
    expect(seenByB.sent()).toEqual([])
    expect(await a.open(at(3000)).authRequest.validate()).not.toBeNull()
  })

  it('does not prevent a sign-out from deleting the cookie', () => {
    const { open } = createApp()
    const { authRequest, sent } = open(view('http://localhost:3000/'))
    authRequest.setSession(null)
    expect(sent()).toHaveLength(1)
  })
})

describe('C4: setSession() with a Secure cookie over http on this machine', () => {
  const cases: [url: string | undefined, secure: boolean, reports: boolean][] = [
    ['http://localhost:3000/', true, true],
    ['HTTP://LOCALHOST:3000/', true, true],
    ['http://127.0.0.1:3000/', true, true],
    ['http://[::1]/', true, true],
    ['http://localhost:3000/', false, false],
    ['https://localhost:3000/', true, false],
    [`${APP}/`, true, false],
    ['http://app.example/', true, false],
    ['/page', true, false],
    [undefined, true, false],
  ]
  it.each(cases)('at %s, secure %s: reports it: %s', async (url, secure, reports) => {
    const { events, open, signIn } = createApp({ secure })
    const { session } = await signIn()
    const { authRequest, sent } = open(view(url))
    authRequest.setSession(session)
    expect(sent()).toHaveLength(1)
    expect(events).toEqual(reports ? [{ type: 'secure-cookie-over-http' }] : [])
  })

  it('is not reported for a renewal: the browser has sent the cookie', async () => {
    const { clock, events, open, signIn } = createApp()
    const { token } = await signIn()
    clock.now += 86_400_000
    const headers = new Headers({ Cookie: `${COOKIE}=${token}` })
    const { authRequest, sent } = open({ method: 'GET', url: 'http://localhost/', headers })
    expect(await authRequest.validate()).toMatchObject({ fresh: true })
    expect(sent()).toHaveLength(1)
    expect(events.map(({ type }) => type)).toEqual(['renewed'])
  })
})
