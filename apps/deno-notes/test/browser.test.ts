import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from '@limen/chromium'
import { type Notes, startNotes } from './notes.ts'
import { PASSPHRASE } from './visitor.ts'

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen'.repeat(3)

/** Rules for colours are checked in both schemes, all others only in one. */
const AXE_OPTIONS = {
  light: {},
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
}

// Waits for the fonts and two frames.
const PAINTED = `document.fonts.ready.then(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 50)))
}))`

let notes: Notes
let browser: Browser

beforeAll(async () => {
  notes = await startNotes()
  const { executablePath, env } = await findChromium()
  browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env } as Record<string, string>,
    args: ['--no-sandbox'],
  })
})
afterAll(async () => {
  await browser.close()
  await notes[Symbol.asyncDispose]()
})

/** Opens a page in a new profile. */
async function open(options?: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext(options)).newPage()
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(notes.origin)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Sign in or sign up' }).click()
  await page.getByRole('heading', { name: `Welcome, ${name}.` }).waitFor()
}

async function save(page: Page, text: string): Promise<void> {
  await page.getByLabel('New note').fill(text)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('listitem').filter({ hasText: text }).waitFor()
}

function savedNotes(page: Page): Promise<string[]> {
  return page.getByRole('blockquote').allInnerTexts()
}

/** The focused element, and the number of elements with autofocus. */
function focus(page: Page): Promise<unknown> {
  return page.evaluate(`({
    id: document.activeElement.id,
    invalid: document.activeElement.getAttribute('aria-invalid'),
    autofocus: document.querySelectorAll('[autofocus]').length,
  })`)
}

