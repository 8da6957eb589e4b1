import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, isSignedIn, signUp, startGuestbook, write } from './guestbook.ts'

let guestbook: Guestbook
let page: Page

beforeAll(async () => {
  guestbook = await startGuestbook()
  page = await guestbook.open()
  await signUp(page, guestbook.book, 'Victim')
  await write(page, 'Genuine.')
})
afterAll(() => guestbook[Symbol.asyncDispose]())

async function count(table: string): Promise<number | null> {
  return guestbook.db.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')
}

describe('a page on another site', () => {
  const forms: [button: string, path: string][] = [
    ['Forge an entry', '/entries'],
    ['Forge a sign-out', '/sign-out'],
    ['Forge a sign-in', '/sign-in'],
  ]
  it.each(forms)(
    'cannot forge a request: the button %j leads to a 403 with the reason',
    async (button, path) => {
      const { book, attacker } = guestbook
      await page.goto(attacker)

      await page.getByRole('button', { name: button }).click()

      await page.getByRole('heading', { name: 'Request refused' }).waitFor()
      const main = await page.getByRole('main').innerText()
      expect(main).toContain('cross-site')
      expect(main).toContain(`POST ${path}`)
      expect(page.url()).toBe(book + path)
      expect(await isSignedIn(page, book)).toBe(true)
      expect(await count('entry')).toBe(1)
      expect(await count('limen_session')).toBe(1)
    },
  )

  it('cannot forge a fetch, and shows the refused request', async () => {
    const { book, attacker } = guestbook
    await page.goto(attacker)

    await page.getByRole('button', { name: 'Forge a fetch' }).click()

    await page.getByText('Refused: it is the first').waitFor()
    expect(await page.locator('#refusals li').first().innerText()).toMatch(
      /POST \/account\s+cross-site/,
    )
    await page.goto(`${book}/account`)
    expect(await page.getByLabel('Display name').inputValue()).toBe('Victim')
  })

  it('F: shows the time of a refusal as the guestbook does', async () => {
    const { book, attacker } = guestbook
    await page.goto(attacker)
    const theirs = page.locator('#refusals time').first()
    await theirs.waitFor()
    const [text, datetime] = [await theirs.innerText(), await theirs.getAttribute('datetime')]

    await page.goto(`${book}/refusals`)

    const ours = page.locator(`.refusals time[datetime="${datetime}"]`).first()
    expect(await ours.innerText()).toBe(text)
    expect(text).toMatch(/^\d{1,2} \w+ \d{4} at \d\d:\d\d UTC$/)
  })

  it('lists the refused form after the Back button', async () => {
    await page.goto(guestbook.attacker)
    await page.getByRole('button', { name: 'Forge an entry' }).click()
    await page.getByRole('heading', { name: 'Request refused' }).waitFor()

    await page.goBack()

    await page.locator('#refusals li').first().getByText('POST /entries').waitFor()
  })

  it('[T15] cannot put the guestbook into a frame', async () => {
    const framing = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<iframe src="${guestbook.book}"></iframe>`)
    })
    await new Promise<void>((resolve) => framing.listen(0, '127.0.0.1', resolve))
    const { port } = framing.address() as AddressInfo

    await page.goto(`http://127.0.0.1:${port}/`)

    expect(page.frames()).toHaveLength(2)
    expect(await page.frames()[1]?.content()).not.toContain('Sign up')
    framing.closeAllConnections()
    framing.close()
  })

  it('does not prevent the user from writing', async () => {
    await page.goto(guestbook.book)
    await write(page, 'Still me.')

    expect(await count('entry')).toBe(2)
  })
})
