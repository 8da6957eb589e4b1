/** Device-bound sessions over every store: the scenarios, and browsers in software. */
import { type DeviceApp, PROOF, deviceApp, deviceServer } from './device-app.ts'
import { type DeviceBrowser, deviceBrowser } from './device-browser.ts'
import { runDeviceScenario } from './device-run.ts'
import { deviceScenarios } from './device-scenarios.ts'
import { equal, holds } from './expect.ts'
import type { AnyCaseStore, StoreCase } from './store-case.ts'

const SESSION = '__Host-Http-session'
const ANONYMOUS = 'anonymous'

/** A case over an app. A store that cannot have bound sessions must be refused instead. */
function deviceCase(
  name: string,
  promise: StoreCase['promise'],
  run: (app: DeviceApp) => Promise<void>,
): StoreCase {
  return {
    name,
    promise,
    run: async (store) => (store.traits?.staleMisses ? isRefused(store) : run(deviceApp(store))),
  }
}

function isRefused(store: AnyCaseStore): void {
  let code: unknown
  try {
    deviceApp(store)
  } catch (error) {
    ;({ code } = error as { code?: unknown })
  }
  equal(code, 'AUTH_CONFIG', 'a store whose strong reads can miss a session')
}

/** A browser that has signed in, and whose session is bound for longer than a minute. */
async function boundBrowser(app: DeviceApp): Promise<DeviceBrowser> {
  const browser = browserOf(app)
  await browser.fetch('/sign-in', { method: 'POST' })
  await browser.fetch('/')
  app.clock.now += 61_000
  const [session] = browser.sessions.keys()
  equal(await page(browser), session, 'the page with the proof')
  const types = app.events.map(({ type }) => type)
  equal(types, ['created', 'device-registered', 'device-bound'], 'the events of a sign-in')
  app.events.length = 0
  return browser
}

function browserOf(app: DeviceApp, hasDevices = true): DeviceBrowser {
  return deviceBrowser({ fetch: app.fetch, now: () => app.clock.now, hasDevices })
}

/** A browser without device-bound sessions that has copies of cookies. */
function thief(app: DeviceApp, { cookies }: DeviceBrowser, ...names: string[]): DeviceBrowser {
  const browser = browserOf(app, false)
  for (const name of names) browser.cookies.set(name, cookies.get(name)!)
  return browser
}

async function page(browser: DeviceBrowser, site?: 'cross-site'): Promise<string> {
  return (await browser.fetch('/', site && { site })).text()
}

/** The cases. */
export const deviceCases: readonly StoreCase[] = [
  deviceCase('P1: [T59] no attack on a device-bound session succeeds', 'P1', async (app) => {
    const keys = new Map()
    const server = deviceServer(app)
    for (const scenario of deviceScenarios) await runDeviceScenario(server, scenario, keys)
  }),
  deviceCase(
    'a browser binds its session, and a copied cookie opens nothing',
    'P1',
    async (app) => {
      const browser = await boundBrowser(app)
      const [id] = browser.sessions.keys()
      const copy = thief(app, browser, SESSION)
      equal(await page(copy), ANONYMOUS, 'the session cookie alone')
      holds(copy.cookies.has(SESSION), 'a cookie without its proof is not deleted')
      const both = thief(app, browser, SESSION, PROOF)
      equal(await page(both), id, 'copies of both cookies')
      app.clock.now += 11 * 60_000
      equal(await page(both), ANONYMOUS, 'both cookies, after the proof has expired')
      browser.log.length = 0
      equal(await page(browser), id, 'the browser itself')
      equal(
        browser.log,
        [
          { path: '/device', status: 200 },
          { path: '/', status: 200 },
        ],
        'one refresh',
      )
      app.clock.now += 11 * 60_000
      equal(await page(browser, 'cross-site'), id, 'a link from another site')
      equal(app.auth.isDeviceBound((await app.auth.getSession(id!))!), true, 'isDeviceBound()')
      equal(app.auth.isDeviceBound({ sessionId: id! }), false, 'of a copy')
    },
  ),
  deviceCase('P4: an outage signs no bound session out', 'P4', async (app) => {
    const browser = await boundBrowser(app)
    const [id] = browser.sessions.keys()
    app.clock.now += 11 * 60_000
    app.store.isDown = true
    await browser.fetch('/').catch(() => {})
    app.store.isDown = false
    equal([...browser.sessions.keys()], [id], 'the device session')
    equal(await page(browser), id, 'after the outage')
  }),
  deviceCase(
    'P1: a bound session that was revoked is forgotten by its browser',
    'P1',
    async (app) => {
      const browser = await boundBrowser(app)
      const [id] = browser.sessions.keys()
      await app.auth.invalidateSession(id!)
      equal(await page(browser), ANONYMOUS, 'at once, with a valid proof')
      app.clock.now += 11 * 60_000
      equal(await page(browser), ANONYMOUS, 'with a refresh')
      equal(browser.sessions.size, 0, 'the device session is forgotten')
    },
  ),
  deviceCase('a sign-out deletes both cookies', 'contract', async (app) => {
    const browser = await boundBrowser(app)
    await browser.fetch('/sign-out', { method: 'POST' })
    equal(browser.cookieHeader(), '', 'the cookies')
    equal(await page(browser), ANONYMOUS, 'the next page')
    equal(browser.sessions.size, 0, 'the device session is forgotten')
  }),
  deviceCase(
    'a second sign-in takes the place of the first device session',
    'contract',
    async (app) => {
      const browser = await boundBrowser(app)
      const [first] = browser.sessions.keys()
      await browser.fetch('/sign-in', { method: 'POST' })
      const id = await page(browser)
      holds(id !== first && id !== ANONYMOUS, 'the new session')
      equal([...browser.sessions.keys()], [id], 'the device sessions')
      app.clock.now += 61_000
      equal(await page(thief(app, browser, SESSION)), ANONYMOUS, 'the new session is bound at once')
      equal(await page(browser), id, 'with its proof')
    },
  ),
  deviceCase('P1: a device that registers or refreshes restores no session', 'P1', async (app) => {
    const { auth } = app
    for (let round = 0; round < 12; round++) {
      const browser = browserOf(app)
      await browser.fetch('/sign-in', { method: 'POST' })
      if (round % 2) await browser.fetch('/')
      const [id] = browser.sessions.keys()
      const { userId } = (await auth.getSession(id!))!.user
      const revoke = [
        () => auth.invalidateSession(id!),
        () => auth.invalidateAllUserSessions(userId),
        () => auth.deleteUser(userId),
      ][round % 3]!
      browser.cookies.delete(PROOF)
      await Promise.all([browser.fetch('/'), revoke()])
      equal(await auth.getSession(id!), null, 'the session')
      equal(await auth.getAllUserSessions(userId), [], 'the sessions of the user')
      equal(await page(browser), ANONYMOUS, 'the page')
    }
  }),
]
