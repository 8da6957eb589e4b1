/** Bundles the same code for Node, Deno and workerd. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The folder of the bench. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** Where a subject is: its name, its file in `subjects/` and its export. */
export interface Found {
  readonly name: string
  readonly file: string
  readonly as: string
  readonly workerdFlags?: readonly string[]
  /** Another checkout of this repository, whose packages are bundled. */
  readonly beside?: string
}

/** A bundle, and what it contains. */
export interface Bundled {
  readonly code: string
  readonly modules: number
  /** The modules of Node that it imports. */
  readonly builtins: readonly string[]
}

interface BundleOptions {
  readonly minify?: boolean
  readonly beside?: string | undefined
  /** What replaces some modules. */
  readonly alias?: Record<string, string>
  /** Modules that are not bundled. */
  readonly leftOut?: readonly string[]
}

/** Bundles some lines for Node and Deno, or as wrangler does for a Worker. */
export async function bundle(
  contents: string,
  forWorker: boolean,
  { minify = false, beside, alias = {}, leftOut = [] }: BundleOptions = {},
): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify,
    format: 'esm',
    target: 'es2023',
    write: false,
    metafile: true,
    outfile: 'bundle.js',
    external: ['node:*', ...leftOut],
    nodePaths: beside ? [join(root, 'node_modules')] : [],
    alias: beside ? sourcesIn(beside) : alias,
    ...(forWorker
      ? {
          platform: 'neutral' as const,
          conditions: ['workerd', 'worker', 'browser'],
          mainFields: ['browser', 'module', 'main'],
        }
      : { platform: 'node' as const }),
    logLevel: 'error',
  })
  const { inputs, imports } = Object.values(metafile.outputs)[0]!
  const imported = new Set(imports.map(({ path }) => path))
  return {
    code: outputFiles[0]!.text,
    modules: Object.values(inputs).filter(({ bytesInOutput }) => bytesInOutput > 0).length,
    builtins: [...imported].filter((path) => path.startsWith('node:')),
  }
}

/** Bundles a subject with some lines that use it as `subject`. */
export function bundleSubject(
  found: Found,
  lines: string,
  forWorker: boolean,
  options: BundleOptions = {},
): Promise<Bundled> {
  const { file, as, beside } = found
  const contents = `import { ${as} as subject } from './subjects/${file}'\n${lines}`
  return bundle(contents, forWorker, { beside, ...options })
}

/** The entry points of another checkout, by the names that imports use. */
function sourcesIn(checkout: string): Record<string, string> {
  const entries = ['core', 'hono', 'sql', 'workers'].flatMap((name) => {
    const folder = join(checkout, 'packages', name)
    const { exports = {} } = readManifest(folder)
    return Object.entries(exports).map(([entry, file]) => [
      `@limen/${name}${entry.slice(1)}`,
      join(folder, file),
    ])
  })
  return Object.fromEntries(entries) as Record<string, string>
}

interface Manifest {
  readonly version: string
  readonly dependencies?: Record<string, string>
  readonly exports?: Record<string, string>
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** The manifest of an installed package. */
export const manifestOf = (name: string): Manifest => readManifest(join(root, 'node_modules', name))
