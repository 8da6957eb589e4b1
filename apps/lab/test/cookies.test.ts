import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Site, connect, journal, openPage, sites } from './lab.ts'

type Config = Readonly<Record<string, unknown>>
type Answer = { readonly cookie: boolean; readonly session: boolean }
type Cookie = Awaited<ReturnType<BrowserContext['cookies']>>[number]

let browser: Browser
beforeAll(async () => {
  browser = await connect()
})
afterAll(() => browser.close())

const query = (config: Config) => `config=${encodeURIComponent(JSON.stringify(config))}`
const named = (name: string): Config => ({ sessionCookie: { name } })
const looking = (attributes: Config): Config => ({ sessionCookie: { attributes } })

/** Signs in (POST), out (DELETE) or asks (GET), with a configuration, from a page of the app. */
async function ask(page: Page, method: string, config: Config): Promise<Answer | null> {
  const url = `/configured/at?${query(config)}`
  return page.evaluate(
    `fetch(${JSON.stringify(url)}, { method: '${method}' }).then((answer) => {
      if (answer.ok) return answer.status === 204 ? null : answer.json()
      throw new Error(answer.status)
    })`,
  )
}

const DAY = 24 * 60 * 60
const LONG = { sessionExpiresIn: { activePeriod: 1000 * DAY * 1000 } }

type Expected = Partial<Omit<Cookie, 'expires'>> & { readonly days?: number }
type Row = [on: 'app' | 'dev' | 'twin', config: Config, expected: Expected, because: string]
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
  ['app', looking({ sameSite: 'Strict' }), { sameSite: 'Strict' }, 'for apps that nobody links to'],
  ['app', looking({ sameSite: 'none' }), { sameSite: 'None' }, 'for apps that others embed'],
  [
    'app',
    looking({ sameSite: 'none', partitioned: true }),
    { sameSite: 'None', partitionKey: 'https://limen.test' },
    'for apps that others embed, each apart',
  ],
  [
    'app',
    looking({ partitioned: true }),
    { sameSite: 'Lax', partitionKey: 'https://limen.test' },
    'Lax may be partitioned too',
  ],
  [
    'app',
    looking({ path: '/configured' }),
    { name: '__Secure-session', path: '/configured' },
    'a path forbids the host prefix',
  ],
  [
    'app',
    looking({ domain: 'limen.test' }),
    { name: '__Secure-session', domain: '.limen.test' },
    'a domain forbids the host prefix',
  ],
  [
    'app',
    looking({ domain: 'limen.test', sameSite: 'none', partitioned: true }),
    { domain: '.limen.test', sameSite: 'None', partitionKey: 'https://limen.test' },
    'all of them at once',
  ],
  ['app', { sessionCookie: { expires: false } }, { days: 400 }, 'the longest that browsers grant'],
  ['app', LONG, { days: 400 }, 'a longer life is cut to what browsers grant'],
  [
    'app',
    { sessionExpiresIn: { activePeriod: DAY * 1000, idlePeriod: DAY * 1000 } },
    { days: 2 },
    'the two periods make the life',
  ],
  ['dev', {}, { name: '__Host-Http-session', secure: true }, 'localhost counts as secure'],
  ['dev', { secure: false }, { name: 'session', secure: false }, 'plain http on localhost'],
  ['twin', { secure: false }, { name: 'session', secure: false }, 'plain http in a local network'],
]

