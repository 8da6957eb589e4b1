/** The templates: copies of the recipes, which the build makes. */
import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The templates. */
export interface Templates {
  /** The text of each file, by its path in the recipes. */
  readonly files: ReadonlyMap<string, string>
  /** The versions of the packages. */
  readonly versions: Readonly<Record<string, string>>
  /** The strict options of the compiler. */
  readonly compilerOptions: object
}

/** The folder of the templates in the package. */
export const TEMPLATES: URL = new URL('../templates/', import.meta.url)

/** Reads the templates. */
export async function readTemplates(folder: URL): Promise<Templates> {
  const files = new Map<string, string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'facts.json') continue
    const path = join(entry.parentPath, entry.name)
    const name = relative(fileURLToPath(folder), path).replaceAll('\\', '/')
    files.set(name, await readFile(path, 'utf8'))
  }
  const facts = await readFile(new URL('facts.json', folder), 'utf8')
  return { files, ...(JSON.parse(facts) as Pick<Templates, 'versions' | 'compilerOptions'>) }
}
