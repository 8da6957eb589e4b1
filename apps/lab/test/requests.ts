/** Sends the request of every row from every origin, and describes each result as a cell of the matrix. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type Site, openPage, received } from './lab.ts'
import { RELATIONS, ROWS, type Relation, type Row, isResent } from './matrix.ts'
import { pageCode } from './page-code.ts'
import type { Entry } from './recording-proxy.ts'

/** The result of one row from one origin. */
export interface Result {
  readonly row: Row
  readonly relation: Relation
  /** As in the matrix: the cookies that came, and how the app treated the request. */
  readonly cell: string
  readonly entry: Entry | undefined
}

const FRAMES = ['sandboxed frame', 'data: frame', 'blob: frame', 'srcdoc frame']

const SW_FORWARD = `onfetch = (event) => event.respondWith(fetch(event.request))`
const SW_RESEND = `onfetch = (event) => event.respondWith((async ({ method, url, ...rest }) =>
  fetch(url, { method, body: await event.request.text(), credentials: 'include' })
)(event.request))`

/** The origin of the page that sends, and the app's origin. */
export function originsOf(site: Site, relation: Relation): { from: string; to: string } {
  const { app, evil, other, http, localhost, otherPort } = site
  const origins = {
    own: [app, app],
    sibling: [evil, app],
    'other site': [other, app],
    'http scheme': [http, app],
    'own, localhost': [localhost, localhost],
    'other port': [otherPort, localhost],
  } as const
  const [from, to] = origins[relation]
  return { from, to }
}

/** Signs in at both addresses of the app, and registers two service workers at each. */
export async function signInEverywhere(context: BrowserContext, site: Site): Promise<void> {
  for (const origin of [site.app, site.localhost]) {
    const page = await openPage(context, origin)
    await page.evaluate(`(async () => {
      await fetch('/sign-in/', { method: 'POST' })
      for (const [scope, text] of ${JSON.stringify([
        ['/sw-forward/', SW_FORWARD],
        ['/sw-resend/', SW_RESEND],
      ])}) {
        const script = '/lab/script?text=' + encodeURIComponent(text)
        const { installing } = await navigator.serviceWorker.register(script, { scope })
        await new Promise((resolve) => {
          installing.onstatechange = () => installing.state === 'activated' && resolve()
        })
      }
    })()`)
    await page.close()
  }
}

/** Sends all requests of the matrix to one runtime. */
export async function runMatrix(browser: Browser, site: Site): Promise<Result[]> {
  const context = await browser.newContext()
  await signInEverywhere(context, site)
  const results: Result[] = []
  for (const relation of RELATIONS) results.push(...(await runColumn(context, site, relation)))
  await context.close()
  return results
}

async function runColumn(
  context: BrowserContext,
  site: Site,
  relation: Relation,
): Promise<Result[]> {
  const { from, to } = originsOf(site, relation)
  const origins = { sibling: site.evil, other: site.other }
  const below = `/${relation.replace(/\W/g, '-')}/`
  const pathOf = (row: Row) => `/${scopeOf(row)}${below}${row.index}`
  const isSent = (row: Row) => row.cells[relation] !== 'unsent'
  const run = (page: Page, where: string, rows: readonly Row[]) =>
    page.evaluate(`${pageCode(where, rows, (row) => to + pathOf(row), origins)}\n;0`)

  /** Runs all rows of some contexts at once: none of them navigates the page. */
  const together = async (page: Page, ...contexts: string[]) => {
    for (const where of contexts) {
      const rows = ROWS.filter((row) => row.where === where)
      await run(page, where, rows)
    }
  }
  /** Runs the rows one by one. The response to a navigation is a 204, so the page stays. */
  const oneByOne = async (page: Page, ...contexts: string[]) => {
    for (const row of ROWS.filter(({ where }) => contexts.includes(where))) {
      await run(page, row.where, [row])
      await received(site, below, isSent(row) ? [pathOf(row)] : [])
    }
  }

  const page = await openPage(context, from)
  await together(page, 'page', ...FRAMES, 'worker', 'service worker')
  const noReferrer = await openPage(context, from, 'no-referrer')
  await together(noReferrer, 'no-referrer')
  await oneByOne(page, 'top', 'sandboxed frame, top')
  await oneByOne(noReferrer, 'no-referrer, top')
  const data = await openPage(context, from)
  await data.goto('data:text/html,<!doctype html>')
  await oneByOne(data, 'data top')

  const entries = await received(site, below, ROWS.filter(isSent).map(pathOf))
  await Promise.all([page.close(), noReferrer.close(), data.close()])
  return ROWS.map((row) => {
    const own = entries.filter(({ path }) => path.split('?')[0] === pathOf(row))
    const entry = own.findLast(({ method }) => method !== 'OPTIONS') ?? own[0]
    return { row, relation, cell: cellOf(entry), entry }
  })
}

/** The path at which one of the app's service workers handles the request, or none. */
function scopeOf(row: Row): string {
  if (row.name.endsWith('through fetch(request)')) return 'sw-forward'
  return isResent(row) ? 'sw-resend' : 'act'
}

/** Describes a request as a cell of the matrix. */
export function cellOf(entry: Entry | undefined): string {
  if (!entry) return 'unsent'
  const { method, report, status } = entry
  if (method === 'OPTIONS') return 'preflight'
  if (!report) return `status ${status}`
  const isSafe = method === 'GET' && status !== 101
  const result = report.origin !== 'trusted' ? 'no' : isSafe ? 'safe' : 'yes'
  const expected = result === 'no' ? '' : report.came
  const unexpected = report.read === expected ? '' : ` read ${report.read || '-'}`
  return `${report.came || '-'} ${result}${unexpected}`
}
