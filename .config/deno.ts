/** The Deno that npm installed. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The path of the binary. The package's own command does not stop Deno when it is stopped. */
export function deno(): string {
  const manifest = fileURLToPath(new URL('../packages/deno/package.json', import.meta.url))
  const { runInstall } = createRequire(manifest)('deno/install_api.cjs') as {
    runInstall: () => string
  }
  return runInstall()
}
