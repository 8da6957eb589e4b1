/** What tests ask of the laboratory: profiles, pages, and what the app saw. */
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { inject } from 'vitest'
import type { Entry } from './door.ts'
import type { Place } from './setup.ts'

/** A place with the origins that a browser knows it by. */
export interface Site extends Place {
  readonly app: string
  readonly api: string
  readonly evil: string
  readonly other: string
  readonly twin: string
  readonly dev: string
  /** The other runtime's port on localhost: another origin, the same cookies. */
  readonly port: string
}

/** Both places, each with its origins. */
export function sites(): readonly [Site, Site] {
  const { places } = inject('lab')
  return places.map((place, index) => ({
    ...place,
    app: `https://app.limen.test${place.https}`,
    api: `https://api.limen.test${place.https}`,
    evil: `https://evil.limen.test${place.https}`,
    other: `https://other.test${place.https}`,
    twin: `http://app.limen.test${place.http}`,
    dev: `http://localhost:${place.localhost}`,
    port: `http://localhost:${places[1 - index]!.localhost}`,
  })) as unknown as [Site, Site]
}

/** The one Chromium. */
export function connect(): Promise<Browser> {
  return chromium.connect(inject('lab').browser)
}

/** What the app saw below a path so far. */
export async function journal({ localhost }: Site, path: string): Promise<Entry[]> {
  const text = encodeURIComponent(path)
  const response = await fetch(`http://127.0.0.1:${localhost}/lab/journal?text=${text}`)
  return (await response.json()) as Entry[]
}

/** Waits until the app has seen every path, or until it takes too long. */
export async function seen(site: Site, below: string, paths: readonly string[]): Promise<Entry[]> {
  for (let wait = 10, waited = 0; ; waited += wait) {
    const entries = await journal(site, below)
    const isSeen = (path: string) => entries.some((entry) => entry.path.split('?')[0] === path)
    if (paths.every(isSeen) || waited > 10_000) return entries
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** Opens an empty page of an origin. */
export async function openPage(context: BrowserContext, origin: string, query = ''): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/lab/page?${query}`)
  return page
}

/** Opens an empty page of each origin once, and gives it again to whoever asks. */
export function keepPages(
  context: BrowserContext,
): (origin: string, query?: string) => Promise<Page> {
  const pages = new Map<string, Promise<Page>>()
  return (origin, query = '') => {
    const key = origin + query
    const page = pages.get(key) ?? openPage(context, origin, query)
    pages.set(key, page)
    return page
  }
}
