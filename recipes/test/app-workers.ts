import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, test } from 'vitest'
import { workersSite } from '../src/site-workers.ts'
import { mainCases } from './main-cases.ts'
import { createWorld } from './world.ts'

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS))

for (const { name, run } of mainCases) {
  test(name, () =>
    run(
      createWorld(
        (options) => workersSite(env, options),
        (app, request, client) => {
          request.headers.set('CF-Connecting-IP', client)
          return app.fetch(request)
        },
      ),
    ),
  )
}
