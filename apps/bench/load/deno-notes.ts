/** deno-notes, bundled as it is, with Limen or without, over any number of sessions. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { denoBinary } from '../src/runtimes.ts'
import { type Server, freePort, run, serve } from './process.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const modules = at('../node_modules')
/** What keeps Deno from touching anything but its arguments. */
export const denoOptions = [
  '--no-lock',
  '--no-config',
  '--cached-only',
  '--no-prompt',
  '--unstable-kv',
]
const denoPackage = at('../../../packages/deno/src/index.ts')

/** Adds sessions until there are as many, and writes the cookies of some into a file. */
export async function fillNotes(folder: string, from: number, sessions: number): Promise<string> {
  const script = join(folder, 'fill.mjs')
  await bundle(at('fill-kv.ts'), script, { '@limen/deno': denoPackage })
  const given = [join(folder, 'kv'), String(from), String(sessions)]
  const cookies = await run(denoBinary(), ['run', '-A', ...denoOptions, script, ...given], folder)
  const path = join(folder, 'cookies.json')
  await writeFile(path, cookies)
  return path
}

export async function startNotes(folder: string, isBare: boolean): Promise<Server> {
  const script = join(folder, isBare ? 'bare.mjs' : 'limen.mjs')
  const stands = { '@limen/core': at('../bare/core.ts'), '@limen/deno': at('../bare/deno.ts') }
  await bundle(
    at('../../deno-notes/main.ts'),
    script,
    isBare ? stands : { '@limen/deno': denoPackage },
  )
  const port = await freePort()
  const rights = [
    `--allow-net=127.0.0.1:${port}`,
    `--allow-read=${folder}`,
    `--allow-write=${folder}`,
  ]
  const args = ['run', ...denoOptions, ...rights, script, join(folder, 'kv')]
  return serve(denoBinary(), args, folder, `http://127.0.0.1:${port}/`, {
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
  })
}

/** The database is told by an argument, so that both variants and the filler have the same. */
async function bundle(
  entry: string,
  outfile: string,
  alias: Record<string, string>,
): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    nodePaths: [modules],
    alias,
    define: { 'Deno.openKv': 'openKvOfArgument' },
    banner: { js: 'const openKvOfArgument = (at) => Deno.openKv(at ?? Deno.args[0])' },
    logLevel: 'error',
  })
}