describe('P8: on Workers and on Deno', () => {
  let profiles: readonly (readonly [runtime: string, BrowserContext, Record<string, Page>])[]
  beforeAll(async () => {
    profiles = await Promise.all(
      sites().map(async (site) => {
        const context = await browser.newContext()
        const pages: Record<string, Page> = {}
        for (const on of ['app', 'dev', 'twin'] as const) {
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
    '%s %j: %j is kept, sent and dropped, because %s',
    async (on, config, expected) => {
      await Promise.all(
        profiles.map(async ([runtime, context, { [on]: page }]) => {
          const { days = 15, ...attributes } = expected

          await ask(page!, 'POST', config)
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

          const signedIn = await ask(page!, 'GET', config)
          expect(signedIn, runtime).toMatchObject({ cookie: true, session: true })
          expect(await page!.evaluate('document.cookie'), runtime).toBe('')

          await ask(page!, 'DELETE', config)
          expect(await context.cookies(), runtime).toEqual([])
          const signedOut = await ask(page!, 'GET', config)
          expect(signedOut, runtime).toMatchObject({ cookie: false, session: false })
        }),
      )
    },
  )
})

/** Has a page's host set cookies, each given byte by byte. */
async function plant(context: BrowserContext, origin: string, ...cookies: string[]): Promise<void> {
  const page = await openPage(context, origin)
  for (let at = 0; at < cookies.length; at += 30) {
    const lines = cookies.slice(at, at + 30).map((line) => `set=${encodeURIComponent(line)}`)
    await page.evaluate(`fetch('/lab/cookies?${lines.join('&')}').then(() => {})`)
  }
  await page.close()
}

/** Signs in elsewhere and gives the token: what an attacker has of their own. */
async function tokenOfAttacker(site: Site): Promise<string> {
  const context = await browser.newContext()
  await ask(await openPage(context, site.app), 'POST', {})
  const [cookie] = await context.cookies()
  await context.close()
  return cookie!.value
}

/** Opens an address of the app as a person does, and tells what came of it. */
async function visit(context: BrowserContext, site: Site, config: Config) {
  const path = `/configured/${crypto.randomUUID()}`
  const page = await context.newPage()
  const answer = await page.goto(`${site.app}${path}?${query(config)}`)
  const body = answer?.ok() ? ((await answer.json()) as Answer) : null
  await page.close()
  const [entry] = await journal(site, path)
  return {
    status: answer!.status(),
    session: body?.session,
    setCookie: entry?.setCookie,
    sent: entry?.cookie ?? '',
  }
}

describe.concurrent.each(sites().map((site) => [site.runtime, site] as const))(
  'on %s, a sibling',
  (_, site) => {
    let token: string
    beforeAll(async () => {
      token = await tokenOfAttacker(site)
    })
    const ANONYMOUS = { status: 200, session: false, setCookie: [] }

    /** Each as it goes over the wire, one character for each byte. */
    const blanks: [bytes: string, name: string][] = [
      ['\u00e2\u0080\u0080', 'U+2000, which Workers decode'],
      ['\u00c2\u00a0', 'U+00A0, which Workers decode'],
      ['\u00ef\u00bb\u00bf', 'U+FEFF, which Workers decode'],
      ['\u00a0', 'the byte A0, which Deno decodes'],
      ['\u0085', 'the byte 85, which Deno decodes'],
    ]
    it('cannot smuggle in a prefixed cookie behind a blank', async () => {
      const context = await browser.newContext()
      const lines = blanks.map(
        ([blank]) => `${blank}__Host-Http-session=${token}; Domain=limen.test; Path=/; Secure`,
      )

      await plant(context, site.evil, ...lines)

      const before = await visit(context, site, {})
      expect(before).toMatchObject(ANONYMOUS)
      // The browser did send them: all that stands between is how we read.
      for (const [blank, name] of blanks) {
        expect(before.sent, name).toContain(`${blank}__Host-Http-session=${token}`)
      }
      await ask(await openPage(context, site.app), 'POST', {})
      expect(await visit(context, site, {})).toMatchObject({ session: true, setCookie: [] })
      await context.close()
    })

    const names: [name: string, isPlanted: boolean, because: string][] = [
      ['__Host-Http-session', false, 'the browser lets nobody else set it'],
      ['__Host-sid', false, 'the browser lets nobody else set it'],
      ['__Secure-sid', true, 'that prefix says nothing of the host'],
      ['sid', true, 'it has no prefix'],
    ]
    it.each(names)('that tosses %s plants it: %j, because %s', async (name, isPlanted) => {
      const context = await browser.newContext()
      await ask(await openPage(context, site.app), 'POST', named(name))

      await plant(
        context,
        site.evil,
        `${name}=${token}; Domain=limen.test; Path=/; Secure; HttpOnly`,
      )

      // Two of one name are ambiguous: nobody is signed in, above all not the attacker.
      expect(await context.cookies()).toHaveLength(isPlanted ? 2 : 1)
      expect(await visit(context, site, named(name))).toMatchObject({
        status: 200,
        session: !isPlanted,
        setCookie: [],
      })
      expect(await context.cookies()).toHaveLength(isPlanted ? 2 : 1)
      await context.close()
    })

    it('that throws out the cookie signs out, and no more; a partitioned one stays', async () => {
      const context = await browser.newContext()
      const partitioned = {
        sessionCookie: {
          name: '__Host-Http-partitioned',
          attributes: { sameSite: 'none', partitioned: true },
        },
      }
      const page = await openPage(context, site.app)
      await ask(page, 'POST', {})
      const [cookie] = await context.cookies()
      await ask(page, 'POST', partitioned)

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
      // The session lives on: it was the browser that forgot it.
      await context.addCookies([cookie!])
      expect(await visit(context, site, {})).toMatchObject({ session: true, setCookie: [] })
      await context.close()
    })

    it('that fills the header makes a visitor anonymous for as long as it is full', async () => {
      const context = await browser.newContext()
      await ask(await openPage(context, site.app), 'POST', {})
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

      // Past some size the runtime answers by itself, before any of our code runs.
      await plant(context, site.evil, ...bomb(40, ''))
      const bursting = await visit(context, site, {})
      expect(bursting.sent.length).toBeGreaterThan(150_000)
      expect(bursting).toMatchObject(
        site.runtime === 'Deno' ? { status: 400, setCookie: [] } : ANONYMOUS,
      )
      await context.close()
    })
  },
)
