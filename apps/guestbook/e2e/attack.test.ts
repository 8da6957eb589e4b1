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
  it.each(forms)('is refused when a visitor presses %j, and is told why', async (button, path) => {
    const { book, stranger } = guestbook
    await page.goto(stranger)

    await page.getByRole('button', { name: button }).click()

    await page.getByRole('heading', { name: 'Refused at the door' }).waitFor()
    const main = await page.getByRole('main').innerText()
    expect(main).toContain('cross-site')
    expect(main).toContain(`POST ${path}`)
    expect(page.url()).toBe(book + path)
    expect(await isSignedIn(page, book)).toBe(true)
    expect(await count('entry')).toBe(1)
    expect(await count('limen_session')).toBe(1)
  })

  it('is refused when its script posts, and shows the refusal', async () => {
    const { book, stranger } = guestbook
    await page.goto(stranger)

    await page.getByRole('button', { name: 'Forge a fetch' }).click()

    await page.getByText('Refused: it stands first').waitFor()
    expect(await page.locator('#refusals li').first().innerText()).toMatch(
      /POST \/account\s+cross-site/,
    )
    await page.goto(`${book}/account`)
    expect(await page.getByLabel('Display name').inputValue()).toBe('Victim')
  })

  it('F: writes the time of a refusal as the book does', async () => {
    const { book, stranger } = guestbook
    await page.goto(stranger)
    const theirs = page.locator('#refusals time').first()
    await theirs.waitFor()
    const [text, datetime] = [await theirs.innerText(), await theirs.getAttribute('datetime')]

    await page.goto(`${book}/refusals`)

    const ours = page.locator(`.refusals time[datetime="${datetime}"]`).first()
    expect(await ours.innerText()).toBe(text)
    expect(text).toMatch(/^\d{1,2} \w+ \d{4} at \d\d:\d\d UTC$/)
  })

  it('sees in its list what the book refused, when the visitor comes back', async () => {
    await page.goto(guestbook.stranger)
    await page.getByRole('button', { name: 'Forge an entry' }).click()
    await page.getByRole('heading', { name: 'Refused at the door' }).waitFor()

    await page.goBack()

    await page.locator('#refusals li').first().getByText('POST /entries').waitFor()
  })

  it('does not get the book into a frame', async () => {
    const framing = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<iframe src="${guestbook.book}"></iframe>`)
    })
    await new Promise<void>((resolve) => framing.listen(0, '127.0.0.1', resolve))
    const { port } = framing.address() as AddressInfo

    await page.goto(`http://127.0.0.1:${port}/`)

    expect(page.frames()).toHaveLength(2)
    expect(await page.frames()[1]?.content()).not.toContain('In the book')
    framing.closeAllConnections()
    framing.close()
  })

  it('does not stop the visitor from writing', async () => {
    await page.goto(guestbook.book)
    await write(page, 'Still me.')

    expect(await count('entry')).toBe(2)
  })
})
