import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { transformSync } from 'esbuild'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import * as astro from '../packages/astro/src/index.ts'
import { type Subject, faulty, storeSuite, ticketSuite } from '../packages/conformance/src/index.ts'
import { messageSuite } from '../packages/conformance/src/message-suite.ts'
import * as core from '../packages/core/src/index.ts'
import { serializeCookie } from '../packages/core/src/cookie.ts'
import { originRule } from '../packages/core/src/csrf.ts'
import { deviceBound } from '../packages/core/src/device-bound.ts'
import { memoryStore } from '../packages/core/src/memory-store.ts'
import * as storeKit from '../packages/core/src/store-kit.ts'
import { memoryTicketStore, purgeTickets, tickets } from '../packages/core/src/tickets.ts'
import * as elysia from '../packages/elysia/src/index.ts'
import * as h3 from '../packages/h3/src/index.ts'
import * as hono from '../packages/hono/src/index.ts'
import * as luciaGuides from '../packages/lucia/src/guides.ts'
import * as lucia from '../packages/lucia/src/index.ts'
import * as luciaPassword from '../packages/lucia/src/password.ts'
import * as node from '../packages/node/src/index.ts'
import * as drizzle from '../packages/sql/src/drizzle/index.ts'
import * as sql from '../packages/sql/src/index.ts'
import * as sqlText from '../packages/sql/src/sql.ts'
import * as tanstackStart from '../packages/tanstack-start/src/index.ts'
import * as testing from '../packages/testing/src/index.ts'
import { kvCache, workersCache } from '../packages/workers/src/caches.ts'
import { frameworkFolders } from './packages.ts'

const packages = fileURLToPath(new URL('../packages', import.meta.url))

/** The names that examples can use: the exports of the packages, and an app with an `auth` object. */
function scope() {
  const auth = core.limen({ store: memoryStore() })
  // These stores have suites of their own: here their examples run over memory.
  const inMemory = () => memoryStore()
  const ticketsInMemory = () => memoryTicketStore()
  const withAuth = (_auth: unknown, handler: unknown) => handler
  // Clients and bindings that no example calls: their drivers check for these methods.
  const unused = () => undefined
  const methods =
    'query execute batch transaction connect unsafe begin prepare withSession exec transactionSync get put delete'
  const client = Object.fromEntries(methods.split(' ').map((name) => [name, unused]))
  const env = { DB: client, KV: client, SESSIONS: {} }
  const { LRUCache } = createRequire(`${packages}/core/package.json`)('lru-cache') as object & {
    LRUCache: unknown
  }
  return {
    ...core,
    ...storeKit,
    ...hono,
    ...lucia,
    ...luciaGuides,
    ...luciaPassword,
    ...sql,
    ...sqlText,
    ...drizzle,
    ...testing,
    Hono,
    LRUCache,
    app: new Hono(),
    auth,
    caches: {},
    client,
    ctx: { storage: { ...client, sql: client } },
    d1Store: inMemory,
    d1TicketStore: ticketsInMemory,
    db: Object.assign(new DatabaseSync(':memory:'), { query: unused, transaction: unused }),
    deviceBound,
    denoKvStore: inMemory,
    denoKvTicketStore: ticketsInMemory,
    durableObjectStore: inMemory,
    durableObjectTicketStore: ticketsInMemory,
    kvStore: inMemory,
    kv: {},
    kvCache,
    env,
    faulty,
    it: (_name: string, run: () => unknown) => run(),
    memoryStore,
    memoryTicketStore,
    messageSuite,
    originRule,
    pool: client,
    sessionId: 'id',
    redisStore: inMemory,
    purgeTickets,
    redisTicketStore: ticketsInMemory,
    // Its tests rewrite projects: here there is none.
    rewriteProject: () => ({ changed: [] }),
    serializeCookie,
    // Its cases run without being awaited: many histories would delay the examples after it.
    storeSuite: (subject: Subject) => storeSuite(subject, { histories: 5 }),
    ticketSuite,
    tickets,
    withAuth,
    workersCache,
  }
}

