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

/** What depends on colours is looked at in both schemes, all else in one. */
const AXE_OPTIONS = {
  light: {},
  dark: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
}

// Everything is loaded, and painted twice since.
const SETTLED = `document.fonts.ready.then(() => new Promise((resolve) => {
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

/** A page in a profile of its own. */
async function open(options?: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext(options)).newPage()
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(notes.origin)
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Sign in or begin' }).click()
  await page.getByRole('heading', { name: `Come in, ${name}.` }).waitFor()
}

async function keep(page: Page, text: string): Promise<void> {
  await page.getByLabel('A new note').fill(text)
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('listitem').filter({ hasText: text }).waitFor()
}

function kept(page: Page): Promise<string[]> {
  return page.getByRole('blockquote').allInnerTexts()
}

/** Where the focus is, and how many elements of the page ask for it. */
function focus(page: Page): Promise<unknown> {
  return page.evaluate(`({
    id: document.activeElement.id,
    invalid: document.activeElement.getAttribute('aria-invalid'),
    autofocus: document.querySelectorAll('[autofocus]').length,
  })`)
}

/** Goes to another site's page, whose one button posts a form to us. */
async function forge(page: Page, path: string, fields: Record<string, string>): Promise<void> {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input name=${name} value="${value}">`,
  )
  const form = `<form method="post" action="${notes.origin}${path}">${inputs.join('')}<button>Go`
  await page.route(`${notes.stranger}/prize`, (route) =>
    route.fulfill({ contentType: 'text/html', body: form }),
  )
  await page.goto(`${notes.stranger}/prize`)
  await page.getByRole('button').click()
  await page.getByRole('heading', { name: 'Refused at the door' }).waitFor()
}

