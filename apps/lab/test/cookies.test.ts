import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Configured,
  type Site,
  callConfigured,
  configQuery,
  connect,
  journal,
  openPage,
  sites,
  sitesByRuntime,
} from './lab.ts'

type Config = Readonly<Record<string, unknown>>
type Cookie = Awaited<ReturnType<BrowserContext['cookies']>>[number]

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

const named = (name: string): Config => ({ sessionCookie: { name } })
const withAttributes = (attributes: Config): Config => ({ sessionCookie: { attributes } })

const DAY = 24 * 60 * 60
const LONG = { sessionExpiresIn: { activePeriod: 1000 * DAY * 1000 } }

type Expected = Partial<Omit<Cookie, 'expires'>> & { readonly days?: number }
type Row = [on: 'app' | 'localhost' | 'http', config: Config, expected: Expected, because: string]
const table: Row[] = [
  ['app', {}, { name: '__Host-Http-session', domain: 'app.limen.test', days: 15 }, 'the default'],
  ['app', named('__Host-sid'), { name: '__Host-sid' }, 'the older prefix'],
  ['app', named('__Http-sid'), { name: '__Http-sid' }, 'the prefix that only servers may set'],
  ['app', named('__Secure-sid'), { name: '__Secure-sid' }, 'the weakest prefix'],
  ['app', named('sid'), { name: 'sid' }, 'no prefix'],
  [
    'app',
    named("!#$%&'*+-.^_`|~9Az"),
    { name: "!#$%&'*+-.^_`|~9Az" },
    'every character of a token',
  ],
  [
    'app',
    withAttributes({ sameSite: 'Strict' }),
    { sameSite: 'Strict' },
    'for apps without links from other sites',
  ],
  [
    'app',
    withAttributes({ sameSite: 'none' }),
    { sameSite: 'None' },
    'for apps that other sites embed',
  ],
  [
    'app',
    withAttributes({ sameSite: 'none', partitioned: true }),
    { sameSite: 'None', partitionKey: 'https://limen.test' },
    'for apps that other sites embed, with a session for each site',
  ],
  [
    'app',
    withAttributes({ partitioned: true }),
    { sameSite: 'Lax', partitionKey: 'https://limen.test' },
    'Lax can be partitioned too',
  ],
  [
    'app',
    withAttributes({ path: '/configured' }),
    { name: '__Secure-session', path: '/configured' },
    'a path forbids the host prefix',
  ],
  [
    'app',
    withAttributes({ domain: 'limen.test' }),
    { name: '__Secure-session', domain: '.limen.test' },
    'a domain forbids the host prefix',
  ],
  [
    'app',
    withAttributes({ domain: 'limen.test', sameSite: 'none', partitioned: true }),
    { domain: '.limen.test', sameSite: 'None', partitionKey: 'https://limen.test' },
    'all of them at once',
  ],
  [
    'app',
    { sessionCookie: { expires: false } },
    { days: 400 },
    'the longest lifetime that browsers allow',
  ],
  ['app', LONG, { days: 400 }, 'a longer lifetime is limited to what browsers allow'],
  [
    'app',
    { sessionExpiresIn: { activePeriod: DAY * 1000, idlePeriod: DAY * 1000 } },
    { days: 2 },
    'the lifetime is the sum of both periods',
  ],
  ['localhost', {}, { name: '__Host-Http-session', secure: true }, 'localhost counts as secure'],
  ['localhost', { secure: false }, { name: 'session', secure: false }, 'plain http on localhost'],
  ['http', { secure: false }, { name: 'session', secure: false }, 'plain http in a local network'],
]

