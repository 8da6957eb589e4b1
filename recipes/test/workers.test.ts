import { applyD1Migrations, createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { visitor } from '@limen/testing'
import { beforeAll, expect, inject, it } from 'vitest'
import type { Site, SiteOptions } from '../src/site.ts'
import { workersSite } from '../src/site-workers.ts'
import worker from '../src/workers.ts'
import { apiCases } from './api-cases.ts'
import { deviceCases } from './device-cases.ts'
import { emailCodeCases } from './email-code-cases.ts'
import { guestCases } from './guest-cases.ts'
import { limitCases } from './limit-cases.ts'
import { oauthCases } from './oauth-cases.ts'
import { siteProviders } from './oauth-site.ts'
import { mainCases } from './main-cases.ts'
import { passkeyCases } from './passkey-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { roleCases } from './role-cases.ts'
import { smtpCases } from './smtp-cases.ts'
import { totpCases } from './totp-cases.ts'
import { type Send, type World, createWorld } from './world.ts'

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS))

const openSite = (options: SiteOptions) => workersSite(env, options)
const send: Send = (app, request, client) => {
  request.headers.set('CF-Connecting-IP', client)
  return app.fetch(request)
}

function world(sendMail?: Site['sendMail']): World {
  const open = (options: SiteOptions) =>
    openSite({ ...options, providers: siteProviders(inject('providers')) })
  return createWorld(open, send, sendMail)
}

for (const { name, run } of [
  ...passphraseCases,
  ...limitCases,
  ...emailCodeCases,
  ...oauthCases,
  ...passkeyCases,
  ...totpCases,
  ...deviceCases,
  ...roleCases,
  ...guestCases,
  ...apiCases,
]) {
  it(`Workers and D1: ${name}`, () => run(world()))
}

for (const { name, run } of mainCases) {
  it(`Workers and D1: ${name}`, () => run(createWorld(openSite, send)))
}

for (const { name, run } of smtpCases) {
  it(`Workers and D1: ${name}`, () => run(inject('smtp'), world))
}

it('the Worker signs a visitor up', async () => {
  const ada = visitor({ fetch: (request) => worker.fetch(request, env, createExecutionContext()) })
  const body = new URLSearchParams({ email: 'ada@example.com', passphrase: 'correct horse' })
  expect((await ada.fetch('/sign-up', { method: 'POST', body })).status).toBe(303)
  const page = await (await ada.fetch('/')).text()
  expect(page).toContain('You are signed in as <bdi>ada@example.com</bdi>')
})

it('the Worker deletes expired sessions', async () => {
  await expect(worker.scheduled()).resolves.toBeUndefined()
})
