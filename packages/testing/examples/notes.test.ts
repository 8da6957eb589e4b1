import { memoryStore } from '@limen/core/memory-store'
import { routeCases, signIn, testClock, withOutage } from '@limen/testing'
import { describe, expect, it } from 'vitest'
import { createApp } from './notes.ts'

const clock = testClock()
const store = memoryStore<{ name: string }>()
const { auth, app } = createApp(store, clock.now)

const signedIn = () => signIn(auth, { attributes: { name: 'Ada' }, fetch: app.fetch })

it('shows a visitor their own notes', async () => {
  const ada = await signedIn()

  const written = await ada.fetch('/notes', { method: 'POST', body: 'Buy milk' })
  expect(written.status).toBe(303)

  const page = await ada.fetch('/notes')
  expect(await page.json()).toEqual({ author: 'Ada', notes: ['Buy milk'] })
})

it('renews the session of a visitor who comes back after two days', async () => {
  const ada = await signedIn()
  clock.advance({ days: 2 })

  const page = await ada.fetch('/notes')
  expect(page.headers.getSetCookie()).toHaveLength(1)
})

it('signs out', async () => {
  const ada = await signedIn()

  await ada.fetch('/sign-out', { method: 'POST' })
  expect((await ada.fetch('/notes')).status).toBe(401)
})

describe('only signed-in visitors', () => {
  const outage = createApp(withOutage(store)).app.fetch
  const shared = { visitor: signedIn, store, outage }

  for (const { name, run } of [
    ...routeCases({ ...shared, path: '/notes' }),
    ...routeCases({ ...shared, path: '/notes', method: 'POST', body: 'Buy milk' }),
    ...routeCases({ ...shared, path: '/sign-out', method: 'POST' }),
  ]) {
    it(name, run)
  }
})
