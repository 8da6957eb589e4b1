/** Fails when npm and JSR would get different versions of a package. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const versionIn = (file: string) =>
  (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version

for (const name of readdirSync(packages)) {
  const [npm, jsr] = [`${packages}/${name}/package.json`, `${packages}/${name}/deno.json`]
  if (!existsSync(npm) || !existsSync(jsr) || versionIn(npm) === versionIn(jsr)) continue
  console.error(`${name}: package.json says ${versionIn(npm)}, deno.json says ${versionIn(jsr)}`)
  process.exitCode = 1
}
