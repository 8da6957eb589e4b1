/**
 * Checks the manifests of the published packages: their metadata, the versions that npm and JSR get,
 * and the versions of Node that `engines` allows. `--write` corrects them.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Manifest, foldersIn, publicFolders, readManifest, root } from './packages.ts'

/** Compares fields of a manifest with the wanted ones, or writes them. */
function requireFields(path: string, wanted: Readonly<Record<string, unknown>>): void {
  const manifest = JSON.parse(readFileSync(root + path, 'utf8')) as Record<string, unknown>
  const wrong = Object.keys(wanted).filter(
    (name) => JSON.stringify(manifest[name]) !== JSON.stringify(wanted[name]),
  )
  if (wrong.length === 0) return
  if (process.argv.includes('--write')) {
    writeFileSync(root + path, `${JSON.stringify({ ...manifest, ...wanted }, null, 2)}\n`)
    return
  }
  for (const name of wrong) {
    const value = JSON.stringify(wanted[name])
    console.error(`${path}: ${name} must be ${value}. To correct it: pnpm manifests --write`)
  }
  process.exitCode = 1
}

// The address of the repository is written once, in the root's package.json.
const url = readManifest('package.json').homepage!
const { optionalDependencies } = readManifest('packages/node-versions/package.json')
const tested = Object.values(optionalDependencies!).map(
  (specifier) => /@(\d+\.\d+)\.\d+$/.exec(specifier)![1]!,
)
const engines = { node: `^${tested[0]} || >=${tested[1]}` }

for (const folder of publicFolders()) {
  requireFields(`${folder}/package.json`, {
    homepage: `${url}/tree/main/${folder}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory: folder },
    engines,
  })
  if (!existsSync(`${root}${folder}/deno.json`)) continue
  const { version } = readManifest(`${folder}/package.json`)
  requireFields(`${folder}/deno.json`, { version })
}

// Another miniflare would bring a second workerd.
const wrangler = createRequire(import.meta.url)('wrangler/package.json') as Manifest
const miniflare = wrangler.dependencies!['miniflare']!
for (const folder of [...foldersIn('packages'), ...foldersIn('apps')]) {
  const path = `${folder}/package.json`
  const version = readManifest(path).devDependencies?.['miniflare'] ?? miniflare
  if (version === miniflare) continue
  console.error(`${path}: miniflare must be ${miniflare}, as in wrangler (it is ${version})`)
  process.exitCode = 1
}
