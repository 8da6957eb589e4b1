/** `@limen/testing` over the stores of Workers: sessions become older in each, and each can fail. */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { handle, limen } from '@limen/core'
import { type TestStore, routeCases, signIn, withOutage } from '@limen/testing'
import { describe, it } from 'vitest'
import { d1Store } from './d1-store.ts'
import { durableObjectStore } from './durable-object-store.ts'
import { kvStore } from './kv-store.ts'

await applyD1Migrations(env.DB, env.MIGRATIONS)

/** A Worker that creates `auth` for each request from its bindings. */
function answer(store: TestStore, request: Request): Promise<Response> {
  return handle(limen({ store }), request, async (authRequest) => {
    if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })
    const session = await authRequest.validate()
    return new Response(null, { status: session ? 204 : 401 })
  })
}

const stores: [name: string, open: (bindings: typeof env) => TestStore][] = [
  ['d1Store', ({ DB }) => d1Store(DB)],
  ['durableObjectStore', ({ SESSIONS }) => durableObjectStore(SESSIONS)],
  ['kvStore', ({ KV }) => kvStore(KV)],
]

describe.each(stores)('routeCases() over %s', (_, open) => {
  const store = open(env)
  const down = {
    ...env,
    DB: withOutage(env.DB),
    KV: withOutage(env.KV),
    SESSIONS: withOutage(env.SESSIONS),
  }
  const cases = routeCases({
    path: '/',
    method: 'POST',
    visitor: () => signIn(limen({ store }), { fetch: (request) => answer(open(env), request) }),
    store,
    outage: (request) => answer(open(down), request),
  })

  it.each(cases)('$name', ({ run }) => run())
})
