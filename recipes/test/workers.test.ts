import { applyD1Migrations, createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { visitor } from '@limen/testing'
import { beforeAll, expect, it } from 'vitest'
import { workersSite } from '../src/site-workers.ts'
import worker from '../src/workers.ts'
import { limitCases } from './limit-cases.ts'
import { passphraseCases } from './passphrase-cases.ts'
import { createWorld } from './world.ts'

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS))

for (const { name, run } of [...passphraseCases, ...limitCases]) {
  it(`Workers and D1: ${name}`, () =>
    run(
      createWorld(
        (options) => workersSite(env, options),
        (app, request, client) => {
          request.headers.set('CF-Connecting-IP', client)
          return app.fetch(request)
        },
      ),
    ))
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
