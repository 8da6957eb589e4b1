import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Guestbook,
  PASSPHRASE,
  ageSessionOf,
  isSignedIn,
  signIn,
  signUp,
  startGuestbook,
} from './guestbook.ts'

const NEW = 'another long passphrase'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

async function cookieOf(page: Page): Promise<string> {
  const [cookie] = await page.context().cookies()
  return cookie!.value
}

async function changePassphrase(page: Page): Promise<void> {
  await page.getByLabel('New passphrase').fill(NEW)
  await page.getByRole('button', { name: 'Change your passphrase' }).click()
}

describe('a change of the passphrase', () => {
  it('a short time after sign-in signs out other devices, and no tab of this one', async () => {
    const { book, open } = guestbook
    const here = await open()
    await signUp(here, book, 'Ada')
    const tab = await here.context().newPage()
    await tab.goto(book)
    const there = await open()
    await signIn(there, book, 'Ada')
    const before = await cookieOf(here)

    await here.getByRole('link', { name: 'Your name' }).click()
    await here.getByRole('link', { name: 'change your passphrase' }).click()
    await changePassphrase(here)

    await here.getByRole('status').getByText('Your passphrase is changed.').waitFor()
    expect(await here.getByRole('main').getByRole('listitem').count()).toBe(1)
    expect(await cookieOf(here)).not.toBe(before)
    expect(await isSignedIn(tab, book)).toBe(true)
    await there.reload()
    expect(await there.getByRole('status').innerText()).toContain('You were signed out')
    await signIn(there, book, 'Ada', NEW)
  })

  it('[T31] later needs the passphrase again, by keyboard, and a copy of the old cookie opens nothing', async () => {
    const { book, open } = guestbook
    const page = await open()
    await signUp(page, book, 'Grace', { remember: true })
    const thief = await open({ storageState: await page.context().storageState() })
    expect(await isSignedIn(thief, book)).toBe(true)
    await ageSessionOf(page, guestbook, { minutes: 5 })
    const before = await page.context().cookies()

    await page.goto(`${book}/passphrase`)
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('a wrong guess')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.context().cookies()).toEqual(before)
    // The focus is in the field again.
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your passphrase' }).waitFor()

    const [old] = before
    const [cookie] = await page.context().cookies()
    expect(cookie!.value).not.toBe(old!.value)
    expect(cookie!.expires).toBeGreaterThan(old!.expires)
    expect(await isSignedIn(thief, book)).toBe(false)
    await changePassphrase(page)
    await page.getByText('Your passphrase is changed.').waitFor()
  })

  it('is refused if the form was open for too long, and then succeeds', async () => {
    const { book, open } = guestbook
    const page = await open()
    await signUp(page, book, 'Joan')
    await page.goto(`${book}/passphrase`)
    await ageSessionOf(page, guestbook, { minutes: 5 })

    await changePassphrase(page)

    await page.getByRole('alert').getByText('Too late: your passphrase was not changed.').waitFor()
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Continue' }).click()
    await changePassphrase(page)
    await page.getByText('Your passphrase is changed.').waitFor()
    expect(await isSignedIn(page, book)).toBe(true)
  })

  it('works without JavaScript', async () => {
    const { book, open } = guestbook
    const page = await open({ javaScriptEnabled: false })
    await signUp(page, book, 'Edsger')
    await ageSessionOf(page, guestbook, { hours: 3 })

    await page.goto(`${book}/devices`)
    await page.getByRole('link', { name: 'change your passphrase' }).click()
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: 'Continue' }).click()
    await changePassphrase(page)

    await page.getByText('Your passphrase is changed.').waitFor()
  })
})
