/** Builds the reference from the doc comments into `reference/`. A public name without one fails. */
import { execFileSync } from 'node:child_process'
import { denoBinary } from '@limen/test-servers'
import { publicFolders, readManifest, root } from './packages.ts'

function doc(...args: readonly string[]): void {
  try {
    execFileSync(denoBinary(), ['doc', '--config', 'packages/deno.json', ...args], {
      cwd: root,
      env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
      stdio: 'pipe',
    })
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
