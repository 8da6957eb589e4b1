/** Runs a Worker in workerd. */
import { build } from 'esbuild'
import { Miniflare, convertV4MiniflareOptions } from 'miniflare'

/** Sends a request to the Worker in a file, and returns what it answers. */
export async function workerd(file: string, body: string): Promise<unknown> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    format: 'esm',
    external: ['node:*'],
    write: false,
  })
  const script = outputFiles[0]!.text
  const options = { modules: true, script, compatibilityDate: '2026-11-01', cf: false } as const
  // The flag is on by default since 2026-08-04.
  const miniflare = new Miniflare(convertV4MiniflareOptions(options))
  try {
    const response = await miniflare.dispatchFetch('https://app.example', { method: 'POST', body })
    if (!response.ok) throw new Error(await response.text())
    return await response.json()
  } finally {
    await miniflare.dispose()
  }
}
