import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Guestbook,
  PASSPHRASE,
  ageSessionOf,
  signIn,
  signUp,
  startGuestbook,
} from './guestbook.ts'

let guestbook: Guestbook

beforeAll(async () => {
  guestbook = await startGuestbook()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

describe('the list of devices', () => {
  it('shows when each device was last used', async () => {
    const { book, open } = guestbook
    const here = await open()
    await signUp(here, book, 'Ada')
    const ages = [{ minutes: 59 }, { hours: 5 }, { hours: 30 }]
    const others: Page[] = []
    for (const by of ages) {
      const other = await open({ userAgent: 'Mozilla/5.0 (iPad) Version/18.5 Safari/604.1' })
      await signIn(other, book, 'Ada')
      await ageSessionOf(other, guestbook, by)
      others.push(other)
    }

    await here.goto(`${book}/devices`)
    // In order of sign-in.
    expect(await lastUsed(here)).toEqual([
      '1 day ago',
      '5 hours ago',
      'Within the last hour',
      'Now',
    ])

    await others[2]!.reload()
    await here.reload()
    expect(await lastUsed(here)).toEqual([
      'Within the last hour',
      '5 hours ago',
      'Within the last hour',
      'Now',
    ])
  })

  it('has at most five: the sixth sign-in signs out the first device', async () => {
    const { book, open } = guestbook
    const first = await open()
    await signUp(first, book, 'Grace', { remember: true })
    const others: Page[] = []
    for (let device = 0; device < 4; device++) {
      const other = await open()
      const form = { name: 'Grace', passphrase: PASSPHRASE }
      // Without loading a page, which takes longer.
      await other.request.post(`${book}/sign-in`, { form, headers: { Origin: book } })
      others.push(other)
    }
    await first.goto(`${book}/devices`)
    expect(await lastUsed(first)).toHaveLength(5)
    await first.getByText('You can be signed in on 5 devices.').waitFor()

    const sixth = await open()
    await signIn(sixth, book, 'Grace')

    await first.reload()
    await first.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await first.getByRole('alert').innerText()).toBe('You were signed out on this device.')
    expect(await first.context().cookies()).toEqual([])
    for (const other of [...others, sixth]) {
      expect(await (await other.request.get(book)).text()).toContain('Signed in as')
    }
  })
})

function lastUsed(page: Page): Promise<string[]> {
  return page.locator('.devices dd:last-of-type').allInnerTexts()
}
