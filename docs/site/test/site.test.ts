import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Site, dist, startSite } from './served.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const pages = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('index.html'))
  .map((path) => `/${path.replace(/index\.html$/, '')}`)
  .toSorted()

/** Rules that Starlight itself breaks: the label of the search button, and the regions of code that scrolls. */
const AXE = {
  rules: {
    'label-content-name-mismatch': { enabled: false },
    'landmark-unique': { enabled: false },
  },
}

/** Whether the script has made the code that scrolls focusable. */
const SCROLLABLE = `[...document.querySelectorAll('pre')].every(
  (one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0,
)`

/** The pages to look at: in CI, where time is short, one of eight. */
const visited = process.env['CI'] ? pages.filter((_, index) => index % 8 === 0) : pages

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site[Symbol.asyncDispose]())

describe('the site', () => {
  it('has pages', () => expect(pages.length).toBeGreaterThan(60))

  // Colours depend on the scheme and layout on the width, so each page is visited twice.
  it.each([
    { width: 360, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
  ] as const)(
    'fits into $width pixels in $colorScheme: no overflow, no script error, no shift, and passes axe',
    async ({ width, colorScheme }) => {
      const page = await site.browser.newPage({ viewport: { width, height: 900 }, colorScheme })
      const errors: string[] = []
      page.on('pageerror', ({ message }) => errors.push(message))
      // Starlight's table of contents moves while a long page is still arriving.
      await page.addInitScript(`
        globalThis.shifts = 0
        new PerformanceObserver((list) => {
          for (const { value, sources } of list.getEntries()) {
            if (!sources.every(({ node }) => node?.closest?.('.right-sidebar'))) globalThis.shifts += value
          }
        }).observe({ type: 'layout-shift', buffered: true })
      `)
      for (const path of visited) {
        await page.goto(site.url + path)
        const [overflow, shifts] = (await page.evaluate(`[
          document.documentElement.scrollWidth - document.documentElement.clientWidth,
          globalThis.shifts,
        ]`)) as [number, number]
        expect.soft([path, overflow]).toEqual([path, 0])
        expect.soft([path, shifts < 0.01]).toEqual([path, true])
        await page.addScriptTag({ content: axe })
        // A script makes code that scrolls focusable.
        // axe reports code that stays out of reach.
        await page.waitForFunction(SCROLLABLE, undefined, { timeout: 1000 }).catch(() => {})
        const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(AXE)})`)) as {
          readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[]
        }
        const found = violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html }) => html.slice(0, 200)),
        ])
        expect.soft([path, found]).toEqual([path, []])
      }
      expect(errors).toEqual([])
      await page.close()
    },
  )

  it.each(pages)('%s can be read without scripts', (path) => {
    const html = readFileSync(join(dist, path, 'index.html'), 'utf8')
    const [, main = ''] = /<main[^>]*>([^]*)<\/main>/.exec(html) ?? []
    expect(
      main.replaceAll(/<(script|style)[^]*?<\/\1>|<[^>]+>/g, '').trim().length,
    ).toBeGreaterThan(100)
  })

  it('is reached by keyboard: skip link, search, side bar', async () => {
    const page = await site.browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.goto(`${site.url}/sessions/`)
    const focused: string[] = []
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press('Tab')
      focused.push(
        (await page.evaluate(
          'document.activeElement.innerText || document.activeElement.ariaLabel',
        )) as string,
      )
    }
    expect(focused[0]).toBe('Skip to content')
    expect(focused.some((text) => /Search/.test(text))).toBe(true)
    expect(focused.some((text) => /Getting started/.test(text))).toBe(true)
    await page.close()
  })

  it('has less than 30 kB of scripts of its own on a page, and needs none for its largest paint', async () => {
    const page = await site.browser.newPage()
    await page.goto(`${site.url}/sessions/`)
    // The search loads its own when the page is idle.
    const [own, inline] = (await page.evaluate(`[
      [...document.scripts].map((one) => one.src).filter(Boolean),
      [...document.scripts].map((one) => one.text).join(''),
    ]`)) as [string[], string]
    let bytes = gzipSync(inline).length
    for (const src of own) bytes += gzipSync(await (await page.request.get(src)).body()).length
    expect(bytes).toBeLessThan(30_000)

    const context = await site.browser.newContext({ javaScriptEnabled: false })
    const home = await context.newPage()
    await home.goto(site.url)
    expect(await home.getByRole('heading', { level: 1 }).isVisible()).toBe(true)
    await Promise.all([context.close(), page.close()])
  })
})

describe('the search', () => {
  it.each([
    ['signed out after 15 days', /signed-out-after-15-days/],
    ['origin mismatch', /origin-mismatch/],
    ['localhost', /secure-cookie-over-http|sign-in-does-not-stay/],
    ['remember me', /remember-me/],
    ['no such table', /no-such-table/],
    ['behind a proxy', /configuration|origin-mismatch/],
    ['logout all devices', /log-out-all-devices/],
    ['Next.js redirect loses cookie', /nextjs/],
  ])('%s: the first result is the page that answers it', async (query, expected) => {
    const page = await site.browser.newPage()
    await page.goto(site.url)
    const first = (await page.evaluate(`(async () => {
      const pagefind = await import('/pagefind/pagefind.js')
      const { results } = await pagefind.search(${JSON.stringify(query)})
      return (await results[0]?.data())?.url
    })()`)) as string | undefined
    expect(first).toMatch(expected)
    await page.close()
  })
})

describe('for agents', () => {
  it('has llms.txt, and a Markdown twin of every page', () => {
    expect(readFileSync(join(dist, 'llms.txt'), 'utf8')).toContain('Limen')
    for (const path of pages) {
      const twin = path === '/' ? 'index.md' : `${path.slice(1, -1)}.md`
      expect(readFileSync(join(dist, twin), 'utf8'), twin).toMatch(/^# /)
    }
  })
})