/** Submits a form on a page of another site. */
async function forge(page: Page, path: string, fields: Record<string, string>): Promise<void> {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input name=${name} value="${value}">`,
  )
  const form = `<form method="post" action="${notes.origin}${path}">${inputs.join('')}<button>Go`
  await page.route(`${notes.otherSite}/prize`, (route) =>
    route.fulfill({ contentType: 'text/html', body: form }),
  )
  await page.goto(`${notes.otherSite}/prize`)
  await page.getByRole('button').click()
  await page.getByRole('heading', { name: 'Request refused' }).waitFor()
}

describe('a user', () => {
  it('signs in, saves two notes, deletes one, and sees the other after a reload', async () => {
    const page = await open()
    await signIn(page, 'Ada')
    await save(page, 'The first.')
    await save(page, 'The second.')

    await page.getByRole('button', { name: 'Delete' }).first().click()
    await page.getByText('The second.').waitFor({ state: 'detached' })
    await page.reload()

    expect(await savedNotes(page)).toEqual(['The first.'])
    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-Http-notes', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
    ])
  })

  it('signs out, and the Back button shows no private page', async () => {
    const page = await open()
    await signIn(page, 'Edsger')
    await save(page, 'A private note.')
    await page.goto(`${notes.origin}/nowhere`)
    await page.goto(notes.origin)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()

    expect(await page.context().cookies()).toEqual([])
    for (let back = 0; back < 3; back++) {
      await page.goBack()
      expect(await page.content()).not.toMatch(/A private note|Edsger/)
    }
  })

  it('needs no JavaScript', async () => {
    const page = await open({ javaScriptEnabled: false })

    await signIn(page, 'Noscript')
    await save(page, 'Forms are enough.')

    expect(await savedNotes(page)).toEqual(['Forms are enough.'])
  })

  it('sees what is wrong with a note', async () => {
    const page = await open()
    await signIn(page, 'Grace')

    await page.getByLabel('New note').fill(`\n  `)
    await page.getByRole('button', { name: 'Save' }).click()

    expect(await page.getByRole('alert').innerText()).toBe('Enter 1 to 2,000 characters.')
    expect(await page.title()).toBe('Note not saved')
    expect(await focus(page)).toEqual({ id: 'text', invalid: 'true', autofocus: 1 })
  })

  it('F: has the focus in the first field with a problem, which is described', async () => {
    const page = await open()
    await signIn(page, 'Margaret')
    await page.getByRole('button', { name: 'Sign out' }).click()
    const send = async (name: string, passphrase: string) => {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Passphrase').fill(passphrase)
      // Disables the validation of the browser, to test the one of the server.
      await page.evaluate('document.querySelector("form").noValidate = true')
      await page.getByRole('button', { name: 'Sign in or sign up' }).click()
      await page.getByRole('alert').waitFor()
      return focus(page)
    }

    expect(await send(' ', 'short')).toEqual({ id: 'name', invalid: 'true', autofocus: 1 })
    expect(await page.getByRole('alert').getByRole('link').count()).toBe(2)
    expect(await page.getByLabel('Name').getAttribute('aria-describedby')).toBe('name-problem')
    const second = await send('Margaret', 'short')
    expect(second).toEqual({ id: 'passphrase', invalid: 'true', autofocus: 1 })
    const third = await send('Margaret', 'not her passphrase')
    expect(third).toEqual({ id: 'passphrase', invalid: 'true', autofocus: 1 })
    expect(await page.getByLabel('Name').inputValue()).toBe('Margaret')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Welcome, Margaret.' }).waitFor()
  })

  it('F: sees a notice after the session was revoked elsewhere', async () => {
    const page = await open()
    await signIn(page, 'Revoked')
    const [cookie] = await page.context().cookies()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.context().addCookies([cookie!])

    await page.goto(notes.origin)

    expect(await page.getByRole('alert').innerText()).toBe('You were signed out on this device.')
    await page.reload()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

describe('an open page', () => {
  it('shows changes of another device, and does not change the form', async () => {
    const [here, there] = [await open(), await open()]
    await signIn(here, 'Ken')
    await here.getByLabel('New note').fill('Half a thou')
    await here.evaluate('globalThis.neverReloaded = true')
    await signIn(there, 'Ken')

    await save(there, 'From another device.')

    await here.getByText('From another device.').waitFor()
    expect(await here.evaluate('globalThis.neverReloaded')).toBe(true)
    expect(await here.getByLabel('New note').inputValue()).toBe('Half a thou')
    await there.getByRole('button', { name: 'Delete' }).click()
    await here.getByText('From another device.').waitFor({ state: 'detached' })
  })

  it('shows the sign-in form when the same profile signs out in another tab', async () => {
    const here = await open()
    await signIn(here, 'Rob')
    await save(here, 'A note on a shared computer.')
    const other = await here.context().newPage()
    await other.goto(notes.origin)

    await other.getByRole('button', { name: 'Sign out' }).click()

    await here.getByRole('button', { name: 'Sign in or sign up' }).waitFor()
    expect(await here.content()).not.toContain('A note on a shared')
  })
})

describe('a page on another site', () => {
  it('cannot add or delete notes, and cannot sign a user in or out', async () => {
    const page = await open()
    await signIn(page, 'Victim')
    await save(page, 'Genuine.')
    const id = await page.locator('input[name=id]').getAttribute('value')
    // SameSite=None, so that the browser sends the cookie and only the origin check protects.
    const [cookie] = await page.context().cookies()
    await page.context().addCookies([{ ...cookie!, sameSite: 'None' }])

    await forge(page, '/notes', { text: 'Forged.' })
    expect(await page.getByRole('main').innerText()).toContain('cross-site')
    await forge(page, '/notes/delete', { id: id! })
    await forge(page, '/sign-out', {})
    await forge(page, '/sign-in', { name: 'Mallory', passphrase: PASSPHRASE })

    await page.goto(notes.origin)
    await page.getByRole('heading', { name: 'Welcome, Victim.' }).waitFor()
    expect(await savedNotes(page)).toEqual(['Genuine.'])
  })

  it('cannot open a WebSocket from another port, although the cookie is sent', async () => {
    const page = await open()
    await signIn(page, 'Victim')
    // A real server: Chromium treats a page of page.route() as public, and blocks its local requests.
    await using server = createServer((_request, response) => response.end('Listening'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const otherPort = `http://localhost:${(server.address() as AddressInfo).port}`
    const connect = `new Promise((resolve) => {
      const socket = new WebSocket('${notes.origin.replace('http', 'ws')}/live?since=never')
      socket.onopen = () => resolve('open')
      socket.onerror = () => resolve('refused')
    })`

    await page.goto(`${notes.origin}/nowhere`)
    expect(await page.evaluate(connect)).toBe('open')
    await page.goto(otherPort)
    expect(await page.evaluate(connect)).toBe('refused')
  })
})

