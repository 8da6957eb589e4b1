/** Measures the smallest Worker that finds the user of a request, with D1, for each library. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bundle } from './bundle.ts'

/** One Worker; all but the number of modules are bytes. */
export interface Sized {
  readonly name: string
  readonly minified: number
  readonly gzip: number
  readonly brotli: number
  readonly modules: number
  readonly builtins: readonly string[]
}

const workers: readonly [name: string, file: string][] = [
  ['one D1 read, no session', 'floor'],
  ['Limen', 'limen'],
  ['Limen, withAuth', 'limen-with-auth'],
  ['lucia 3.2', 'lucia3'],
  ['Remix session', 'remix'],
  ['lucia 2.7', 'lucia2'],
  ['iron-session (nothing stored)', 'iron-session'],
  ['bare Hono, one D1 read', 'hono'],
  ['Limen and Hono', 'limen-hono'],
  ['hono-sessions and Hono', 'hono-sessions'],
  ['@hono/session and Hono', 'hono-session'],
  ['h3 (nothing stored)', 'h3'],
  ['@auth/core', 'auth-core'],
  ['better-auth/minimal, without its D1', 'better-auth-minimal'],
  ['better-auth', 'better-auth'],
]

/** The sizes of all Workers. */
export async function sizes(): Promise<Sized[]> {
  const all: Sized[] = []
  for (const [name, file] of workers) {
    all.push({ name, ...(await sizeOf(`export { default } from './workers/${file}.ts'`)) })
  }
  return all
}

/** What one feature adds to a Worker that does not use it, in bytes gzip. */
export interface FeatureSize {
  readonly name: string
  readonly added: number
}

const core = `export { limen } from '@limen/core'; export { d1Store } from '@limen/workers'`
const withHono = `${core}; export { Hono } from 'hono'; export { authenticate, hono } from '@limen/hono'`

const features: readonly [name: string, without: string, added: string][] = [
  [
    'tickets(), with d1TicketStore()',
    core,
    `export { tickets } from '@limen/core/tickets'; export { d1TicketStore } from '@limen/workers'`,
  ],
  ['isRecentSignIn()', core, `export { isRecentSignIn } from '@limen/core'`],
  ['aal1, aal2 and aal3', core, `export { aal1, aal2, aal3 } from '@limen/core'`],
  ['cached()', core, `export { cached } from '@limen/core'`],
  ['splitStore()', core, `export { splitStore } from '@limen/core'`],
  ['cors()', core, `export { cors } from '@limen/core'`],
  ['withAuth() of @limen/workers', core, `export { withAuth } from '@limen/workers'`],
  ['requireSession() of @limen/hono', withHono, `export { requireSession } from '@limen/hono'`],
  ['requireBearer() of @limen/hono', withHono, `export { requireBearer } from '@limen/hono'`],
  [
    'requireRecentSignIn() of @limen/hono',
    withHono,
    `export { requireRecentSignIn } from '@limen/hono'`,
  ],
]

/** What each feature adds that an app imports. */
export async function featureSizes(): Promise<FeatureSize[]> {
  const all: FeatureSize[] = []
  for (const [name, without, added] of features) {
    const [before, after] = [await sizeOf(without), await sizeOf(`${without}; ${added}`)]
    all.push({ name, added: after.gzip - before.gzip })
  }
  return all
}

const withoutMiddleware = `
  export { Hono } from 'hono'
  export { HTTPException } from 'hono/http-exception'
  export { limen, respond } from '@limen/core'
  export { d1Store } from '@limen/workers'`

/** How many bytes gzip `@limen/hono` adds to an app that has Hono and Limen. */
export async function addedToHono(): Promise<number> {
  const without = await sizeOf(withoutMiddleware)
  const whole = await sizeOf(`${withoutMiddleware}; export * from '@limen/hono'`)
  return whole.gzip - without.gzip
}

/** The size of some lines, bundled as a Worker. */
async function sizeOf(contents: string): Promise<Omit<Sized, 'name'>> {
  const { code, modules, builtins } = await bundle(contents, true, { minify: true })
  return {
    minified: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
    modules,
    builtins,
  }
}
