/** How large the smallest Worker is that asks a subject who is there, with D1. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bundle } from './runtimes.ts'

/** One Worker: its name, its file and what it weighs. */
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

/** Weighs them all. */
export async function sizes(): Promise<Sized[]> {
  const all: Sized[] = []
  for (const [name, file] of workers) {
    all.push({ name, ...(await weigh(`export { default } from './workers/${file}.ts'`)) })
  }
  return all
}

const withoutMiddleware = `
  export { Hono } from 'hono'
  export { HTTPException } from 'hono/http-exception'
  export { limen, respond } from '@limen/core'
  export { d1Store } from '@limen/workers'`

/** How many bytes gzip our middleware adds to an app that has Hono and Limen. */
export async function addedToHono(): Promise<number> {
  const without = await weigh(withoutMiddleware)
  const whole = await weigh(`${withoutMiddleware}; export * from '@limen/hono'`)
  return whole.gzip - without.gzip
}

/** What some lines weigh as a Worker, in bytes. */
async function weigh(contents: string): Promise<Omit<Sized, 'name'>> {
  const { code, modules, builtins } = await bundle(contents, true, { minify: true })
  return {
    minified: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
    modules,
    builtins,
  }
}
