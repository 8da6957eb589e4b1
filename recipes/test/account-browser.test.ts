/** Devices, impersonation, guests and API tokens in a real Chromium. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BrowserSite, openBrowserSite, signUpIn } from './browser-site.ts'
import { PASSPHRASE } from './case-steps.ts'

let opened: BrowserSite

beforeAll(async () => {
  opened = await openBrowserSite()
})
afterAll(() => opened[Symbol.asyncDispose]())

/** Opens a browser without cookies. */
const visit = async () => (await opened.browser.newContext()).newPage()

const signUp = (page: Page) => signUpIn(page, opened.origin)

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto(`${opened.origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText(email).waitFor()
}

const userOf = async (email: string) => (await opened.site.accounts.findByEmail(email))!.userId

it('a sign-out shows in every tab, and in no other browser', async () => {
  const { origin } = opened
  const page = await visit()
  const email = await signUp(page)
  const tab = await page.context().newPage()
  await tab.goto(`${origin}/devices`)
  const other = await visit()
  await signIn(other, email)
  await other.goto(`${origin}/devices`)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await tab.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
  expect(tab.url()).toBe(`${origin}/`)
  await tab.goBack()
  expect(await tab.content()).not.toContain('this device')
  expect(other.url()).toBe(`${origin}/devices`)
})

it('another device is signed out on the page of devices', async () => {
  const { origin } = opened
  const page = await visit()
  const email = await signUp(page)
  const other = await visit()
  await signIn(other, email)
  await page.goto(`${origin}/devices`)
  const items = page.getByRole('listitem')
  expect(await items.count()).toBe(2)
  expect(await items.first().textContent()).toMatch(/Chrome on Linux\s*\(this device\)/)
  await items.last().getByRole('button').click()
  await expect.poll(() => items.count()).toBe(1)
  await other.reload()
  await other.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
})

it('an administrator acts as a user, and returns with the button of the banner', async () => {
  const { origin, site } = opened
  const email = await signUp(await visit())
  const page = await visit()
  const admin = await signUp(page)
  await site.auth.updateUserAttributes(await userOf(admin), { role: 'admin' })
  await page.goto(`${origin}/admin`)
  const item = page.getByRole('listitem').filter({ hasText: email })
  await item.getByLabel('Reason').fill('Ticket 17')
  await item.getByRole('button', { name: 'Act as this user' }).click()
  await page.getByText(`You are signed in as ${email}`).waitFor()
  await page.goto(`${origin}/notes`)
  await page.getByText(`You act as ${email} until`).waitFor()
  await page.goto(`${origin}/passphrase`)
  await page.getByText('Only the user can do this.').waitFor()
  await page.getByRole('button', { name: 'Return to your session' }).click()
  await page.getByText('What administrators did').waitFor()
  expect(await page.content()).toContain('Ticket 17')
  expect(await page.context().cookies(origin)).toMatchObject([{ name: '__Host-Http-session' }])
})

it('a guest keeps the notes at the sign-up', async () => {
  const { origin } = opened
  const page = await visit()
  await page.goto(`${origin}/notes`)
  await page.getByLabel('New note').fill('tea')
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('listitem').filter({ hasText: 'tea' }).waitFor()
  await signUp(page)
  await page.goto(`${origin}/notes`)
  await page.getByRole('listitem').filter({ hasText: 'tea' }).waitFor()
})

it('a token of the API that a person puts into the cookie opens no page', async () => {
  const { origin } = opened
  const email = await signUp(await visit())
  const response = await fetch(`${origin}/api/sign-in`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, passphrase: PASSPHRASE }),
  })
  const { token } = (await response.json()) as { token: string }
  const page = await visit()
  await page.context().addCookies([
    {
      name: '__Host-Http-session',
      value: token,
      domain: 'localhost',
      path: '/',
      secure: true,
      httpOnly: true,
    },
  ])
  await page.goto(`${origin}/devices`)
  expect(page.url()).toBe(`${origin}/sign-in?next=%2Fdevices`)
})
