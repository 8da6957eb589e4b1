/** The oldest versions of Node that `engines` allows, for tests of the packed packages. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Paths of the programs that can run here. They come from npm for Linux on x64 alone. */
export function oldestNodes(): readonly string[] {
  return ['node20', 'node22']
    .map((name) => fileURLToPath(new URL(`../node_modules/${name}/bin/node`, import.meta.url)))
    .filter((path) => existsSync(path))
}
