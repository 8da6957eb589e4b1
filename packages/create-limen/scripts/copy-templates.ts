/**
 * `node scripts/copy-templates.ts`: copies the recipes to `templates`, from which an app is created.
 *
 * The recipes are the one source: `templates` is not in the repository.
 */
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const recipes = new URL('recipes/', root)

type Manifest = Readonly<
  Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>> | undefined>
> & { readonly version: string }

async function readJson<Value>(url: URL): Promise<Value> {
  return JSON.parse(await readFile(url, 'utf8')) as Value
}

/** The versions of all packages that a template can import. */
async function versions(): Promise<Record<string, string>> {
  const own = await readJson<Manifest>(new URL('package.json', recipes))
  const versions: Record<string, string> = {}
  for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
    if (!version.startsWith('link:')) versions[name] = version
    else {
      const folder = new URL(`${version.slice('link:'.length)}/`, recipes)
      const linked = await readJson<Manifest>(new URL('package.json', folder))
      versions[name] = name.startsWith('@limen/') ? `^${linked.version}` : linked.version
    }
  }
  return versions
}

/** Copies the templates to a folder, in place of what is there. */
export async function copyTemplates(target: URL): Promise<void> {
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  for (const name of ['src', 'migrations', 'wrangler.jsonc', 'deno.jsonc']) {
    await cp(new URL(name, recipes), new URL(name, target), { recursive: true })
  }
  await mkdir(new URL('test', target))
  const helpers = ['authenticator.ts', 'example-provider.ts', 'workers.d.ts', 'world.ts']
  for (const name of await readdir(new URL('test/', recipes))) {
    if (!/^(?:app|main)-/.test(name) && !helpers.includes(name)) continue
    await cp(new URL(`test/${name}`, recipes), new URL(`test/${name}`, target))
  }
  const { compilerOptions } = await readJson<{ compilerOptions: object }>(
    new URL('tsconfig.base.json', root),
  )
  const facts = { versions: await versions(), compilerOptions }
  await writeFile(new URL('facts.json', target), `${JSON.stringify(facts, null, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await copyTemplates(new URL('../templates/', import.meta.url))
}
