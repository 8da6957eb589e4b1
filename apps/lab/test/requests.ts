/** Drives every way from every relation, and says in one cell each what came of it. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Entry } from './door.ts'
import { type Site, openPage, seen } from './lab.ts'
import { staged } from './stage.ts'
import { RELATIONS, type Relation, WAYS, type Way, isLaundered } from './ways.ts'

/** One cell of the matrix: what the browser sent and what the app made of it. */
export interface Finding {
  readonly way: Way
  readonly relation: Relation
  /** As the table has it: the cookies that came, and the verdict. */
  readonly cell: string
  readonly entry: Entry | undefined
}

const FRAMES = ['sandboxed frame', 'data: frame', 'blob: frame', 'srcdoc frame']

const SW_PASS = `onfetch = (event) => event.respondWith(fetch(event.request))`
const SW_LAUNDER = `onfetch = (event) => event.respondWith((async ({ method, url, ...rest }) =>
  fetch(url, { method, body: await event.request.text(), credentials: 'include' })
)(event.request))`

/** Who asks, and whom. */
export function partiesOf(site: Site, relation: Relation): { from: string; to: string } {
  const { app, evil, other, twin, dev, port } = site
  const parties = {
    own: [app, app],
    sibling: [evil, app],
    stranger: [other, app],
    'http twin': [twin, app],
    'own, dev': [dev, dev],
    'other port': [port, dev],
  } as const
  const [from, to] = parties[relation]
  return { from, to }
}

/** Signs in at both addresses of the app, and leaves there two service workers. */
export async function signInEverywhere(context: BrowserContext, site: Site): Promise<void> {
  for (const origin of [site.app, site.dev]) {
    const page = await openPage(context, origin)
    await page.evaluate(`(async () => {
      await fetch('/sign-in/', { method: 'POST' })
      for (const [scope, text] of ${JSON.stringify([
        ['/sw-pass/', SW_PASS],
        ['/sw-launder/', SW_LAUNDER],
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

/** Goes through the whole table on one runtime. */
export async function drive(browser: Browser, site: Site): Promise<Finding[]> {
  const context = await browser.newContext()
  await signInEverywhere(context, site)
  const findings: Finding[] = []
  for (const relation of RELATIONS) findings.push(...(await driveOne(context, site, relation)))
  await context.close()
  return findings
}

async function driveOne(
  context: BrowserContext,
  site: Site,
  relation: Relation,
): Promise<Finding[]> {
  const { from, to } = partiesOf(site, relation)
  const cast = { sibling: site.evil, stranger: site.other }
  const below = `/${relation.replace(/\W/g, '-')}/`
  const pathOf = (way: Way) => `/${scopeOf(way)}${below}${way.index}`
  const isSent = (way: Way) => way.cells[relation] !== 'unsent'
  const run = (page: Page, where: string, ways: readonly Way[]) =>
    page.evaluate(`${staged(where, ways, (way) => to + pathOf(way), cast)}\n;0`)

  /** All at once: none of them leaves the page. */
  const together = async (page: Page, ...places: string[]) => {
    for (const place of places)
      await run(
        page,
        place,
        WAYS.filter(({ where }) => where === place),
      )
  }
  /** One after the other. The answer to a navigation is a 204, so that the page stays. */
  const alone = async (page: Page, ...places: string[]) => {
    for (const way of WAYS.filter(({ where }) => places.includes(where))) {
      await run(page, way.where, [way])
      await seen(site, below, isSent(way) ? [pathOf(way)] : [])
    }
  }

  const page = await openPage(context, from)
  await together(page, 'page', ...FRAMES, 'worker', 'service worker')
  const silent = await openPage(context, from, 'no-referrer')
  await together(silent, 'silent')
  await alone(page, 'top', 'sandboxed frame, top')
  await alone(silent, 'silent top')
  const data = await openPage(context, from)
  await data.goto('data:text/html,<!doctype html>')
  await alone(data, 'data top')

  const entries = await seen(site, below, WAYS.filter(isSent).map(pathOf))
  await Promise.all([page.close(), silent.close(), data.close()])
  return WAYS.map((way) => {
    const own = entries.filter(({ path }) => path.split('?')[0] === pathOf(way))
    const entry = own.findLast(({ method }) => method !== 'OPTIONS') ?? own[0]
    return { way, relation, cell: cellOf(entry), entry }
  })
}

/** The app's own service workers stand before some of its paths. */
function scopeOf(way: Way): string {
  if (way.name.endsWith('through fetch(request)')) return 'sw-pass'
  return isLaundered(way) ? 'sw-launder' : 'act'
}

/** What happened, as the table says it. */
export function cellOf(entry: Entry | undefined): string {
  if (!entry) return 'unsent'
  const { method, report, status } = entry
  if (method === 'OPTIONS') return 'preflight'
  if (!report) return `status ${status}`
  const isSafe = method === 'GET' && status !== 101
  const verdict = report.origin !== 'trusted' ? 'no' : isSafe ? 'safe' : 'yes'
  const expected = verdict === 'no' ? '' : report.came
  const odd = report.read === expected ? '' : ` read ${report.read || '-'}`
  return `${report.came || '-'} ${verdict}${odd}`
}