/** The names of packages whose exports have names that another package has too. */
function namesOf(where: string): object {
  const framework = (name: string) =>
    createRequire(`${packages}/${name}/package.json`)(name) as Record<string, new () => unknown>
  const names: Readonly<Record<string, object>> = {
    astro,
    elysia: { ...elysia, ...framework('elysia') },
    h3: {
      ...h3,
      app: new (framework('h3')['H3']!)(),
      definePlugin: (plugin: unknown) => plugin,
    },
    node: {
      ...node,
      app: { get() {}, post() {}, use() {} },
      createServer() {},
      sockets: { on() {} },
    },
    'tanstack-start': {
      ...tanstackStart,
      createMiddleware: () => ({ server: (run: unknown) => run }),
    },
  }
  return names[where.split('/')[0]!] ?? {}
}

/** The app's own table of users, in the dialect of a file. */
function usersOf(where: string): unknown {
  const dialect = /drizzle\/(\w+)\.ts/.exec(where)?.[1]
  if (!dialect) return undefined
  const orm = createRequire(`${packages}/sql/package.json`)(
    `drizzle-orm/${dialect}-core`,
  ) as Record<string, (...args: unknown[]) => unknown>
  const { text, varchar } = orm
  const id = dialect === 'mysql' ? varchar!('id', { length: 255 }) : text!('id')
  return orm[`${dialect}Table`]!('users', { id: (id as { primaryKey(): unknown }).primaryKey() })
}

interface Example {
  readonly where: string
  readonly code: string
}

/** Every `@example` of the packages' sources, as code, except where it needs a framework. */
function* examples(): Generator<Example> {
  const skipped = frameworkFolders()
  for (const path of readdirSync(packages, { recursive: true, encoding: 'utf8' })) {
    if (!/^[^/]+\/src\/.*(?<!\.test)\.ts$/.test(path)) continue
    if (skipped.some((folder) => `packages/${path}`.startsWith(`${folder}/`))) continue
    const source = readFileSync(`${packages}/${path}`, 'utf8')
    for (const [comment] of source.matchAll(
      /\/\*\*(?:[^*]|\*(?!\/))*@example(?:[^*]|\*(?!\/))*\*\//g,
    )) {
      const text = comment.slice(comment.indexOf('@example') + 8, -2)
      const code = text.replaceAll(/^ *\* ?/gm, '').trim()
      yield { where: `${path}: ${code.split('\n')[0]}`, code }
    }
  }
}

/** Turns `expression` followed by `// value` into an assertion. */
function asserted(code: string): string {
  return code
    .replaceAll(/^export default /gm, 'await ')
    .replaceAll(
      /^(?!const |let )([^\n]*(?:\n(?!\/\/)[ })][^\n]*)*)\n\/\/ (.+)$/gm,
      'check(await ($1), $2)',
    )
}

describe('examples in doc comments', () => {
  const all = [...examples()]

  it('are found', () => expect(all.length).toBeGreaterThan(8))

  it.each(all)('$where', async ({ where, code }) => {
    const { code: plain } = transformSync(`async () => { ${asserted(code)}\n}`, { loader: 'ts' })
    const names = {
      ...scope(),
      ...namesOf(where),
      users: usersOf(where),
      check: (actual: unknown, expected: unknown) => expect(actual).toEqual(expected),
    }
    const example = compileFunction(
      `return (${plain.replace(/;\s*$/, '')})()`,
      Object.keys(names),
    ) as (...args: unknown[]) => Promise<void>
    await example(...Object.values(names))
    const claimed = code.match(/^\/\/ /gm)?.length ?? 0
    const assertions = asserted(code).match(/^check\(/gm)?.length ?? 0
    expect(assertions).toBe(claimed)
  })
})