describe('P8: on Workers and on Deno', () => {
  let profiles: readonly (readonly [runtime: string, BrowserContext, Record<string, Page>])[]
  beforeAll(async () => {
    profiles = await Promise.all(
      sites().map(async (site) => {
        const context = await browser.newContext()
        const pages: Record<string, Page> = {}
        for (const on of ['app', 'localhost', 'http'] as const) {
          pages[on] = await openPage(context, site[on])
        }
        return [site.runtime, context, pages] as const
      }),
    )
  })
  beforeEach(async () => {
    for (const [, context] of profiles) await context.clearCookies()
  })

  it.each(table)(
    '[T24] [T51] on %s with %j: %j is stored, sent and deleted, because %s',
    async (on, config, expected) => {
      await Promise.all(
        profiles.map(async ([runtime, context, { [on]: page }]) => {
          const { days = 15, ...attributes } = expected

          await callConfigured(page!, 'POST', config)
          const [cookie, ...others] = await context.cookies()
          expect(others, runtime).toEqual([])
          expect(cookie, runtime).toMatchObject({
            path: '/',
            httpOnly: true,
            secure: true,
            sameSite: 'Lax',
            ...attributes,
          })
          expect(Math.round((cookie!.expires - Date.now() / 1000) / DAY), runtime).toBe(days)

          const signedIn = await callConfigured(page!, 'GET', config)
          expect(signedIn, runtime).toMatchObject({ cookie: true, session: true })
          expect(await page!.evaluate('document.cookie'), runtime).toBe('')

          await callConfigured(page!, 'DELETE', config)
          expect(await context.cookies(), runtime).toEqual([])
          const signedOut = await callConfigured(page!, 'GET', config)
          expect(signedOut, runtime).toMatchObject({ cookie: false, session: false })
        }),
      )
    },
  )
})

/** Sets cookies on the host of an origin, each given byte by byte. */
async function plant(context: BrowserContext, origin: string, ...cookies: string[]): Promise<void> {
  const page = await openPage(context, origin)
  for (let at = 0; at < cookies.length; at += 30) {
    const lines = cookies.slice(at, at + 30).map((line) => `set=${encodeURIComponent(line)}`)
    await page.evaluate(`fetch('/lab/cookies?${lines.join('&')}').then(() => {})`)
  }
  await page.close()
}

/** Signs in with another profile and returns the token: an attacker has one of their own. */
async function tokenOfAttacker(site: Site): Promise<string> {
  const context = await browser.newContext()
  await callConfigured(await openPage(context, site.app), 'POST', {})
  const [cookie] = await context.cookies()
  await context.close()
  return cookie!.value
}

/** Opens an address of the app, as a navigation. Returns the response and the `Cookie` header. */
async function visit(context: BrowserContext, site: Site, config: Config) {
  const path = `/configured/${crypto.randomUUID()}`
  const page = await context.newPage()
  const response = await page.goto(`${site.app}${path}?${configQuery(config)}`)
  const body = response?.ok() ? ((await response.json()) as Configured) : null
  await page.close()
  const [entry] = await journal(site, path)
  return {
    status: response!.status(),
    session: body?.session,
    setCookie: entry?.setCookie,
    sent: entry?.cookie ?? '',
  }
}