describe('somebody', () => {
  it('signs in, keeps a note, deletes another, and finds it after a reload', async () => {
    const page = await open()
    await signIn(page, 'Ada')
    await keep(page, 'The first.')
    await keep(page, 'The second.')

    await page.getByRole('button', { name: 'Delete' }).first().click()
    await page.getByText('The second.').waitFor({ state: 'detached' })
    await page.reload()

    expect(await kept(page)).toEqual(['The first.'])
    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-Http-notes', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' },
    ])
  })

  it('signs out, and the Back button shows nothing private', async () => {
    const page = await open()
    await signIn(page, 'Edsger')
    await keep(page, 'Nobody else reads this.')
    await page.goto(`${notes.origin}/nowhere`)
    await page.goto(notes.origin)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in or begin' }).waitFor()

    expect(await page.context().cookies()).toEqual([])
    for (let back = 0; back < 3; back++) {
      await page.goBack()
      expect(await page.content()).not.toMatch(/Nobody else|Edsger/)
    }
  })

  it('needs no script', async () => {
    const page = await open({ javaScriptEnabled: false })

    await signIn(page, 'Noscript')
    await keep(page, 'Forms are enough.')

    expect(await kept(page)).toEqual(['Forms are enough.'])
  })

  it('is told what is wrong, and loses no words', async () => {
    const page = await open()
    await signIn(page, 'Grace')

    await page.getByLabel('A new note').fill(`\n  `)
    await page.getByRole('button', { name: 'Keep it' }).click()

    expect(await page.getByRole('alert').innerText()).toBe('Write 1 to 2,000 characters.')
    expect(await page.title()).toBe('Not kept yet')
    expect(await focus(page)).toEqual({ id: 'text', invalid: 'true', autofocus: 1 })
  })

  it('F: has the focus in the first field that is wrong, with what is wrong', async () => {
    const page = await open()
    await signIn(page, 'Margaret')
    await page.getByRole('button', { name: 'Sign out' }).click()
    const send = async (name: string, passphrase: string) => {
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Passphrase').fill(passphrase)
      // The browser's own check would stop the form; the server's is looked at here.
      await page.evaluate('document.querySelector("form").noValidate = true')
      await page.getByRole('button', { name: 'Sign in or begin' }).click()
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
    await page.getByRole('heading', { name: 'Come in, Margaret.' }).waitFor()
  })

  it('F: is told why, when the session was ended elsewhere', async () => {
    const page = await open()
    await signIn(page, 'Revoked')
    const [cookie] = await page.context().cookies()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in or begin' }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.context().addCookies([cookie!])

    await page.goto(notes.origin)

    expect(await page.getByRole('alert').innerText()).toBe('You were signed out on this device.')
    await page.reload()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

describe('an open page', () => {
  it('shows what the same person keeps elsewhere, and leaves what is being typed', async () => {
    const [here, there] = [await open(), await open()]
    await signIn(here, 'Ken')
    await here.getByLabel('A new note').fill('Half a thou')
    await here.evaluate('globalThis.neverReloaded = true')
    await signIn(there, 'Ken')

    await keep(there, 'From the other side.')

    await here.getByText('From the other side.').waitFor()
    expect(await here.evaluate('globalThis.neverReloaded')).toBe(true)
    expect(await here.getByLabel('A new note').inputValue()).toBe('Half a thou')
    await there.getByRole('button', { name: 'Delete' }).click()
    await here.getByText('From the other side.').waitFor({ state: 'detached' })
  })

  it('leaves when the same profile signs out in another tab', async () => {
    const here = await open()
    await signIn(here, 'Rob')
    await keep(here, 'Not for the next one at this desk.')
    const other = await here.context().newPage()
    await other.goto(notes.origin)

    await other.getByRole('button', { name: 'Sign out' }).click()

    await here.getByRole('button', { name: 'Sign in or begin' }).waitFor()
    expect(await here.content()).not.toContain('Not for the next one')
  })
})

describe('a page on another site', () => {
  it('can keep no note, delete none, and sign nobody in or out', async () => {
    const page = await open()
    await signIn(page, 'Victim')
    await keep(page, 'Genuine.')
    const id = await page.locator('input[name=id]').getAttribute('value')
    // Lax keeps the cookie from a forged form, so let it come along: the origin must do.
    const [cookie] = await page.context().cookies()
    await page.context().addCookies([{ ...cookie!, sameSite: 'None' }])

    await forge(page, '/notes', { text: 'Forged.' })
    expect(await page.getByRole('main').innerText()).toContain('cross-site')
    await forge(page, '/notes/delete', { id: id! })
    await forge(page, '/sign-out', {})
    await forge(page, '/sign-in', { name: 'Mallory', passphrase: PASSPHRASE })

    await page.goto(notes.origin)
    await page.getByRole('heading', { name: 'Come in, Victim.' }).waitFor()
    expect(await kept(page)).toEqual(['Genuine.'])
  })

  it('gets no WebSocket, though the cookie comes along from another port', async () => {
    const page = await open()
    await signIn(page, 'Victim')
    // A real server: a page that is made up counts as public, and may not reach this machine at all.
    await using server = createServer((_request, response) => response.end('Listening'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const elsewhere = `http://localhost:${(server.address() as AddressInfo).port}`
    const ask = `new Promise((resolve) => {
      const socket = new WebSocket('${notes.origin.replace('http', 'ws')}/live?since=never')
      socket.onopen = () => resolve('open')
      socket.onerror = () => resolve('refused')
    })`

    await page.goto(`${notes.origin}/nowhere`)
    expect(await page.evaluate(ask)).toBe('open')
    await page.goto(elsewhere)
    expect(await page.evaluate(ask)).toBe('refused')
  })
})

/** Goes through the pages as a stranger and as somebody with notes. */
async function tour(
  page: Page,
  name: string,
  look: (what: string) => Promise<void>,
): Promise<void> {
  await page.goto(notes.origin)
  await look('the door')
  await page.goto(`${notes.origin}/nowhere`)
  await look('a page that is not there')
  await forge(page, '/notes', {})
  await look('the refusal')
  await signIn(page, name)
  await look('no notes')
  await keep(page, LONG)
  await keep(page, 'Several\nlines.')
  await look('some notes')
  await page.getByLabel('A new note').fill(' ')
  await page.getByRole('button', { name: 'Keep it' }).click()
  await look('a problem')
}

describe('every page', () => {
  it.each(['light', 'dark'] as const)('is accessible in %s', async (colorScheme) => {
    const axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    )
    // The tool is put in by the browser's debugger; our own policy would rightly stop it.
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
      await page.evaluate(SETTLED)
      const measured = await page.evaluate(`[
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
        globalThis.shifts,
      ]`)
      expect(measured, what).toEqual([0, 0])
    })
    expect(problems).toEqual([])
  })
})

describe('the keyboard', () => {
  it('is enough, in the order of the page, with the focus in sight', async () => {
    const page = await open()
    await page.goto(notes.origin)
    expect(await tabThrough(page, 3)).toEqual(['Skip to the content', 'Notes', 'name'])
    await page.keyboard.type('Barbara')
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Come in, Barbara.' }).waitFor()
    await keep(page, 'By hand.')

    const stops = ['Skip to the content', 'Notes', 'Sign out', 'text', 'Keep it', 'Delete']
    expect(await tabThrough(page, 6)).toEqual(stops)
  })

  async function tabThrough(page: Page, stops: number): Promise<unknown[]> {
    const passed: unknown[] = []
    for (let stop = 0; stop < stops; stop++) {
      await page.keyboard.press('Tab')
      const [name, outline] = (await page.evaluate(`[
        document.activeElement.name || document.activeElement.innerText,
        getComputedStyle(document.activeElement).outline,
      ]`)) as [string, string]
      expect(outline, name).toContain('solid 3px')
      passed.push(name)
    }
    return passed
  }
})

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { html: string }[]
  }[]
  readonly passes: readonly { readonly id: string }[]
}
