import type { AddressInfo } from 'node:net'
import { type ServerType, serve } from '@hono/node-server'
import { memoryStore } from '@limen/core/memory-store'
import { ageSession, signIn, storageState } from '@limen/testing'
import { expect, test } from '@playwright/test'
import { createApp } from './notes.ts'

const store = memoryStore<{ name: string }>()
const { auth, app } = createApp(store)

let server: ServerType
let origin: string

test.beforeAll(() => {
  server = serve({ fetch: app.fetch, port: 0 })
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
})

test.afterAll(() => server.close())

test('a signed-in browser shows its user until the session expires', async ({ browser }) => {
  const { session } = await signIn(auth, { attributes: { name: 'Ada' }, origin })
  const context = await browser.newContext({ storageState: storageState(auth, session, origin) })
  const page = await context.newPage()

  await page.goto(`${origin}/notes`)
  await expect(page.locator('body')).toContainText('"author":"Ada"')

  await ageSession(store, session, { days: 30 })
  await page.reload()
  await expect(page.locator('body')).toContainText('Unauthorized')
})
