/** Counts the D1 statements, hashes, random numbers and objects of one request to Limen. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { USER } from './subject.ts'
import type { D1Statement } from '@limen/workers'

const MIGRATION = new URL(
  '../node_modules/@limen/workers/migrations/0001_limen.sql',
  import.meta.url,
)

/** How often each operation ran; operations that did not run are absent. */
type Counts = Readonly<Record<string, number>>

/** The operations before the response, and after it. */
export interface Counted {
  readonly before: Counts
  readonly after: Counts
}

/** Receives work that may continue after the response. */
type WaitUntil = (work: Promise<unknown>) => void

/** Opens Limen over its D1 store on SQLite, in a process that counts its operations. */
export async function countedApp() {
  let counts: Record<string, number> = {}
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1)
  countPlatform(count)
  // Core selects its hash when it is evaluated, so import it after the hash counts.
  const { limen } = await import('@limen/core')
  const { authenticate } = await import('@limen/hono')
  const { d1Store, withAuth } = await import('@limen/workers')
  const { Hono } = await import('hono')

  const clock = { now: Date.now() }
  const auth = limen({ store: d1Store(sqliteAsD1(count)), now: () => clock.now })
  await auth.createUser({ userId: USER })
  const page = new Response('page')
  const worker = withAuth(auth, {
    async fetch(_request, _env, _ctx, authRequest) {
      await authRequest.validate()
      return page
    },
  })
  const bare = new Hono().get('/entries', (c) => c.text(USER))
  const app = new Hono()
    .use(authenticate(auth))
    .get('/entries', async (c) => c.text((await c.var.auth.validate())?.user.userId ?? 'anonymous'))

  return {
    auth,
    clock,
    web: (request: Request) => auth.handleRequest(request).validate(),
    worker: (request: Request, waitUntil: WaitUntil) =>
      worker.fetch(request, {}, { waitUntil, passThroughOnException() {}, props: {} }),
    throughHono: (request: Request) => app.fetch(request),
    bareHono: (request: Request) => bare.fetch(request),

    async counting(run: (waitUntil: WaitUntil) => unknown): Promise<Counted> {
      const work: Promise<unknown>[] = []
      counts = {}
      await run((promise) => void work.push(promise))
      const before = counts
      counts = {}
      await Promise.all(work)
      return { before, after: counts }
    },
  }
}

/** SQLite with the interface of D1. A statement counts when its result is there. */
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
    batch: <Row>(statements: D1Statement[]) =>
      Promise.all(statements.map((statement) => statement.all<Row>())),
    withSession: () => db,
  }
  return db
}

/** Counts the hashes, random numbers and objects of this process. */
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
