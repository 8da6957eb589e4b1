/** Fills the generated blocks of READMEs and docs, such as programs from files: `pnpm embed`. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { transform } from 'automd'
import { costsMarkdown } from '../apps/bench/costs/page.ts'
import { storesMarkdown } from './stores.ts'
import { foldersIn, root } from './packages.ts'

/** The paths of all pages of the documentation, from the root of the repository. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
    // Without what the site installs and builds.
    .filter((path) => path.endsWith('.md') && !/^(node_modules|site|dist)\//.test(path))
    .map((path) => `docs/${path}`),
  ...foldersIn('packages')
    .map((folder) => `${folder}/README.md`)
    .filter((path) => read(path) !== null),
].toSorted()

/** A page's text, or `null` when there is no such file. */
export function read(path: string): string | null {
  try {
    return readFileSync(root + path, 'utf8')
  } catch {
    return null
  }
}

/** A page with all its generated blocks as they must be. */
export async function generated(path: string): Promise<string> {
  const stores = { name: 'stores', generate: () => ({ contents: storesMarkdown() }) }
  const costs = { name: 'costs', generate: () => ({ contents: costsMarkdown() }) }
  const url = pathToFileURL(root + path).href
  const { contents, updates } = await transform(read(path)!, { generators: { stores, costs } }, url)
  for (const { result } of updates) {
    const [issue] = result.issues ?? []
    if (issue) throw new Error(`${path}: ${issue}`)
  }
  return contents
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const path of pages) writeFileSync(root + path, await generated(path))
}
