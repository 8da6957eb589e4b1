/** How sessions become bound and stop being so, in a whole Chromium. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
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
beforeAll(async () => {
  if (wholeChromium()) lab = await startDeviceLab()
})
afterAll(() => lab?.[Symbol.asyncDispose]())

async function open(options?: Parameters<DeviceLab['open']>[0]): Promise<Visit> {
  const visit = await lab.open(options)
  onTestFinished(() => visit.context.close())
  return visit
}

const typesOf = ({ app }: Visit) => app.events.map(({ type }) => type)
const registered = (visit: Visit, count = 1) =>
  visit.until(() => typesOf(visit).filter((type) => type === 'device-registered').length === count)

/** Changes the instructions that the browser receives. */
function replaceInJson({ app }: Visit, from: string, to: string): void {
  app.proxy.change = async (response) => {
    if (response.headers.get('Content-Type') !== 'application/json') return response
    return new Response((await response.text()).replace(from, to), response)
  }
}

describe.runIf(wholeChromium())('a whole Chromium', () => {
  it('binds a sign-in at a provider of another site, whose callback carries no cookies', async () => {
    const visit = await open()
    await visit.page.goto(OTHER)
    await visit.page.evaluate(`location.href = '/provider'`)
    await visit.page.waitForURL(`${APP}/`)
    await registered(visit)
    const registration = visit.app.journal.find(({ path }) => path === '/device')
    expect(registration?.cookies).toEqual([])
    await visit.shown()
    expect(await visit.shown()).toBe('bound')
  })

  it('forgets the first device session after a second sign-in, and binds the new one', async () => {
    const visit = await open()
    await visit.signInBound()
    const first = (await visit.cookieOf(SESSION))!.split('.')[0]
    await visit.signIn()
    await registered(visit)
    await visit.shown()
    expect(await visit.shown()).toBe('bound')
    expect(visit.app.events).toContainEqual({
      type: 'device-refused',
      reason: 'replaced',
      sessionId: first,
    })
    visit.app.clock.ahead += 61_000
    await visit.expireProof()
    expect(await visit.shown()).toBe('bound')
    expect(visit.answers()).toEqual([200])
  })

  it('a second sign-in at a provider is bound, and stays signed in', async () => {
    const visit = await open()
    await visit.signInBound()
    await visit.page.goto(OTHER)
    await visit.page.evaluate(`location.href = '/provider'`)
    await visit.page.waitForURL(`${APP}/`)
    await registered(visit)
    for (let round = 0; round < 3; round++) {
      visit.app.clock.ahead += 11 * 60_000
      await visit.expireProof()
      expect(await visit.shown()).toMatch(/bound$/)
    }
    expect(await visit.shown()).toBe('bound')
  })

  it('deletes both cookies at the sign-out, and forgets the device session', async () => {
    const visit = await open()
    await visit.signInBound()
    await visit.page.evaluate(`fetch('/sign-out', { method: 'POST' })`)
    expect(await visit.context.cookies()).toEqual([])
    visit.app.clear()
    expect(await visit.shown()).toBe('anonymous')
    expect(visit.answers()).toEqual([401])
    expect(await visit.shown()).toBe('anonymous')
    expect(visit.answers()).toEqual([401])
  })

  it('40 requests while it registers are all signed in', async () => {
    const visit = await open()
    await visit.signIn()
    await visit.page.evaluate(`Promise.all(Array.from({ length: 40 }, (_, n) => fetch('/n' + n)))`)
    const pages = visit.app.journal.filter(({ path }) => /^\/n\d/.test(path))
    expect(pages).toHaveLength(40)
    expect(pages.filter(({ shown }) => shown === 'anonymous')).toEqual([])
  })

  it('refreshes a proof whose lifetime has really ended', async () => {
    const visit = await open()
    await visit.signInBound()
    visit.app.proxy.change = (response) => {
      const line = response.headers.get('Set-Cookie')
      if (line?.startsWith(PROOF)) {
        response.headers.set('Set-Cookie', line.replace(/Max-Age=\d+/, 'Max-Age=1'))
      }
      return response
    }
    await visit.expireProof()
    await visit.shown()
    expect(await visit.cookieOf(PROOF)).toBeDefined()
    await visit.page.waitForTimeout(1100)
    visit.app.clear()
    expect(await visit.shown()).toBe('bound')
    expect(visit.answers()[0]).toBe(200)
  })

  it('with no initiators, a link from another site shows an anonymous page, and a meta refresh helps', async () => {
    const visit = await open({ allowedRefreshInitiators: [] })
    await visit.signInBound()
    await visit.page.goto(OTHER)
    await visit.expireProof()
    await visit.page.click('a')
    await visit.page.waitForURL(`${APP}/`)
    expect(await visit.page.textContent('h1')).toBe('anonymous')
    expect(visit.answers()).toEqual([])
    await visit.page.goto(OTHER)
    await visit.page.evaluate(`location.href = '${APP}/again'`)
    await visit.until(() => visit.lines().includes('GET /again 200 bound'))
    expect(visit.lines()).toContain('GET /again 200 anonymous')
  })

  it('stays unbound, and signed in, when it refuses the name of the proof cookie', async () => {
    const visit = await open()
    replaceInJson(visit, PROOF, '__Host-Http-session-proof')
    await visit.signIn()
    await registered(visit)
    visit.app.clock.ahead += 11 * 60_000
    expect(await visit.shown()).toBe('unbound')
    expect(await visit.shown()).toBe('unbound')
    expect(typesOf(visit)).toEqual(['created', 'device-registered'])
  })

  it('Clear-Site-Data ends the device session too', async () => {
    const visit = await open()
    await visit.signInBound()
    visit.app.proxy.change = (response) => {
      response.headers.set('Clear-Site-Data', '"cookies"')
      return response
    }
    await visit.shown()
    delete visit.app.proxy.change
    visit.app.clear()
    expect(await visit.shown()).toBe('anonymous')
    expect(visit.lines()).toEqual(['GET / 200 anonymous'])
  })

  it('reads changed instructions at a refresh', async () => {
    const visit = await open()
    await visit.signInBound()
    replaceInJson(visit, '/static', '/public')
    await visit.expireProof()
    await visit.shown()
    await visit.expireProof()
    await visit.shown('/public/page')
    expect(visit.answers()).toEqual([])
    await visit.shown('/static/page')
    expect(visit.answers()).toEqual([200])
  })
})
