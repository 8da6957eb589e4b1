/** Three apps on ports of one host: browsers send the cookies of localhost to all of them. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { D1Database } from '@cloudflare/workers-types'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { type Notes, startNotes } from '../../deno-notes/test/notes.ts'
import { type Guestbook, isSignedIn, signUp, startGuestbook } from './guestbook.ts'

let guestbook: Guestbook
let notes: Notes
let chat: string
const harness = createTestHarness({
  workers: [{ configPath: new URL('../../chat/wrangler.jsonc', import.meta.url) }],
})

beforeAll(async () => {
  guestbook = await startGuestbook()
  notes = await startNotes()
  const { url } = await harness.listen()
  await harness.getWorker<{ DB: D1Database }>().applyD1Migrations('DB')
  chat = `http://localhost:${url.port}`
}, 180_000)
afterAll(async () => {
  await harness.close()
  await notes[Symbol.asyncDispose]()
  await guestbook[Symbol.asyncDispose]()
})

async function enterChat(page: Page, name: string): Promise<void> {
  await page.goto(chat)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByText(`You are ${name}`).waitFor()
}

async function enterNotes(page: Page, name: string): Promise<void> {
  await page.goto(notes.origin)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Passphrase').fill('under the third stone')
  await page.getByRole('button', { name: 'Sign in or sign up' }).click()
  await page.getByRole('heading', { name: `Welcome, ${name}.` }).waitFor()
}

describe('three apps in one browser', () => {
  it('F: do not sign each other out', async () => {
    const page = await guestbook.open()
    await signUp(page, guestbook.book, 'Ada')
    await enterChat(page, 'Ada')
    await enterNotes(page, 'Ada')

    expect(await isSignedIn(page, guestbook.book)).toBe(true)
    await page.goto(chat)
    await page.getByText('You are Ada').waitFor()
    await page.goto(notes.origin)
    await page.getByRole('heading', { name: 'Welcome, Ada.' }).waitFor()
    const names = (await page.context().cookies()).map(({ name }) => name).toSorted()
    expect(names).toEqual(['__Host-Http-chat', '__Host-Http-guestbook', '__Host-Http-notes'])

    // A sign-out from one app does not affect the others.
    await page.goto(guestbook.book)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out on this device.').waitFor()
    await page.goto(notes.origin)
    await page.getByRole('heading', { name: 'Welcome, Ada.' }).waitFor()
  })
})

describe('the chat in a browser', () => {
  it.each([360, 1200])('F: is accessible and fits into %i pixels on every page', async (width) => {
    const axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    )
    // The CSP would block the script that the test adds.
    const page = await guestbook.open({ bypassCSP: true, viewport: { width, height: 740 } })
    const look = async (what: string) => {
      await page.addScriptTag({ content: axe })
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: readonly { id: string; nodes: readonly { html: string }[] }[]
      }
      const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
      expect(found, what).toEqual([])
      const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
      expect(await page.evaluate(wider), what).toBe(0)
    }

    await page.goto(chat)
    await page.getByLabel('Your name').waitFor()
    await look('the sign-in form')
    await page.getByLabel('Your name').fill('  ')
    await page.getByRole('button', { name: 'Join' }).click()
    await page.getByRole('alert').waitFor()
    await look('a rejected name')
    await enterChat(page, `Wide ${width}`)
    await page.getByLabel('Your message').fill('Donaudampfschifffahrtsgesellschaft'.repeat(5))
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('log').getByText('Donau').waitFor()
    await page.getByLabel('Your message').fill(' ')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Enter a message.').waitFor()
    await look('the messages')
    await page.goto(`${chat}/nowhere`)
    await look('the page for an unknown path')
  })

  it('F: fills the form with a rejected name and focuses its field', async () => {
    const page = await guestbook.open()
    await page.goto(chat)
    await page.getByLabel('Your name').fill('  ')
    await page.getByRole('button', { name: 'Join' }).click()

    await page.getByRole('alert').waitFor()
    const focused = await page.evaluate(`[
      document.activeElement.id,
      document.activeElement.getAttribute('aria-invalid'),
      document.activeElement.getAttribute('aria-describedby'),
      document.querySelectorAll('[autofocus]').length,
    ]`)
    expect(focused).toEqual(['name', 'true', 'name-problem name-hint', 1])
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Barbara')
    await page.keyboard.press('Enter')
    await page.getByText('You are Barbara').waitFor()
  })

  it('F: shows the rate limit and restores the message', async () => {
    const page = await guestbook.open()
    await enterChat(page, 'Hasty')
    const text = page.getByLabel('Your message')
    // In one script: typing can be slower than the rate limit.
    await page.evaluate(`for (let n = 0; n < 20; n++) {
      document.getElementById('text').value = 'Number ' + n
      document.getElementById('write').requestSubmit()
    }`)

    await page.getByText('you are writing too fast').waitFor()
    expect(await text.inputValue()).toMatch(/^Number/)
    expect(await page.getByRole('log').locator('p').count()).toBeLessThan(20)
  })

  it('F: shows why a sixth page cannot connect', async () => {
    const page = await guestbook.open()
    await enterChat(page, 'Many')
    const pages = [page]
    while (pages.length < 6) {
      const next = await page.context().newPage()
      await next.goto(chat)
      pages.push(next)
      if (pages.length < 6) await next.getByText('Here: ').waitFor()
    }

    await pages[5]!.getByText('At most 5 open pages for one name. Retrying').waitFor()
    expect(await pages[4]!.getByRole('status').innerText()).toBe('')
  })

  it('F: shows that the device was signed out, also after a reload', async () => {
    const page = await guestbook.open()
    await enterChat(page, 'Revoked')
    const other = await guestbook.open()
    await enterChat(other, 'Revoked')
    await other.getByText('Your devices').click()
    await other.getByRole('button', { name: 'Sign out my other devices' }).click()

    await page.getByText('You were signed out on this device.').waitFor()
    await page.reload()
    await page.getByText('You were signed out on this device.').waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('name')
  })
})
