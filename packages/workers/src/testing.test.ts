/** `@limen/testing` over the stores of Workers: sessions become older in each, and each can fail. */
import { applyD1Migrations, createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { limen } from '@limen/core'
import { type TestStore, routeCases, signIn, withOutage } from '@limen/testing'
import { describe, it } from 'vitest'
import { d1Store } from './d1-store.ts'
import { durableObjectStore } from './durable-object-store.ts'
import { kvStore } from './kv-store.ts'
import { withAuth } from './with-auth.ts'

await applyD1Migrations(env.DB, env.MIGRATIONS)

type Bindings = typeof env

const stores: [name: string, open: (bindings: Bindings) => TestStore][] = [
  ['d1Store', ({ DB }) => d1Store(DB)],
  ['durableObjectStore', ({ SESSIONS }) => durableObjectStore(SESSIONS)],
  ['kvStore', ({ KV }) => kvStore(KV)],
]

describe.each(stores)('routeCases() over %s', (_, open) => {
  const authFor = (bindings: Bindings) => limen({ store: open(bindings) })
  const worker = withAuth(authFor, {
    async fetch(_request, _env, _ctx, authRequest) {
      if (!authRequest.origin.trusted) return new Response('Forbidden', { status: 403 })
      const session = await authRequest.validate()
      return new Response(null, { status: session ? 204 : 401 })
    },
  })
  const fetch = (request: Request, bindings = env) =>
    worker.fetch(request, bindings, createExecutionContext())
  const down = {
    ...env,
    DB: withOutage(env.DB),
    KV: withOutage(env.KV),
    SESSIONS: withOutage(env.SESSIONS),
  }
  const cases = routeCases({
    path: '/',
    method: 'POST',
    visitor: () => signIn(authFor(env), { fetch }),
    store: open(env),
    outage: (request) => fetch(request, down),
  })

  it.each(cases)('$name', ({ run }) => run())
})
