/** Prints how large Limen is in the smallest Worker, and fails above the limit. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const LIMIT = 5.5 * 1024

const { outputFiles } = await build({
  stdin: {
    contents: `export { limen } from '@limen/core'; export { d1Store, withAuth } from '@limen/workers'`,
    resolveDir: fileURLToPath(new URL('../apps/guestbook', import.meta.url)),
  },
  bundle: true,
  minify: true,
  format: 'esm',
  write: false,
})
const code = outputFiles[0]!.contents
const size = gzipSync(code, { level: 9 }).length
const kib = (bytes: number) => `${(bytes / 1024).toFixed(2)} KiB`

console.log(
  `core + Workers adapter + D1 store: ${kib(size)} (${size} bytes) minified and gzipped, ` +
    `${kib(code.length)} minified; the limit is ${kib(LIMIT)}`,
)
if (size > LIMIT) process.exit(1)
