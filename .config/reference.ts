/** Builds the reference from the doc comments into `reference/`. A public name without one fails. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { denoBinary } from '@limen/test-servers'
import { publicFolders, readManifest, root } from './packages.ts'

/** The packages that are not on JSR. They have no `deno.json`, so Deno does not find what they import. */
const others = publicFolders().filter((folder) => !existsSync(`${root}${folder}/deno.json`))

/** The modules of other projects that a package imports, such as those of its framework. */
function otherModules(folder: string): string[] {
  return globSync(`${root}${folder}/src/**/*.ts`)
    .flatMap((path) => Array.from(readFileSync(path, 'utf8').matchAll(/ from '(.+)'$/gm)))
    .map(([, name = '']) => name)
    .filter((name) => !/^(?:\.|node:|@limen\/)/.test(name))
}

const empty = others
  .flatMap((folder) => otherModules(folder))
  .map((name) => [name, 'data:application/typescript,export{}'] as const)
const own = publicFolders().flatMap((folder) => {
  const { name, exports } = readManifest(`${folder}/package.json`)
  return Object.entries(exports).map(
    ([path, file]) =>
      [name + path.slice(1), new URL(`../${folder}/${file}`, import.meta.url).href] as const,
  )
})
const imports = encodeURIComponent(
  JSON.stringify({ imports: Object.fromEntries([...own, ...empty]) }),
)

function doc(...args: readonly string[]): void {
  try {
    execFileSync(
      denoBinary(),
      [
        'doc',
        '--config',
        'packages/deno.json',
        `--import-map=data:application/json,${imports}`,
        ...args,
      ],
      {
        cwd: root,
        env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
        stdio: 'pipe',
      },
    )
  } catch (error) {
    console.error(String((error as { stderr: Buffer }).stderr))
    process.exit(1)
  }
}

const entries = publicFolders().flatMap((folder) =>
  Object.values(readManifest(`${folder}/package.json`).exports)
    // The entry point `sql-kit` is for this repository's own packages.
    .filter((path) => path.endsWith('.ts') && !path.endsWith('/sql-kit.ts'))
    .map((path) => `${folder}/${path.slice(2)}`),
)

// Without npm packages, as their types need no comment of ours. These two cannot be read without.
const withoutPeers = entries.filter((path) => !/sql\/src\/(drizzle|kysely)/.test(path))
doc('--lint', '--no-npm', ...withoutPeers)
doc('--html', '--name=Limen', '--output=reference', ...entries)
console.log(`The reference of ${entries.length} entry points: reference/index.html`)
