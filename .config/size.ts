/** Prints how large Limen is in the smallest Worker, alone and with an entry point, and fails above the limits. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Above the current size, so that growth is noticed. The goal is 6,500, which is not reached: record 75 has the price of each part. */
const LIMIT = 13_900
/** For an app that imports it. Record 94 has the price of each part. */
const DEVICE_BOUND_LIMIT = 3100

const WORKER = `export { limen } from '@limen/core'; export { d1Store, withAuth } from '@limen/workers'`
const DEVICE_BOUND = `export { deviceBound } from '@limen/core/device-bound'`

const worker = await sizeOf(WORKER)
report('core + Workers adapter + D1 store', worker, LIMIT)
const withDevices = await sizeOf(`${WORKER}; ${DEVICE_BOUND}`)
const added = { plain: withDevices.plain - worker.plain, gzip: withDevices.gzip - worker.gzip }
report('@limen/core/device-bound, beside them', added, DEVICE_BOUND_LIMIT)

interface Size {
  /** Minified. */
  readonly plain: number
  /** Minified and gzipped. */
  readonly gzip: number
}

async function sizeOf(contents: string): Promise<Size> {
  const { outputFiles } = await build({
    stdin: {
      contents,
      resolveDir: fileURLToPath(new URL('../apps/guestbook', import.meta.url)),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  const code = outputFiles[0]!.contents
  return { plain: code.length, gzip: gzipSync(code, { level: 9 }).length }
}

function report(what: string, { plain, gzip }: Size, limit: number): void {
  const kB = (bytes: number) => `${(bytes / 1000).toFixed(2)} kB`
  console.log(
    `${what}: ${kB(gzip)} (${gzip} bytes) minified and gzipped, ` +
      `${kB(plain)} minified; the limit is ${kB(limit)}`,
  )
  if (gzip > limit) process.exitCode = 1
}
