/** The way of a bound session, in a whole Chromium, over every store. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeviceLab, SESSION, startDeviceLab } from './device-lab.ts'
import { stores } from './stores.ts'
import { wholeChromium } from './whole-chromium.ts'

let lab: DeviceLab
beforeAll(async () => {
  if (wholeChromium()) lab = await startDeviceLab()
})
afterAll(() => lab?.[Symbol.asyncDispose]())

describe.runIf(wholeChromium())(
  'a whole Chromium registers, refreshes, is refused, and signs out over',
  () => {
    it.each(Object.entries(stores))('%s', async (_, openStore) => {
      await using stack = new AsyncDisposableStack()
      const store = await openStore(stack)
      // Where an engine is not installed, its own tests say so.
      if (!store) return
      const visit = await lab.open({}, store)
      stack.defer(() => visit.context.close())
      const { app } = visit
      await visit.signInBound()
      await visit.expireProof()
      expect(await visit.shown()).toBe('bound')
      expect(visit.lines()).toEqual(['POST /device 200', 'GET / 200 bound'])

      const token = (await visit.cookieOf(SESSION))!
      const strong = { token, consistency: 'strong' } as const
      expect(await app.auth.validateToken(strong)).toEqual({ valid: false, reason: 'unproven' })

      await visit.expireProof()
      app.store.isDown = true
      expect(await visit.shown()).toBe('unavailable')
      app.store.isDown = false
      expect(await visit.shown()).toBe('bound')

      await visit.page.evaluate(`fetch('/sign-out', { method: 'POST' })`)
      expect(await visit.context.cookies()).toEqual([])
      expect(await visit.shown()).toBe('anonymous')
      expect(visit.answers().at(-1)).toBe(401)
    })
  },
)
