/** Counts what one request makes Limen do: D1 statements, hashes, random numbers, objects. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { USER } from './subject.ts'

const MIGRATION = new URL(
  '../node_modules/@limen/workers/migrations/0001_limen.sql',
  import.meta.url,
)

/** How often each thing was done; what was not done is not there. */
type Counts = Readonly<Record<string, number>>

/** What happened until the answer came, and what after it. */
export interface Counted {
  readonly before: Counts
  readonly after: Counts
}

/** Takes work that may go on after the answer. */
type WaitUntil = (work: Promise<unknown>) => void

/** Limen over its D1 store on SQLite, in a process whose platform counts. */
export async function countedApp() {
  let counts: Record<string, number> = {}
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1)
  countPlatform(count)
  // The core looks for its hash when it is evaluated, so it is not imported before.
  const { limen } = await import('@limen/core')
  const { authenticate } = await import('@limen/hono')
  const { d1Store, withAuth } = await import('@limen/workers')
  const { Hono } = await import('hono')

  const clock = { now: Date.now() }
  const auth = limen({ store: d1Store(sqliteAsD1(count)), now: () => clock.now })
  await auth.createUser({ userId: USER })
  const answer = new Response('page')
  const worker = withAuth(auth, {
    async fetch(_request, _env, _ctx, authRequest) {
      await authRequest.validate()
      return answer
    },
  })
  const bare = new Hono().get('/entries', (c) => c.text(USER))
  const app = new Hono()
    .use(authenticate(auth))
    .get('/entries', async (c) => c.text((await c.var.auth.validate())?.user.userId ?? 'nobody'))

  return {
    auth,
    clock,
    web: (request: Request) => auth.handleRequest(request).validate(),
    worker: (request: Request, waitUntil: WaitUntil) =>
      worker.fetch(request, {}, { waitUntil, passThroughOnException() {}, props: {} }),
    throughHono: (request: Request) => app.fetch(request),
    bareHono: (request: Request) => bare.fetch(request),

    async counting(run: (waitUntil: WaitUntil) => unknown): Promise<Counted> {
      const works: Promise<unknown>[] = []
      counts = {}
      await run((work) => void works.push(work))
      const before = counts
      counts = {}
      await Promise.all(works)
      return { before, after: counts }
    },
  }
}

/** SQLite in the shape of D1: a statement counts when it has answered, as a response waits for that. */
function sqliteAsD1(count: (what: string) => void) {
  const database = new DatabaseSync(':memory:')
  database.exec(readFileSync(MIGRATION, 'utf8'))
  const db = {
    prepare(sql: string) {
      let values: SQLInputValue[] = []
      const statement = {
        bind(...given: unknown[]) {
          values = given as SQLInputValue[]
          return statement
        },
        async all<Row>() {
          await setImmediate()
          const results = database.prepare(sql).all(...values) as Row[]
          count('D1 statements')
          const { changes } = database.prepare('select changes() changes').get() as {
            changes: number
          }
          return { results, meta: { changes, served_by_primary: true } }
        },
      }
      return statement
    },
    withSession: () => db,
  }
  return db
}

/** Makes this process count the hashes, random numbers and objects that are made in it. */
function countPlatform(count: (what: string) => void): void {
  const scope = globalThis as unknown as Record<string, new (...given: unknown[]) => object>
  for (const name of ['URL', 'Headers', 'Request', 'Response']) {
    scope[name] = new Proxy(scope[name]!, {
      construct(target, given, newTarget) {
        count(name)
        return Reflect.construct(target, given, newTarget) as object
      },
    })
  }
  const builtin = createRequire(import.meta.url)('node:crypto') as object
  counted(builtin, 'hash', 'hashes')
  counted(crypto.subtle, 'digest', 'hashes')
  for (const call of ['importKey', 'sign', 'verify', 'encrypt', 'decrypt', 'deriveBits']) {
    counted(crypto.subtle, call, 'other WebCrypto calls')
  }
  counted(crypto, 'getRandomValues', 'random numbers')

  function counted(owner: object, call: string, what: string): void {
    const plain = Reflect.get(owner, call) as (...given: unknown[]) => unknown
    Object.defineProperty(owner, call, {
      configurable: true,
      writable: true,
      value(...given: unknown[]) {
        count(what)
        return Reflect.apply(plain, owner, given)
      },
    })
  }
}
