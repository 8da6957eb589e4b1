/** Bundles the whole apps, with another module in place of `cloudflare:workers`. */
import { build } from 'esbuild'
import { whole } from './subjects.ts'

/** The flags of every Worker: `node:crypto` has scrypt. */
export const FLAGS = ['nodejs_compat']

/** The app as it is. */
export const WORKER = `export { default } from './workers.ts'`

/** The app, and at `/counts` what it has cost since the last call of this address. */
export const COUNTED = `
  import app from './workers.ts'
  import { counts } from '../counted-env.ts'
  export default {
    async fetch(request, env, ctx) {
      if (!request.url.endsWith('/counts')) return app.fetch(request, env, ctx)
      const response = Response.json(counts)
      Object.assign(counts, { calls: 0, rowsRead: 0, rowsWritten: 0 })
      return response
    },
  }`

/** What stands for `cloudflare:workers`; `real` is the runtime's own. */
export type Env = 'real' | 'counted' | 'remote'

/** Bundles some lines in which `./app` is the app's entry point for Workers. */
export async function bundleWhole(
  folder: string,
  lines: string,
  env: Env,
  minify = false,
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: lines, resolveDir: `${whole}${folder}`, loader: 'ts' },
    bundle: true,
    minify,
    format: 'esm',
    target: 'es2024',
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['browser', 'module', 'main'],
    external: ['node:*', 'cloudflare:*'],
    write: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'env',
        setup(bundling) {
          bundling.onResolve({ filter: /^cloudflare:workers$/ }, ({ importer }) =>
            env === 'real' || importer.endsWith('-env.ts')
              ? undefined
              : { path: `${whole}${env}-env.ts` },
          )
        },
      },
    ],
  })
  return outputFiles[0]!.text
}
