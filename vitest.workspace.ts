import { fileURLToPath } from 'node:url'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type Reporter, type TestSpecification } from 'vitest/node'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

declare module 'vitest' {
  interface ProvidedContext {
    /** The engines that a project's globalSetup could not start: "MariaDB (no mariadbd)". */
    leftOut: readonly string[]
    /** The random histories of `pnpm soak` for every store, in place of those in its test. */
    soak: { readonly histories: number; readonly seed: number } | undefined
  }
}

const { HISTORIES, SEED } = process.env
const provide = HISTORIES
  ? { soak: { histories: Number(HISTORIES), seed: Number(SEED) } }
  : { soak: undefined }
/** For random histories on real engines. A soak has no limit in practice. */
const testTimeout = HISTORIES ? 24 * 3_600_000 : 120_000

/**
 * Prints a last line that any CI can parse: "N passed, N failed, N skipped", and the engines that were
 * left out.
 */
const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const leftOut = new Set<string>()
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      const missing = module.project.getProvidedContext().leftOut ?? []
      for (const engine of missing) leftOut.add(engine)
      // A hook or the module itself failed: then no test of it says so.
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) {
        count.failed++
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        // Tests of a missing engine are reported by the engine's name.
        if (state !== 'skipped' || missing.length === 0) count[state]++
      }
    }
    process.on('exit', () => {
      const failed = count.failed + count.pending
      const line = `${count.passed} passed, ${failed} failed, ${count.skipped} skipped`
      console.log(leftOut.size ? `\n${line}; left out: ${[...leftOut].join(', ')}` : `\n${line}`)
    })
  },
}

/** Slow files, which start first, so that none of them runs alone at the end. */
const LONG = [
  'workers/src/durable-object-store.test.ts',
  'workers/src/d1-store.test.ts',
  'workers/src/caches.test.ts',
  'workers/src/kv-store.test.ts',
  'workers/src/sql.test.ts',
  'workers/src/stores-in-front.test.ts',
  'sql/src/postgres.server.test.ts',
  'sql/src/sql-store.test.ts',
  'sql/src/mysql.server.test.ts',
  'deno/src/deno.test.ts',
  'lab/test/',
  'lab/device/',
  'guestbook/e2e/look.test.ts',
  'deno-notes/test/browser.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONG.findIndex((path) => moduleId.includes(path))
      return index < 0 ? LONG.length : index
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

const workerd = (migrations: string) =>
  cloudflareTest(async () => ({
    main: at('packages/workers/test/worker.ts'),
    miniflare: {
      compatibilityDate: '2026-11-01',
      d1Databases: ['DB'],
      kvNamespaces: ['KV'],
      durableObjects: { SESSIONS: { className: 'LimenSessions', useSQLite: true } },
      bindings: { MIGRATIONS: await readD1Migrations(at(migrations)) },
      serviceBindings: { OTHER_WORKER: 'other' },
      workers: [
        {
          name: 'other',
          compatibilityDate: '2026-11-01',
          modules: true,
          scriptPath: at('packages/workers/test/other-worker.js'),
          // The plugin's name for the Worker that runs the tests of this project.
          durableObjects: {
            SESSIONS: { className: 'LimenSessions', scriptName: 'vitest-plugin-runner-workerd' },
          },
        },
      ],
    },
  }))

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    // Most of the work happens in other processes: workerd, Deno, Chromium, PostgreSQL.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // postgres.js can write to a connection that a crash of the server has just closed:
    // https://github.com/porsager/postgres/issues/1208. The call itself rejects, as the tests check.
    onUnhandledError: ({ message, stack }) =>
      !(message.includes("reading 'write'") && stack?.includes('postgres/src/connection.js')),
    projects: [
      {
        root: at('.config'),
        test: { name: 'docs', include: ['*.test.ts'] },
      },
      {
        root: at('packages'),
        test: {
          name: 'node',
          isolate: false,
          include: [
            '{astro,conformance,core,elysia,h3,hono,lucia-codemod,node,nuxt,tanstack-start,testing}/src/**/*.test.ts',
            '{node,testing}/examples/*.test.ts',
            '{conformance,workers}/test/*.test.ts',
          ],
          globalSetup: [at('packages/workers/test/setup.ts')],
          provide,
          testTimeout,
        },
      },
      {
        root: at('packages'),
        plugins: [workerd('packages/workers/migrations')],
        test: {
          name: 'workerd',
          isolate: false,
          include: [
            '{core,conformance,hono,testing,workers}/src/**/*.test.ts',
            'lucia/src/*.workerd.test.ts',
            'testing/examples/*.test.ts',
          ],
          provide,
          testTimeout,
        },
      },
      {
        root: at('packages'),
        test: {
          name: 'deno',
          include: ['deno/src/**/*.test.ts'],
          testTimeout,
        },
      },
      {
        root: at('packages'),
        test: {
          name: 'sql',
          include: ['{sql,lucia}/src/**/*.test.ts'],
          exclude: ['**/*.workerd.test.ts'],
          globalSetup: [at('packages/sql/test/servers.ts')],
          isolate: false,
          provide,
          testTimeout,
          hookTimeout: 60_000,
        },
      },
      {
        root: at('packages'),
        test: {
          name: 'redis',
          include: ['redis/src/**/*.test.ts'],
          globalSetup: [at('packages/redis/test/server.ts')],
          provide,
          testTimeout,
          hookTimeout: 60_000,
        },
      },
      {
        root: at('packages/create-limen'),
        test: { name: 'create-limen', include: ['src/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        root: at('apps/guestbook'),
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: at('apps/guestbook/wrangler.jsonc') },
            miniflare: {
              bindings: { MIGRATIONS: await readD1Migrations(at('apps/guestbook/migrations')) },
            },
          })),
        ],
        test: { name: 'guestbook', include: ['src/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
      },
      {
        root: at('apps/chat'),
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: at('apps/chat/wrangler.jsonc') },
            miniflare: {
              bindings: { MIGRATIONS: await readD1Migrations(at('packages/workers/migrations')) },
            },
          })),
        ],
        test: { name: 'chat', include: ['src/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        root: at('apps/bench'),
        test: {
          name: 'bench',
          include: ['src/**/*.test.ts'],
          globalSetup: [at('apps/bench/load/setup.ts')],
        },
      },
      {
        root: at('apps/deno-notes'),
        test: {
          name: 'deno-notes',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        root: at('apps/lab'),
        test: {
          name: 'lab',
          include: ['test/**/*.test.ts'],
          globalSetup: [at('apps/lab/test/setup.ts')],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        root: at('apps'),
        test: {
          name: 'device',
          include: ['{lab,guestbook}/device/**/*.test.ts'],
          globalSetup: [at('apps/lab/device/setup.ts')],
          testTimeout: 60_000,
          // The browser decides when it registers and refreshes: on a busy machine, sometimes too late.
          retry: 2,
          hookTimeout: 60_000,
        },
      },
      {
        root: at('apps'),
        test: {
          name: 'chromium',
          include: ['{guestbook,chat}/e2e/**/*.test.ts'],
          globalSetup: [at('apps/guestbook/e2e/setup.ts')],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
