/** deno-notes, bundled as it is, with Limen or without, over any number of sessions. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { denoBinary, run, serve } from '@limen/test-servers'
import { DENO_OPTIONS } from '../src/runtimes.ts'
import type { LoadedApp } from './load.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
export const denoOptions = [...DENO_OPTIONS, '--unstable-kv']
const withLimen = { '@limen/deno': at('../../../packages/deno/src/index.ts') }
const withoutLimen = { '@limen/core': at('../bare/core.ts'), '@limen/deno': at('../bare/deno.ts') }

export const denoNotes: LoadedApp = {
  name: 'deno-notes',
  async fill(folder, from, sessions) {
    const script = await bundled(at('fill-kv.ts'), join(folder, 'fill.mjs'), withLimen)
    const args = [script, join(folder, 'kv'), String(from), String(sessions)]
    const cookies = await run(denoBinary(), ['run', '-A', ...denoOptions, ...args], { cwd: folder })
    return JSON.parse(cookies) as string[]
  },
  async start(folder, isBare) {
    const [name, packages] = isBare ? ['bare', withoutLimen] : ['limen', withLimen]
    const script = await bundled(
      at('../../deno-notes/main.ts'),
      join(folder, `${name}.mjs`),
      packages as Record<string, string>,
    )
    const rights = ['--allow-net', `--allow-read=${folder}`, `--allow-write=${folder}`]
    const args = ['run', ...denoOptions, ...rights, script, join(folder, 'kv')]
    return serve(denoBinary(), () => args, { cwd: folder })
  },
}

/** Bundles a program that takes the path of its database as an argument. */
async function bundled(
  entry: string,
  outfile: string,
  alias: Record<string, string>,
): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    nodePaths: [at('../node_modules')],
    alias,
    define: { 'Deno.openKv': 'openKvOfArgument' },
    banner: { js: 'const openKvOfArgument = (at) => Deno.openKv(at ?? Deno.args[0])' },
    logLevel: 'error',
  })
  return outfile
}
