/** A whole Chromium, and the app that it visits. */
import type { AnyStore } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { certificateFor } from '../test/browser.ts'
import { type DeviceApp, type DeviceAppOptions, deviceApp } from './app.ts'
import { serveFetch } from './fetch-server.ts'
import { type Support, launchProfile, launchWholeChromium } from './whole-chromium.ts'

export const APP = 'https://app.limen.test'
export const OTHER = 'https://other.test'
export const PROOF = '__Host-session-proof'
export const SESSION = '__Host-Http-session'

/** A visitor with a profile of its own, and the app that it visits. */
export interface Visit {
  readonly app: DeviceApp
  readonly context: BrowserContext
  readonly page: Page
  /** Signs in through a form. */
  readonly signIn: () => Promise<void>
  /** Signs in, and waits until the session is bound for longer than a minute. */
  readonly signInBound: () => Promise<void>
  /** Deletes the proof cookie, as after ten minutes, and clears the journal. */
  readonly expireProof: () => Promise<void>
  /** Loads a page, and returns what it shows. */
  readonly shown: (path?: string) => Promise<string | null>
  /** What the app answered: a line for each request. */
  readonly lines: () => string[]
  /** The answers to the registrations and refreshes. */
  readonly answers: () => number[]
  /** The value of a cookie. */
  readonly cookieOf: (name: string) => Promise<string | undefined>
  /** Waits until something is so, at most five seconds. */
  readonly until: (isSo: () => boolean) => Promise<void>
}

/** A whole Chromium that runs. */
export interface DeviceLab extends AsyncDisposable {
  readonly browser: Browser
  /** Opens a new app in a new profile. */
  readonly open: (options?: DeviceAppOptions, store?: AnyStore<object, object>) => Promise<Visit>
  /** Launches another browser with a profile on disk. */
  readonly launch: (folder: string) => Promise<BrowserContext>
  /** Opens an app in a profile that exists. */
  readonly openIn: (context: BrowserContext, app: DeviceApp) => Promise<Visit>
}

/** Launches the browser, and a server for the app of the last visit that was opened. */
export async function startDeviceLab(support?: Support): Promise<DeviceLab> {
  await using stack = new AsyncDisposableStack()
  let current: DeviceApp | undefined
  const tls = await certificateFor(['app.limen.test', 'other.test'])
  const server = stack.use(
    await serveFetch(tls, (request) =>
      new URL(request.url).origin === APP ? current!.answer(request) : answerOther(request),
    ),
  )
  const rules = [`MAP *.test:443 127.0.0.1:${server.port}`]
  const browser = await launchWholeChromium({ tls, rules, support })
  stack.defer(() => browser.close())
  const started = stack.move()
  const openIn = async (context: BrowserContext, app: DeviceApp) => {
    current = app
    return visit(app, context, context.pages()[0] ?? (await context.newPage()))
  }
  return {
    browser,
    openIn,
    launch: (folder) => launchProfile(folder, { tls, rules, support }),
    open: async (options, store = memoryStore()) =>
      openIn(await browser.newContext(), deviceApp(store, options)),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** The other site: a page with a link and a form, and the provider of an OAuth sign-in. */
async function answerOther(request: Request): Promise<Response> {
  if (new URL(request.url).pathname === '/provider') {
    return new Response(null, { status: 302, headers: { Location: `${APP}/callback` } })
  }
  const link = `<a href="${APP}/">link</a><form method=post action="${APP}/post"></form>`
  return new Response(link, { headers: { 'Content-Type': 'text/html' } })
}

function visit(app: DeviceApp, context: BrowserContext, page: Page): Visit {
  const hasEvent = (name: string) => () => app.events.some(({ type }) => type === name)
  const until = async (isSo: () => boolean) => {
    for (let waited = 0; !isSo(); waited += 10) {
      if (waited > 5000) {
        throw new Error(`not within 5 s: ${JSON.stringify([app.events, app.journal], null, 2)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const signIn = async () => {
    await page.goto(`${APP}/lab/sign-in`)
    await page.waitForURL(`${APP}/`)
  }
  return {
    app,
    context,
    page,
    until,
    signIn,
    async signInBound() {
      await signIn()
      await until(hasEvent('device-registered'))
      await page.goto(`${APP}/`)
      await until(hasEvent('device-bound'))
      app.clock.ahead += 61_000
      app.clear()
    },
    async expireProof() {
      await context.clearCookies({ name: PROOF })
      app.clear()
    },
    async shown(path = '/') {
      await page.goto(APP + path)
      return page.textContent('h1')
    },
    lines: () =>
      app.journal.map(({ method, path, status, shown }) =>
        [method, path, status, shown].join(' ').trim(),
      ),
    answers: () => app.journal.filter(({ path }) => path === '/device').map(({ status }) => status),
    async cookieOf(name) {
      return (await context.cookies()).find((cookie) => cookie.name === name)?.value
    },
  }
}
