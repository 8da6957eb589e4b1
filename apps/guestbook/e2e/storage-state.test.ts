import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { handle, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { ageSession, signIn, storageState } from '@limen/testing'
import { d1Store } from '@limen/workers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Guestbook, startGuestbook } from './guestbook.ts'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

/** Limen over the guestbook's database, with the name of its cookie. */
function authOver({ db }: Guestbook) {
  const store = d1Store<{ name: string }, { device: string; remember: boolean }>(db)
  const auth = limen({ store, sessionCookie: { name: '__Host-Http-guestbook' } })
  return { auth, store }
}

async function signedIn(name: string) {
  const { auth, store } = authOver(guestbook)
  const { session } = await signIn(auth, {
    attributes: { name },
    sessionAttributes: { device: 'Chromium', remember: true },
  })
  return { session, state: storageState(auth, session, guestbook.book), store }
}

it('storageState() opens a browser that is signed in', async () => {
  const { state } = await signedIn('Ada')
  const page = await guestbook.open({ storageState: state })

  await page.goto(guestbook.book)
  expect(await page.getByText('Signed in as Ada').isVisible()).toBe(true)
  // Chromium stores the cookie as given, and the app deletes it as it deletes its own.
  expect(await page.context().cookies()).toEqual(state.cookies)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out').waitFor()
  expect(await page.context().cookies()).toEqual([])
})

it('ageSession() makes the session of an open browser idle, then expired', async () => {
  const { session, state, store } = await signedIn('Grace')
  const page = await guestbook.open({ storageState: state })
  const open = () => page.goto(guestbook.book)

  expect(await (await open())?.headerValue('Set-Cookie')).toBeNull()
  await ageSession(store, session, { days: 2 })
  expect(await (await open())?.headerValue('Set-Cookie')).toContain('Max-Age=1299600')
  await ageSession(store, session, { days: 20 })
  expect(await (await open())?.headerValue('Set-Cookie')).toContain('Max-Age=0')
})

it('storageState() signs in an app that another site embeds, with a partitioned cookie', async () => {
  const auth = limen({
    store: memoryStore(),
    sessionCookie: { attributes: { partitioned: true, sameSite: 'none' } },
  })
  const answer = async (host: string, cookie: string): Promise<string> => {
    if (host.startsWith('127.0.0.1')) return `<iframe src="http://localhost:${port()}/"></iframe>`
    const request = new Request(`http://${host}/`, { headers: { Cookie: cookie } })
    const response = await handle(
      auth,
      request,
      async (authRequest) =>
        new Response((await authRequest.validate()) ? 'signed in' : 'signed out'),
    )
    return response.text()
  }
  const server = createServer(({ headers: { host = '', cookie = '' } }, response) => {
    response.setHeader('Content-Type', 'text/html')
    void answer(host, cookie).then((page) => response.end(page))
  })
  const port = () => (server.address() as AddressInfo).port
  server.listen(0)
  await once(server, 'listening')
  const { session } = await signIn(auth, {})

  for (const [embeddedIn, text] of [
    ['http://127.0.0.1', 'signed in'],
    ['https://example.com', 'signed out'],
  ] as const) {
    const state = storageState(auth, session, `http://localhost:${port()}`, { embeddedIn })
    const page = await guestbook.open({ storageState: state })
    await page.goto(`http://127.0.0.1:${port()}/`)
    expect(await page.frameLocator('iframe').locator('body').textContent()).toBe(text)
  }
  server.closeAllConnections()
  server.close()
})
