import { messageSuite } from '@limen/conformance'
import { limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { authenticate, elysia } from '@limen/elysia'
import { Elysia } from 'elysia'
import { describe, it } from 'vitest'
import * as catalogue from './messages.ts'

const auth = limen({ store: memoryStore(), middleware: elysia() })

/** The answer of a route that requires a session, as an error. */
async function refused(method: string): Promise<void> {
  const app = new Elysia()
    .use(authenticate(auth))
    .all('/', () => 'reached', { requireSession: true })
  const response = await app.handle(new Request('https://app.example/', { method }))
  throw Object.assign(new Error(await response.text()), { code: String(response.status) })
}

describe('messages', () => {
  it.each(
    messageSuite(catalogue, {
      AUTH_FORM: [
        'AUTH_CONFIG',
        [
          'authenticate(): auth must be what limen() returned (got undefined)',
          () => authenticate(undefined as never),
        ],
      ],
      PLUGIN_MISSING: [
        'AUTH_COOKIES_DISABLED',
        [
          'elysia() cannot set cookies without the plugin: add .use(authenticate(auth)) to the app.',
          () =>
            auth.handleRequest({ request: new Request('https://app.example/') }).setSession(null),
        ],
      ],
      UNAUTHORIZED: ['401', ['Unauthorized', () => refused('GET')]],
      forbidden: ['403', ['Forbidden: origin-missing', () => refused('POST')]],
    }),
  )('$name', ({ run }) => run())
})
