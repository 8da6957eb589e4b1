import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Guestbook, PASSPHRASE, signUp, startGuestbook, write } from './guestbook.ts'

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

let guestbook: Guestbook
let axe: string

beforeAll(async () => {
  guestbook = await startGuestbook()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const page = await guestbook.open()
  await signUp(page, guestbook.book, 'Ada')
  await write(page, `A long word: ${LONG}`)
  await page.goto(guestbook.attacker)
  await page.getByRole('button', { name: 'Forge a fetch' }).click()
  await page.getByText('Refused: it is the first').waitFor()
})
afterAll(() => guestbook[Symbol.asyncDispose]())

/** Visits every page as an anonymous visitor and then as a signed-in user. */
async function tour(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const { book, attacker } = guestbook
  const visit = async (...paths: string[]) => {
    for (const path of paths) {
      await page.goto(path)
      await look(path)
    }
  }
  await visit(`${book}/`, `${book}/sign-up`, `${book}/refusals`, `${book}/nowhere`)
  await page.goto(attacker)
  await page.locator('#refusals li').first().waitFor()
  await look('the attacker’s page')
  await page.getByRole('button', { name: 'Forge an entry' }).click()
  await page.getByRole('heading', { name: 'Request refused' }).waitFor()
  await look('the refusal')
  await visit(`${book}/sign-in`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  await look('a form with a problem')
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('Passphrase').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
  await visit(`${book}/`, `${book}/account`, `${book}/passphrase`, `${book}/confirm`)
  await visit(`${book}/devices`, `${book}/devices?done=one`)
}

describe('every page', () => {
  // Each tour takes seconds, so each checks the colours of one scheme and the layout of one width.
  it.each([
    { colorScheme: 'light', width: 360 },
    { colorScheme: 'dark', width: 1200 },
  ] as const)(
    'is accessible in $colorScheme, fits into $width pixels and does not shift',
    async ({ colorScheme, width }) => {
      // The CSP would block the script that the test adds.
      const viewport = { width, height: 740 }
      const page = await guestbook.open({ colorScheme, viewport, bypassCSP: true })
      await page.addInitScript(`
        globalThis.shifts = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) globalThis.shifts += entry.value
        }).observe({ type: 'layout-shift', buffered: true })
      `)

      await tour(page, async (name) => {
        await page.evaluate(PAINTED)
        const [scrollWidth, clientWidth, shifts] = (await page.evaluate(`[
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
          globalThis.shifts,
        ]`)) as [number, number, number]
        expect(scrollWidth, `${name} at ${width}`).toBe(clientWidth)
        expect(shifts, `${name} at ${width}`).toBe(0)

        await page.addScriptTag({ content: axe })
        const options = JSON.stringify(AXE_OPTIONS[colorScheme])
        const { violations, passes } = (await page.evaluate(`axe.run(${options})`)) as AxeResult
        const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
        expect(found, `${name} in ${colorScheme}`).toEqual([])
        expect(passes.map(({ id }) => id)).toContain('color-contrast')
      })
    },
  )

  it('works without JavaScript, except the attacker’s page', async () => {
    const page = await guestbook.open({ javaScriptEnabled: false })

    await signUp(page, guestbook.book, 'Noscript')
    await write(page, 'Forms are enough.')
  })
})

describe('keyboard use', () => {
  it('signs in, with the focus visible and in the order of the page', async () => {
    const page = await guestbook.open()
    await page.goto(`${guestbook.book}/sign-in`)

    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    expect(await page.getByText('Skip to the content').boundingBox()).toMatchObject({ y: 8 })
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('name')
    expect(await outline(page)).toBe('solid 3px')
    await page.keyboard.type('Ada')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('passphrase')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('remember')
    expect(await outline(page)).toBe('solid 3px')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Sign in')
    expect(await outline(page)).toBe('solid 3px')
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'Welcome, Ada.' }).waitFor()
    const order: unknown[] = []
    for (let stop = 0; stop < 7; stop++) {
      await page.keyboard.press('Tab')
      order.push(await focused(page))
    }
    expect(order).toEqual([
      'Skip to the content',
      'Guestbook',
      'Your name',
      'Your devices',
      'Sign out',
      'text',
      'Sign the guestbook',
    ])
  })

  function focused(page: Page): Promise<unknown> {
    return page.evaluate('document.activeElement.name || document.activeElement.innerText')
  }

  function outline(page: Page): Promise<unknown> {
    return page.evaluate(`(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(
      getComputedStyle(document.activeElement)
    )`)
  }
})

describe('static files', () => {
  it.each(['/style.css', '/attack.js', '/favicon.svg', '/newsreader.woff2'])(
    'can be stored by shared caches: %s',
    async (path) => {
      const { status, headers } = await fetch(guestbook.book + path)

      expect(status).toBe(200)
      expect(headers.get('Cache-Control')).toMatch(/^public, max-age=\d+, /)
      expect(headers.get('Vary')).toBeNull()
      expect(headers.get('Set-Cookie')).toBeNull()
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    },
  )
})

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { html: string }[]
  }[]
  readonly passes: readonly { readonly id: string }[]
}
