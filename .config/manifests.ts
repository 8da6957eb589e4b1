/**
 * Checks the manifests of the published packages: their metadata, the versions that npm and JSR get,
 * and the versions of Node that `engines` allows. `--write` copies the metadata and versions.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly repository?: string | object
  readonly homepage?: string
  readonly bugs?: string
  readonly engines?: { readonly node?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const isWriting = process.argv.includes('--write')
const read = (path: string) => JSON.parse(readFileSync(root + path, 'utf8')) as Manifest

/** Compares fields of a manifest with the wanted ones, or writes them. */
function requireFields(path: string, wanted: Partial<Manifest>): void {
  const manifest = read(path)
  const same = (name: string) =>
    JSON.stringify(manifest[name as keyof Manifest]) ===
    JSON.stringify(wanted[name as keyof Manifest])
  const wrong = Object.keys(wanted).filter((name) => !same(name))
  if (wrong.length === 0) return
  if (isWriting) {
    writeFileSync(root + path, `${JSON.stringify({ ...manifest, ...wanted }, null, 2)}\n`)
    return
  }
  for (const name of wrong) {
    const value = JSON.stringify(wanted[name as keyof Manifest])
    console.error(`${path}: ${name} must be ${value}. To correct it: pnpm manifests --write`)
  }
  process.exitCode = 1
}

// The address of the repository is written once, in the root's package.json.
const url = read('package.json').homepage!
const tested = Object.values(read('packages/node-versions/package.json').optionalDependencies!).map(
  (specifier) => /@(\d+\.\d+)\.\d+$/.exec(specifier)![1]!,
)
const engines = { node: `^${tested[0]} || >=${tested[1]}` }

for (const name of readdirSync(`${root}packages`)) {
  const folder = `packages/${name}`
  const path = `${folder}/package.json`
  if (!existsSync(root + path) || read(path).private) continue
  requireFields(path, {
    homepage: `${url}/tree/main/${folder}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory: folder },
    engines,
  })
  if (existsSync(`${root}${folder}/deno.json`)) {
    requireFields(`${folder}/deno.json`, { version: read(path).version })
  }
}

// Another miniflare would bring a second workerd.
const ofWrangler = createRequire(import.meta.url)('wrangler/package.json') as Manifest
const miniflare = ofWrangler.dependencies!['miniflare']!
for (const parent of ['packages', 'apps']) {
  for (const name of readdirSync(root + parent)) {
    const path = `${parent}/${name}/package.json`
    if (!existsSync(root + path)) continue
    const version = read(path).devDependencies?.['miniflare'] ?? miniflare
    if (version === miniflare) continue
    console.error(`${path}: miniflare must be ${miniflare}, as in wrangler (it is ${version})`)
    process.exitCode = 1
  }
}