/** Visits the pages as an anonymous visitor and as a user with notes. */
async function tour(
  page: Page,
  name: string,
  look: (what: string) => Promise<void>,
): Promise<void> {
  await page.goto(notes.origin)
  await look('the sign-in page')
  await page.goto(`${notes.origin}/nowhere`)
  await look('the page for an unknown path')
  await forge(page, '/notes', {})
  await look('the page for a refused request')
  await signIn(page, name)
  await look('no notes')
  await save(page, LONG)
  await save(page, 'Several\nlines.')
  await look('some notes')
  await page.getByLabel('New note').fill(' ')
  await page.getByRole('button', { name: 'Save' }).click()
  await look('a problem')
}

describe('every page', () => {
  it.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    const axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    )
    // The CSP would block the script that the test adds.
    const page = await open({ colorScheme, bypassCSP: true })

    await tour(page, `In ${colorScheme}`, async (what) => {
      await page.addScriptTag({ content: axe })
      const options = JSON.stringify(AXE_OPTIONS[colorScheme])
      const { violations, passes } = (await page.evaluate(`axe.run(${options})`)) as AxeResult
      const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
      expect(found, what).toEqual([])
      expect(passes.map(({ id }) => id)).toContain('color-contrast')
    })
  })

  it.each([360, 1200])('fits into %i pixels and does not shift', async (width) => {
    const page = await open({ viewport: { width, height: 740 } })
    const problems: string[] = []
    page.on('pageerror', ({ message }) => problems.push(message))
    page.on('console', (message) => {
      if (/policy|violat/i.test(message.text())) problems.push(message.text())
    })
    await page.addInitScript(`
      globalThis.shifts = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.shifts += entry.value
      }).observe({ type: 'layout-shift', buffered: true })
    `)

    await tour(page, `At ${width}`, async (what) => {
      await page.evaluate(PAINTED)
      const measured = await page.evaluate(`[
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
        globalThis.shifts,
      ]`)
      expect(measured, what).toEqual([0, 0])
    })
    expect(problems).toEqual([])
  })
})

describe('keyboard use', () => {
  it('signs in and saves, with the focus visible and in the order of the page', async () => {
    const page = await open()
    await page.goto(notes.origin)
    expect(await tabThrough(page, 3)).toEqual(['Skip to the content', 'Notes', 'name'])
    await page.keyboard.type('Barbara')
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Welcome, Barbara.' }).waitFor()
    await save(page, 'By hand.')

    const stops = ['Skip to the content', 'Notes', 'Sign out', 'text', 'Save', 'Delete']
    expect(await tabThrough(page, 6)).toEqual(stops)
  })

  async function tabThrough(page: Page, stops: number): Promise<unknown[]> {
    const reached: unknown[] = []
    for (let stop = 0; stop < stops; stop++) {
      await page.keyboard.press('Tab')
      const [name, outline] = (await page.evaluate(`[
        document.activeElement.name || document.activeElement.innerText,
        getComputedStyle(document.activeElement).outline,
      ]`)) as [string, string]
      expect(outline, name).toContain('solid 3px')
      reached.push(name)
    }
    return reached
  }
})

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { html: string }[]
  }[]
  readonly passes: readonly { readonly id: string }[]
}
