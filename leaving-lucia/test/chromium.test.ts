/** In a real Chromium: a visitor that an app by Lucia signed in stays signed in through all steps. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { getRequestListener } from '@hono/node-server'
import { findChromium } from '@limen/chromium'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type App,
  type CookieOptions,
  byLimen,
  byLucia2,
  byLucia3,
  createTables,
} from './old-app.ts'

const cleanup = new AsyncDisposableStack()
let browser: Browser
let port: number
let app: App

beforeAll(async () => {
  const listener = getRequestListener((request) => app(request))
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.defer(() => void server.close())
  port = (server.address() as AddressInfo).port
  const { executablePath, env } = await findChromium()
  const inherited = process.env as Record<string, string>
  const args = ['--no-sandbox', '--host-resolver-rules=MAP *.localhost 127.0.0.1']
  browser = await chromium.launch({ executablePath, env: { ...inherited, ...env }, args })
  cleanup.defer(() => browser.close())
})
afterAll(() => cleanup.disposeAsync())

/** What Lucia was told, and what Limen must be told. */
type Case = readonly [
  title: string,
  version: 2 | 3,
  lucia: CookieOptions,
  limen: CookieOptions,
  newName: string,
]

const domain = 'example.localhost'
const cases: readonly Case[] = [
  ['Lucia 2, with its defaults', 2, {}, {}, '__Host-Http-session'],
  ['Lucia 3, with its defaults', 3, {}, {}, '__Host-Http-session'],
  [
    // Browsers take the folder of the address that set it.
    'Lucia 2, whose attributes have no path',
    2,
    { attributes: { sameSite: 'strict' } },
    { attributes: { sameSite: 'strict', path: '/app' } },
    '__Secure-session',
  ],
  [
    'Lucia 2, with a domain, and so without a path',
    2,
    { attributes: { domain } },
    { attributes: { domain, path: '/app' } },
    '__Secure-session',
  ],
  ['Lucia 2, with a path', 2, path('/app'), path('/app'), '__Secure-session'],
  ['Lucia 3, with a path', 3, path('/app'), path('/app'), '__Secure-session'],
  [
    'Lucia 3, with a domain',
    3,
    { attributes: { domain } },
    { attributes: { domain } },
    '__Secure-session',
  ],
  [
    'Lucia 3, with a name and a cookie of the session only',
    3,
    { name: 'sid', expires: false },
    { name: 'sid', expires: false },
    '__Host-Http-session',
  ],
]

function path(folder: string): CookieOptions {
  return { attributes: { path: folder } }
}

describe.each(cases)('%s', (_, version, luciaCookie, limenCookie, newName) => {
  const oldName = luciaCookie.name ?? 'auth_session'

  it('the visitor stays signed in through switch, roll-back, both at once, upgrade and sign-out', async () => {
    const db = new DatabaseSync(':memory:')
    await createTables(db, version)
    const old = (version === 2 ? byLucia2 : byLucia3)(db, luciaCookie)
    const before = byLimen(db, version, false, limenCookie)
    const after = byLimen(db, version, true, limenCookie)
    const context = await browser.newContext()
    const page = await context.newPage()
    const origin = `http://app.${domain}:${port}`
    const me = async (query = '') => {
      await page.goto(`${origin}/app/me${query}`)
      return page.textContent('body')
    }

    app = old
    expect(await me()).toBe('Please sign in')
    expect(await post(page, '/app/sign-in')).toBe('signed in')
    expect(await me()).toBe('Ada')
    expect(await names(context)).toEqual([oldName])
    // Switch, and roll-back.
    app = before
    expect(await me()).toBe('Ada')
    app = old
    expect(await me()).toBe('Ada')

    // Both at once.
    app = (request) => (request.url.includes('by=lucia') ? old(request) : before(request))
    expect([await me('?by=lucia'), await me()]).toEqual(['Ada', 'Ada'])
    await post(page, '/app/sign-out')
    expect([await me('?by=lucia'), await me()]).toEqual(['Please sign in', 'Please sign in'])
    expect(await names(context)).toEqual([])
    await post(page, '/app/sign-in')
    expect([await me('?by=lucia'), await me()]).toEqual(['Ada', 'Ada'])
    await post(page, '/app/sign-out?by=lucia')
    expect([await me('?by=lucia'), await me()]).toEqual(['Please sign in', 'Please sign in'])
    expect(await names(context)).toEqual([])
    await post(page, '/app/sign-in?by=lucia')
    expect(await names(context)).toEqual([oldName])

    // Upgrade under parallel requests.
    app = after
    const answers = await page.evaluate(() =>
      Promise.all(Array.from({ length: 12 }, async () => (await fetch('/app/me')).text())),
    )
    expect(answers).toEqual(Array(12).fill('Ada'))
    expect(await names(context)).toEqual([newName])
    expect(await me()).toBe('Ada')
    expect(db.prepare('select count(*) as count from limen_session').get()).toEqual({ count: 1 })
    await post(page, '/app/sign-out')
    expect(await me()).toBe('Please sign in')
    expect(await names(context)).toEqual([])
    await context.close()
    db.close()
  })

  it('a sign-out, and a sign-in, right after the upgrade leave no old cookie', async () => {
    const db = new DatabaseSync(':memory:')
    await createTables(db, version)
    const old = (version === 2 ? byLucia2 : byLucia3)(db, luciaCookie)
    const after = byLimen(db, version, true, limenCookie)
    const context = await browser.newContext()
    const page = await context.newPage()
    app = old
    await page.goto(`http://app.${domain}:${port}/app/me`)
    await post(page, '/app/sign-in')
    app = after
    await post(page, '/app/sign-in')
    expect(await names(context)).toEqual([newName])
    await post(page, '/app/sign-out')
    app = old
    await post(page, '/app/sign-in')
    app = after
    await post(page, '/app/sign-out')
    expect(await names(context)).toEqual([])
    await page.goto(`http://app.${domain}:${port}/app/me`)
    expect(await page.textContent('body')).toBe('Please sign in')
    await context.close()
    db.close()
  })
})

function post(page: Page, address: string): Promise<string> {
  return page.evaluate(async (url) => (await fetch(url, { method: 'POST' })).text(), address)
}

async function names(context: BrowserContext): Promise<string[]> {
  return (await context.cookies()).map(({ name }) => name)
}
