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
