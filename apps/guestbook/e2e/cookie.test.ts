import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, isSignedIn, signUp, startGuestbook } from './guestbook.ts'
import { type TlsProxy, startTlsProxy } from './tls-proxy.ts'

const DAY = 24 * 60 * 60

let guestbook: Guestbook
let proxy: TlsProxy

beforeAll(async () => {
  guestbook = await startGuestbook()
  proxy = await startTlsProxy(guestbook.attacker)
})
afterAll(async () => {
  await guestbook[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

async function cookieOf(page: Page) {
  const cookies = await page.context().cookies()
  expect(cookies).toHaveLength(1)
  return cookies[0]!
}

/** The whole days until a time in Unix seconds. */
function daysUntil(seconds: number): number {
  return Math.round((seconds - Date.now() / 1000) / DAY)
}

describe('P8: the session cookie', () => {
  const sites: [scheme: string, origin: () => string][] = [
    ['https', () => `https://localhost:${proxy.port}`],
    ['http', () => guestbook.book],
  ]
  it.each(sites)('is stored over %s, and scripts cannot read it', async (scheme, origin) => {
    const page = await guestbook.open({ ignoreHTTPSErrors: true })
    const sent = page.waitForResponse((response) => response.request().method() === 'POST')

    await signUp(page, origin(), `Over ${scheme}`, { remember: true })

    const header = await (await sent).headerValue('Set-Cookie')
    // Beside it, the cookie of an earlier proof of the device is deleted.
    expect(header).toMatch(
      /^__Host-Http-guestbook=[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=1299600; HttpOnly; Secure; SameSite=Lax$/m,
    )
    const cookie = await cookieOf(page)
    expect(cookie).toMatchObject({
      name: '__Host-Http-guestbook',
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    })
    expect(daysUntil(cookie.expires)).toBe(15)
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await isSignedIn(page, origin())).toBe(true)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out').waitFor()
    expect(await page.context().cookies()).toEqual([])
  })

  it('is deleted with the browser when the box is empty', async () => {
    const { book, open } = guestbook
    const page = await open()
    const sent = page.waitForResponse((response) => response.request().method() === 'POST')

    await signUp(page, book, 'Passing')

    expect(await (await sent).headerValue('Set-Cookie')).toMatch(
      /^__Host-Http-guestbook=[\w-]{22}\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/m,
    )
    // The browser stores no expiry: the cookie ends with its run.
    expect((await cookieOf(page)).expires).toBe(-1)
    expect(await isSignedIn(page, book)).toBe(true)
  })

  it('is sent again with a later expiry when an idle session is renewed', async () => {
    const { book, db, open } = guestbook
    const page = await open()
    await signUp(page, book, 'Sleeper', { remember: true })
    const first = await cookieOf(page)
    // As after ten days: the session is idle, and the cookie expires in five days.
    const idleUntil = Math.floor(Date.now() / 1000) + 5 * DAY
    await db
      .prepare('UPDATE limen_session SET active_expires_at = ?, idle_expires_at = ? WHERE id = ?')
      .bind(Date.now() - 9 * DAY * 1000, idleUntil * 1000, first.value.split('.')[0])
      .run()
    await page.context().addCookies([{ ...first, expires: idleUntil }])
    expect(daysUntil((await cookieOf(page)).expires)).toBe(5)

    expect(await isSignedIn(page, book)).toBe(true)

    const renewed = await cookieOf(page)
    expect(renewed.value).toBe(first.value)
    expect(daysUntil(renewed.expires)).toBe(15)
    await expect
      .poll(() => db.prepare('SELECT max(idle_expires_at) AS at FROM limen_session').first('at'))
      .toBeGreaterThan(Date.now() + 14 * DAY * 1000)
    expect(await isSignedIn(page, book)).toBe(true)
  })
})
