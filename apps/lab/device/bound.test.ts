/** A bound session in a whole Chromium, whose keys are in software. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  APP,
  type DeviceLab,
  OTHER,
  PROOF,
  SESSION,
  type Visit,
  startDeviceLab,
} from './device-lab.ts'
import { wholeChromium } from './whole-chromium.ts'

let lab: DeviceLab
let visit: Visit
beforeAll(async () => {
  if (wholeChromium()) lab = await startDeviceLab()
})
afterAll(() => lab?.[Symbol.asyncDispose]())

describe.runIf(wholeChromium())('a whole Chromium', () => {
  it('registers, and the next request binds the session', async () => {
    visit = await lab.open()
    await visit.signIn()
    await visit.until(() => visit.app.events.some(({ type }) => type === 'device-registered'))
    await visit.page.goto(`${APP}/`)
    expect(visit.app.events.map(({ type }) => type)).toEqual([
      'created',
      'device-registered',
      'device-bound',
    ])
    expect(await visit.shown()).toBe('bound')
    expect((await visit.context.cookies()).map(({ name }) => name).toSorted()).toEqual([
      SESSION,
      PROOF,
    ])
  })
})

describe.runIf(wholeChromium())('a bound session', () => {
  beforeAll(async () => {
    visit = await lab.open()
    await visit.signInBound()
  })

  it('refreshes once before a page, without a write', async () => {
    await visit.expireProof()
    expect(await visit.shown()).toBe('bound')
    expect(visit.lines()).toEqual(['POST /device 200', 'GET / 200 bound'])
  })

  it('six concurrent requests share one refresh', async () => {
    await visit.expireProof()
    await visit.page.evaluate(`Promise.all([1, 2, 3, 4, 5, 6].map((n) => fetch('/page' + n)))`)
    expect(visit.answers()).toEqual([200])
    expect(visit.app.journal.filter(({ shown: what }) => what === 'bound')).toHaveLength(6)
  })

  it('a form keeps its body while the browser refreshes', async () => {
    await visit.page.goto(`${APP}/lab/post`)
    await visit.expireProof()
    await visit.page.evaluate('document.forms[0].submit()')
    await visit.page.waitForURL(`${APP}/post`)
    expect(await visit.page.textContent('p')).toBe('text=kept')
    expect(visit.lines()).toEqual(['POST /device 200', 'POST /post 200 bound'])
  })

  it('excluded paths and requests without credentials do not refresh', async () => {
    await visit.page.goto(`${APP}/static/page`)
    await visit.expireProof()
    await visit.page.evaluate(`fetch('/static/style.css')`)
    await visit.page.evaluate(`fetch('/', { credentials: 'omit' })`)
    expect(visit.lines()).toEqual(['GET /static/style.css 200 anonymous', 'GET / 200 anonymous'])
  })

  it('[T43] a copied session cookie opens nothing, and is not deleted', async () => {
    await visit.shown()
    const value = await visit.cookieOf(SESSION)
    const proof = await visit.cookieOf(PROOF)
    visit.app.clear()
    const thief = await lab.browser.newContext()
    const copy = (name: string, text = '') => ({
      name,
      value: text,
      url: `${APP}/`,
      httpOnly: true,
      secure: true,
      sameSite: 'Lax' as const,
    })
    await thief.addCookies([copy(SESSION, value)])
    const stolen = await thief.newPage()
    await stolen.goto(`${APP}/`)
    expect(await stolen.textContent('h1')).toBe('anonymous')
    expect(await thief.cookies()).toHaveLength(1)
    expect(visit.answers()).toEqual([])
    const rejected = { type: 'token-rejected', carrier: 'Cookie', reason: 'unproven' }
    expect(visit.app.events).toContainEqual(rejected)
    await thief.addCookies([copy(PROOF, proof)])
    await stolen.goto(`${APP}/`)
    expect(await stolen.textContent('h1')).toBe('bound')
    visit.app.clock.ahead += 11 * 60_000
    await stolen.goto(`${APP}/`)
    expect(await stolen.textContent('h1')).toBe('anonymous')
    await thief.close()
    await visit.expireProof()
    expect(await visit.shown()).toBe('bound')
  })

  it('a link from another site refreshes, and a form from there does not', async () => {
    await visit.page.goto(OTHER)
    await visit.expireProof()
    await visit.page.click('a')
    await visit.page.waitForURL(`${APP}/`)
    expect(await visit.page.textContent('h1')).toBe('bound')
    expect(visit.answers().at(-1)).toBe(200)
    await visit.page.goto(OTHER)
    await visit.expireProof()
    await visit.page.evaluate('document.forms[0].submit()')
    await visit.page.waitForURL(`${APP}/post`)
    expect(await visit.page.textContent('h1')).toBe('anonymous')
    await visit.shown()
  })

  it('an outage keeps the device session', async () => {
    await visit.expireProof()
    visit.app.store.isDown = true
    expect(await visit.shown()).toBe('unavailable')
    visit.app.store.isDown = false
    expect(visit.app.journal.map(({ skipped }) => skipped).join('')).toContain('server_error')
    expect(await visit.shown()).toBe('bound')
    expect(visit.answers().at(-1)).toBe(200)
  })

  it('a service worker, a prefetch and a prerendered page wait for the refresh', async () => {
    await visit.page.goto(`${APP}/`)
    await visit.page.evaluate(`navigator.serviceWorker.register('/sw.js')
      .then(() => navigator.serviceWorker.ready)`)
    await visit.page.reload()
    await visit.expireProof()
    expect(
      await visit.page.evaluate(`fetch('/by-worker').then((r) => r.headers.get('X-Shown'))`),
    ).toBe('bound')
    expect(visit.answers()).toEqual([200])
    for (const kind of ['prefetch', 'prerender']) {
      await visit.expireProof()
      await visit.page.evaluate(`{
        const script = document.createElement('script')
        script.type = 'speculationrules'
        script.text = JSON.stringify({ ${kind}: [{ urls: ['/${kind}'], eagerness: 'immediate' }] })
        document.head.append(script)
      }`)
      await visit.until(() => visit.app.journal.some(({ path }) => path === `/${kind}`))
      expect(visit.lines()).toEqual(['POST /device 200', `GET /${kind} 200 bound`])
    }
  })

  it('is forgotten by the browser after it was revoked', async () => {
    await visit.shown()
    const id = (await visit.cookieOf(SESSION))!.split('.')[0]!
    await visit.app.auth.invalidateSession(id)
    visit.app.clear()
    expect(await visit.shown()).toBe('anonymous')
    await visit.expireProof()
    expect(await visit.shown()).toBe('anonymous')
    expect(await visit.shown()).toBe('anonymous')
    expect(visit.answers()).toEqual([401])
  })
})
