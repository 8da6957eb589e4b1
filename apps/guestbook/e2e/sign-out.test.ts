import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, isSignedIn, signIn, signUp, startGuestbook } from './guestbook.ts'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

const SIGNED_OUT = 'You are signed out on this device.'

describe('sign-out in every tab', () => {
  it('shows in the other tab that the visitor signed out, by keyboard', async () => {
    const { book, open } = guestbook
    const tab = await open()
    await signUp(tab, book, 'Ada')
    const other = await tab.context().newPage()
    // With a fragment, as after the link that skips to the content.
    await other.goto(`${book}/devices#main`)
    await other.getByText('This device').waitFor()

    await tab.getByRole('navigation').getByRole('button', { name: 'Sign out' }).focus()
    await tab.keyboard.press('Enter')
    await tab.getByText(SIGNED_OUT).waitFor()

    await other.getByText(SIGNED_OUT).waitFor()
    expect(await other.getByText('Signed in as').count()).toBe(0)
    await other.goBack()
    expect(await other.content()).not.toMatch(/This device|Signed in as/)
  })

  it('does so after the current device was signed out in the list of devices', async () => {
    const { book, open } = guestbook
    const tab = await open()
    await signUp(tab, book, 'Grace')
    const other = await tab.context().newPage()
    await other.goto(book)
    await tab.goto(`${book}/devices`)
    await tab.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
    await other.getByText(SIGNED_OUT).waitFor()
  })

  it('leaves other tabs alone if the visitor is signed in', async () => {
    const { book, open } = guestbook
    const tab = await open()
    await signUp(tab, book, 'Joan')
    const other = await tab.context().newPage()
    await other.goto(`${book}/devices`)
    // Any site can link to this address.
    await tab.goto(`${book}/?done=signed-out`)
    await tab.waitForLoadState('networkidle')
    expect(other.url()).toBe(`${book}/devices`)
    // Another browser profile is another visitor.
    const elsewhere = await open()
    await signIn(elsewhere, book, 'Joan')
    await elsewhere.getByRole('navigation').getByRole('button', { name: 'Sign out' }).click()
    await elsewhere.getByText(SIGNED_OUT).waitFor()
    expect(other.url()).toBe(`${book}/devices`)
    expect(await isSignedIn(other, book)).toBe(true)
  })

  it('signs out without a script; the other tab then changes at its next request', async () => {
    const { book, open } = guestbook
    const tab = await open({ javaScriptEnabled: false })
    await signUp(tab, book, 'Edsger')
    const other = await tab.context().newPage()
    await other.goto(`${book}/devices`)
    await tab.getByRole('navigation').getByRole('button', { name: 'Sign out' }).click()
    await tab.getByText(SIGNED_OUT).waitFor()
    expect(await isSignedIn(other, book)).toBe(false)
  })

  it('takes a script of at most 300 bytes, which an anonymous visitor does not load', async () => {
    const { book } = guestbook
    const script = await fetch(`${book}/sign-out.js`)
    expect(script.status).toBe(200)
    expect((await script.arrayBuffer()).byteLength).toBeLessThanOrEqual(300)
    expect(await (await fetch(book)).text()).not.toContain('<script')
  })
})
