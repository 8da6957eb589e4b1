/**
 * Run by Node, Deno and Bun: the root entry loads there, and every store works over a binding that is
 * structurally typed. Framework dev servers and prerendering import it so.
 */
import { limen } from '@limen/core'
import { tickets } from '@limen/core/tickets'
import {
  type D1Statement,
  type D1WithBatch,
  type SessionsNamespace,
  type SessionsObject,
  type TicketsObject,
  d1Store,
  d1TicketStore,
  durableObjectStore,
  durableObjectTicketStore,
  kvCache,
  kvStore,
  withAuth,
  workersCache,
} from '@limen/workers'

const statement: D1Statement = {
  bind: () => statement,
  all: async () => ({ results: [], meta: { changes: 0 } }),
}
const db: D1WithBatch = {
  prepare: () => statement,
  batch: async () => [],
  withSession: () => db,
}
const object = { readUser: async () => null, read: async () => null } as Partial<SessionsObject>
const objects: SessionsNamespace = { idFromName: String, get: () => object as SessionsObject }
const kv = {
  get: async () => new Map(),
  put: async () => {},
  delete: async () => {},
  list: async () => ({ keys: [], list_complete: true }),
}

for (const store of [d1Store(db), kvStore(kv), durableObjectStore(objects)]) {
  const auth = limen({ store })
  const token = `${'r'.repeat(store.traits?.routed ? 22 : 0)}${'i'.repeat(22)}.${'s'.repeat(43)}`
  const worker = withAuth(() => auth, {
    fetch: async (_request, _env, _ctx, authRequest) =>
      Response.json([await auth.getUser('ada'), await authRequest.validate()]),
  })
  const context = { waitUntil() {}, passThroughOnException() {}, props: {} }
  const response = await worker.fetch(new Request('https://app.example/'), {}, context)
  const answer = await response.text()
  if (answer !== '[null,null]') throw new Error(answer)
  const code = await auth.validateSession(token).catch((error: { code: string }) => error.code)
  if (code !== 'AUTH_INVALID_SESSION_ID') throw new Error(`a session: ${JSON.stringify(code)}`)
}
const ticket = { takeTicket: async () => null } as Partial<TicketsObject>
const ticketObjects = { idFromName: String, get: () => ticket as TicketsObject }
for (const store of [d1TicketStore(db), durableObjectTicketStore(ticketObjects)]) {
  const links = tickets(store, { purpose: 'link', expiresInMs: 60_000 })
  const taken = await links.take('t'.repeat(43))
  if (taken.valid || taken.reason !== 'unknown') throw new Error(JSON.stringify(taken))
}
kvCache({ ...kv, get: async () => null })
workersCache(() => Promise.reject(new Error('not opened')), { origin: 'https://app.example' })
console.log('every store works')