describe.concurrent.each(sitesByRuntime())('on %s, a sibling host', (_, site) => {
  let token: string
  beforeAll(async () => {
    token = await tokenOfAttacker(site)
  })
  const ANONYMOUS = { status: 200, session: false, setCookie: [] }

  /** Each as it is sent, one character for each byte. */
  const blanks: [bytes: string, name: string][] = [
    ['\u00e2\u0080\u0080', 'U+2000, which Workers decode'],
    ['\u00c2\u00a0', 'U+00A0, which Workers decode'],
    ['\u00ef\u00bb\u00bf', 'U+FEFF, which Workers decode'],
    ['\u00a0', 'the byte A0, which Deno decodes'],
    ['\u0085', 'the byte 85, which Deno decodes'],
  ]
  it('[T19] cannot set a prefixed cookie with a blank before its name', async () => {
    const context = await browser.newContext()
    const lines = blanks.map(
      ([blank]) => `${blank}__Host-Http-session=${token}; Domain=limen.test; Path=/; Secure`,
    )

    await plant(context, site.evil, ...lines)

    const before = await visit(context, site, {})
    expect(before).toMatchObject(ANONYMOUS)
    // The browser did send them: only Limen's parsing rejects them.
    for (const [blank, name] of blanks) {
      expect(before.sent, name).toContain(`${blank}__Host-Http-session=${token}`)
    }
    await callConfigured(await openPage(context, site.app), 'POST', {})
    expect(await visit(context, site, {})).toMatchObject({ session: true, setCookie: [] })
    await context.close()
  })

  const names: [name: string, isPlanted: boolean, because: string][] = [
    ['__Host-Http-session', false, 'the browser lets only the host itself set it'],
    ['__Host-sid', false, 'the browser lets only the host itself set it'],
    ['__Secure-sid', true, 'that prefix does not depend on the host'],
    ['sid', true, 'it has no prefix'],
  ]
  it.each(names)('[T18] can set a second %s: %j, because %s', async (name, isPlanted) => {
    const context = await browser.newContext()
    await callConfigured(await openPage(context, site.app), 'POST', named(name))

    await plant(context, site.evil, `${name}=${token}; Domain=limen.test; Path=/; Secure; HttpOnly`)

    // Two cookies of one name are ambiguous: the visitor is anonymous, and not signed in as the attacker.
    expect(await context.cookies()).toHaveLength(isPlanted ? 2 : 1)
    expect(await visit(context, site, named(name))).toMatchObject({
      status: 200,
      session: !isPlanted,
      setCookie: [],
    })
    expect(await context.cookies()).toHaveLength(isPlanted ? 2 : 1)
    await context.close()
  })

  it('[T21] can make the browser delete the cookie, but not a partitioned one, and cannot revoke the session', async () => {
    const context = await browser.newContext()
    const partitioned = {
      sessionCookie: {
        name: '__Host-Http-partitioned',
        attributes: { sameSite: 'none', partitioned: true },
      },
    }
    const page = await openPage(context, site.app)
    await callConfigured(page, 'POST', {})
    const [cookie] = await context.cookies()
    await callConfigured(page, 'POST', partitioned)

    const flood = Array.from({ length: 180 }, (_each, at) => {
      return `flood${at}=x; Domain=limen.test; Path=/; Secure`
    })
    await plant(context, site.evil, ...flood)

    const after = await visit(context, site, {})
    expect(after).toMatchObject(ANONYMOUS)
    expect(after.sent).not.toContain('__Host-Http-session')
    expect(await visit(context, site, partitioned)).toMatchObject({
      session: true,
      setCookie: [],
    })
    // The session is still valid: only the browser deleted its cookie.
    await context.addCookies([cookie!])
    expect(await visit(context, site, {})).toMatchObject({ session: true, setCookie: [] })
    await context.close()
  })

  it('[T22] can fill the Cookie header, and the visitor is anonymous until it is smaller', async () => {
    const context = await browser.newContext()
    await callConfigured(await openPage(context, site.app), 'POST', {})
    const bomb = (size: number, life: string) =>
      Array.from({ length: size }, (_each, at) => {
        return `bomb${at}=${'x'.repeat(4000)}; Domain=limen.test; Path=/; Secure${life}`
      })

    await plant(context, site.evil, ...bomb(5, ''))
    const full = await visit(context, site, {})
    expect(full).toMatchObject(ANONYMOUS)
    expect(full.sent.length).toBeGreaterThan(16_384)

    await plant(context, site.evil, ...bomb(5, '; Max-Age=0'))
    expect(await visit(context, site, {})).toMatchObject({ session: true, setCookie: [] })

    // Above some size the runtime responds itself, before any of our code runs.
    await plant(context, site.evil, ...bomb(40, ''))
    const bursting = await visit(context, site, {})
    expect(bursting.sent.length).toBeGreaterThan(150_000)
    expect(bursting).toMatchObject(
      site.runtime === 'Deno' ? { status: 400, setCookie: [] } : ANONYMOUS,
    )
    await context.close()
  })
})
