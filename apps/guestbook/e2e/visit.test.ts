import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, isSignedIn, signIn, signUp, startGuestbook, write } from './guestbook.ts'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

describe('a visitor', () => {
  it('signs up, writes, and is signed in after a reload and in a new tab', async () => {
    const { book, open } = guestbook
    const page = await open()

    await signUp(page, book, 'Ada')
    await write(page, 'What a bright day.')
    await page.reload()

    expect(await page.getByText('Signed in as Ada').isVisible()).toBe(true)
    expect(await isSignedIn(await page.context().newPage(), book)).toBe(true)
    const reader = await open()
    await reader.goto(book)
    expect(await reader.getByRole('listitem').innerText()).toMatch(/bright day\.\s*Ada/)
  })

  it('changes the display name and sees it in the response', async () => {
    const { book, open } = guestbook
    const page = await open()
    await signUp(page, book, 'Augusta')

    await page.getByRole('link', { name: 'Your name' }).click()
    await page.getByLabel('Display name').fill('Countess')
    await page.getByRole('button', { name: 'Change your name' }).click()

    await page.getByRole('status').getByText('Your new name is Countess').waitFor()
    expect(await page.getByText('Signed in as Countess').isVisible()).toBe(true)
  })

  it('signs another device out, whose next request is anonymous and deletes the cookie', async () => {
    const { book, open } = guestbook
    const here = await open()
    await signUp(here, book, 'Grace')
    const there = await open({ userAgent: 'Mozilla/5.0 (iPad) Version/18.5 Safari/604.1' })
    await signIn(there, book, 'Grace')

    await here.getByRole('link', { name: 'Your devices' }).click()
    const other = here.getByRole('listitem').filter({ hasText: 'Safari on iPad' })
    await other.getByRole('button', { name: 'Sign out' }).click()
    await here.getByText('That device is signed out.').waitFor()

    expect(await isSignedIn(there, book)).toBe(false)
    expect(await there.context().cookies()).toEqual([])
    expect(await isSignedIn(here, book)).toBe(true)
  })

  it('[T50] signs out, and the Back button shows no private page', async () => {
    const { book, open } = guestbook
    const page = await open()
    await signUp(page, book, 'Edsger')
    await page.getByRole('link', { name: 'Your devices' }).click()
    await page.getByText('This device').waitFor()

    await page.getByRole('navigation').getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out on this device.').waitFor()
    expect(await page.context().cookies()).toEqual([])
    await page.goBack()

    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.content()).not.toMatch(/Edsger|This device/)
    await page.goBack()
    expect(await page.content()).not.toContain('Edsger')
  })
})
