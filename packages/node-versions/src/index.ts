/** Finds the oldest versions of Node that `engines` allows, for tests of the packed packages. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The paths of those that can run here: npm has them only for Linux on x64. */
export function oldestNodes(): readonly string[] {
  return ['node20', 'node22']
    .map((name) => fileURLToPath(new URL(`../node_modules/${name}/bin/node`, import.meta.url)))
    .filter((path) => existsSync(path))
}
