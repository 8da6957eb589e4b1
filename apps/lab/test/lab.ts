/** What tests use of the laboratory: browser profiles, pages, and the requests that the app received. */
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { inject } from 'vitest'
import type { Entry } from './recording-proxy.ts'
import type { Deployment } from './setup.ts'

/** A deployment with the origins that the browser reaches it by. */
export interface Site extends Deployment {
  readonly app: string
  readonly api: string
  readonly evil: string
  readonly other: string
  /** The app's host over http. */
  readonly http: string
  readonly localhost: string
  /** The other runtime's port on localhost: another origin with the same cookies. */
  readonly otherPort: string
}

/** Both deployments, each with its origins. */
export function sites(): readonly [Site, Site] {
  const { deployments } = inject('lab')
  return deployments.map((deployment, index) => {
    const { httpsPort, httpPort, localhostPort } = deployment
    const port = (number: number, standard: number) => (number === standard ? '' : `:${number}`)
    const https = (host: string) => `https://${host}${port(httpsPort, 443)}`
    return {
      ...deployment,
      app: https('app.limen.test'),
      api: https('api.limen.test'),
      evil: https('evil.limen.test'),
      other: https('other.test'),
      http: `http://app.limen.test${port(httpPort, 80)}`,
      localhost: `http://localhost:${localhostPort}`,
      otherPort: `http://localhost:${deployments[1 - index]!.localhostPort}`,
    }
  }) as unknown as [Site, Site]
}

/** Each deployment with its runtime first, for the titles of tests. */
export const sitesByRuntime = (): (readonly [string, Site])[] =>
  sites().map((site) => [site.runtime, site] as const)

/** Connects to the Chromium that all tests share. */
export function connect(): Promise<Browser> {
  return chromium.connect(inject('lab').browser)
}

/** The requests that the app has received below a path. */
export async function journal({ localhostPort }: Site, path: string): Promise<Entry[]> {
  const text = encodeURIComponent(path)
  const response = await fetch(`http://127.0.0.1:${localhostPort}/lab/journal?text=${text}`)
  return (await response.json()) as Entry[]
}

/** Waits until the app has received a request for every path, for ten seconds at most. */
export async function received(
  site: Site,
  below: string,
  paths: readonly string[],
): Promise<Entry[]> {
  for (let wait = 10, waited = 0; ; waited += wait) {
    const entries = await journal(site, below)
    const isThere = (path: string) => entries.some((entry) => entry.path.split('?')[0] === path)
    if (paths.every(isThere) || waited > 10_000) return entries
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}

/** Opens an empty page of an origin. */
export async function openPage(context: BrowserContext, origin: string, query = ''): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin}/lab/page?${query}`)
  return page
}

/** Opens an empty page of each origin once, and returns the same page again. */
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

/** What the app's `/configured/` responds to a GET. */
export interface Configured {
  /** Whether the request had cookies. */
  readonly cookie: boolean
  readonly session: boolean
  readonly user: string | null
}

/** The query that gives `/configured/` a configuration. */
export const configQuery = (config: object): string =>
  `config=${encodeURIComponent(JSON.stringify(config))}`

/** Signs in (POST), signs out (DELETE) or reads the session (GET) with a configuration, from a page of the app. */
export async function callConfigured(
  page: Page,
  method: 'POST' | 'DELETE' | 'GET',
  config: object,
): Promise<Configured | null> {
  const url = `/configured/at?${configQuery(config)}`
  return page.evaluate(
    `fetch(${JSON.stringify(url)}, { method: '${method}' }).then((response) => {
      if (response.ok) return response.status === 204 ? null : response.json()
      throw new Error(response.status)
    })`,
  )
}
