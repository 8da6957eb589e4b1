import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, PASSPHRASE, signIn, signUp, startGuestbook } from './guestbook.ts'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
  await signUp(await guestbook.open(), guestbook.book, 'Taken')
})
afterAll(() => guestbook[Symbol.asyncDispose]())

/** The focused element, its description, and the number of elements with autofocus. */
async function focus(page: Page): Promise<unknown> {
  return page.evaluate(`({
    id: document.activeElement.id || document.activeElement.getAttribute('role'),
    invalid: document.activeElement.getAttribute('aria-invalid'),
    problem: (document.activeElement.getAttribute('aria-describedby') ?? '')
      .split(' ').map((id) => document.getElementById(id)?.className).join(' '),
    autofocus: document.querySelectorAll('[autofocus]').length,
  })`)
}

type Case = [
  path: string,
  button: string,
  fields: Record<string, string>,
  first: string,
  problem: string,
]
const cases: Case[] = [
  ['/sign-in', 'Sign in', {}, 'name', 'problem'],
  ['/sign-in', 'Sign in', { passphrase: 'x' }, 'name', 'problem'],
  ['/sign-in', 'Sign in', { name: 'Taken' }, 'passphrase', 'problem'],
  ['/sign-in', 'Sign in', { name: 'Taken', passphrase: 'wrong' }, 'passphrase', 'problem'],
  ['/sign-up', 'Sign up', {}, 'name', 'problem hint'],
  ['/sign-up', 'Sign up', { name: 'New' }, 'passphrase', 'problem hint'],
  ['/sign-up', 'Sign up', { name: 'taken', passphrase: PASSPHRASE }, 'name', 'problem hint'],
]

describe('after a rejected form', () => {
  it.each(cases)(
    'F: %s (%s) with %j has the focus in %s',
    async (...[path, button, fields, id, problem]) => {
      const page = await guestbook.open()
      await page.goto(guestbook.book + path)
      expect(await focus(page)).toMatchObject({ autofocus: 0 })
      for (const [name, value] of Object.entries(fields)) {
        await page.locator(`[name=${name}]`).fill(value)
      }

      await page.getByRole('main').getByRole('button', { name: button }).click()
      await page.getByRole('alert').waitFor()

      expect(await focus(page)).toEqual({ id, invalid: 'true', problem, autofocus: 1 })
      // The summary links to each field with a problem.
      for (const link of await page.getByRole('alert').getByRole('link').all()) {
        await link.click()
        expect(await focus(page)).toMatchObject({ invalid: 'true' })
      }
    },
  )

  it('F: the entry and the account form have the focus in their field', async () => {
    const page = await guestbook.open()
    await signUp(page, guestbook.book, 'Blank')
    await page.getByRole('button', { name: 'Sign the guestbook' }).click()
    await page.getByRole('alert').waitFor()
    expect(await focus(page)).toMatchObject({ id: 'text', invalid: 'true', autofocus: 1 })

    await page.goto(`${guestbook.book}/account`)
    await page.getByLabel('Display name').fill(' ')
    await page.getByRole('button', { name: 'Change your name' }).click()
    await page.getByRole('alert').waitFor()
    expect(await focus(page)).toMatchObject({ id: 'name', invalid: 'true', autofocus: 1 })
  })
})

describe('a device that another device signed out', () => {
  it('F: shows a notice, and returns to its page after sign-in', async () => {
    const { book, open } = guestbook
    const here = await open()
    await signUp(here, book, 'Grace')
    const there = await open()
    await signIn(there, book, 'Grace')
    await there.goto(`${book}/devices`)
    await there.getByRole('button', { name: 'Sign out all other devices' }).click()

    await here.getByRole('link', { name: 'Your devices' }).click()

    await here.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await here.getByRole('alert').innerText()).toBe('You were signed out on this device.')
    expect(await focus(here)).toMatchObject({ id: 'alert', autofocus: 1 })
    await here.keyboard.press('Tab')
    await here.keyboard.type('Grace')
    await here.keyboard.press('Tab')
    await here.keyboard.type(PASSPHRASE)
    await here.keyboard.press('Enter')
    await here.getByRole('heading', { name: 'Your devices' }).waitFor()
    expect(here.url()).toBe(`${book}/devices`)
  })

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/%2f/evil.example',
    '/%09/evil.example',
    'javascript:alert(1)',
  ])('F: sign-in does not lead to %j', async (next) => {
    const { book, open } = guestbook
    const page = await open()
    const visited: string[] = []
    page.on('request', (request) => visited.push(new URL(request.url()).origin))
    await page.goto(`${book}/sign-in?${new URLSearchParams({ next }).toString()}`)

    // The same name for all: the rate limit allows eight attempts a minute.
    await page.getByLabel('Name').fill('Taken')
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
    await page.waitForLoadState()

    expect([...new Set(visited)]).toEqual([book])
  })
})
