/** The files of a project. */
import { type Choices, conditionsOf } from './choices.ts'
import { manifestOf } from './manifest.ts'
import { importsOf, withConst, withoutUnusedImports } from './modules.ts'
import type { PackageManager } from './package-manager.ts'
import { readmeOf } from './readme.ts'
import { select } from './select.ts'
import { type Setting, settingsOf } from './settings.ts'
import type { Templates } from './templates.ts'

/** What a project is made from. */
export interface ProjectInput {
  readonly name: string
  readonly choices: Choices
  readonly packageManager: PackageManager
  readonly templates: Templates
  /** Creates a random key: 32 bytes in base64. */
  readonly newKey: () => string
}

/** The names of a store's files in the templates, and in a project. */
interface Platform {
  /** Every other module of the project is imported by one of these. */
  readonly entries: Readonly<Record<string, string>>
  /** The folders of its migrations, and the files that it does not use. */
  readonly migrations: readonly string[]
  readonly without?: RegExp
}

const PLATFORMS: Readonly<Record<Choices['store'], Platform>> = {
  d1: {
    entries: {
      'src/workers.ts': 'src/workers.ts',
      'src/env.d.ts': 'src/env.d.ts',
      'test/app-workers.ts': 'test/app.test.ts',
      'test/workers.d.ts': 'test/workers.d.ts',
    },
    migrations: ['migrations/workers'],
  },
  postgres: {
    entries: { 'src/node.ts': 'src/node.ts', 'test/app-node.ts': 'test/app.test.ts' },
    migrations: ['migrations/node'],
  },
  sqlite: {
    entries: {
      'src/node-sqlite.ts': 'src/node.ts',
      'test/app-node-sqlite.ts': 'test/app.test.ts',
    },
    migrations: ['migrations/workers', 'migrations/node-sqlite'],
    // The app creates the tables of Limen when it starts.
    without: /_limen\.sql$/,
  },
  'deno-kv': {
    entries: { 'src/deno.ts': 'src/deno.ts', 'test/app-deno.ts': 'test/app.test.ts' },
    migrations: [],
  },
}

/** Returns the text of each file, by its path in the project. */
export function projectOf(input: ProjectInput): ReadonlyMap<string, string> {
  const { name, choices, packageManager, templates, newKey } = input
  const platform = PLATFORMS[choices.store]
  const conditions = conditionsOf(choices)
  const settings = settingsOf(choices, newKey)
  const selected = (path: string) => {
    const template = templates.files.get(path)
    if (template === undefined) throw new TypeError(`There is no template ${path}`)
    return select(path, template, conditions)
  }
  const modules = modulesOf(platform, selected)
  const { versions, compilerOptions } = templates
  const files = new Map([
    ['README.md', readmeOf({ name, choices, settings, packageManager, modules })],
    ['package.json', manifestOf({ name, choices, settings, modules, versions })],
    ['.gitignore', IGNORED[choices.runtime].join('\n')],
    ...modules,
    ...migrationsOf(platform, templates, selected),
  ])
  const devEnv = devEnvOf(settings)
  if (devEnv) files.set('dev.env', devEnv)
  if (choices.runtime === 'workers') {
    const secrets = settings.filter(({ isSecret }) => isSecret)
    const lines = secrets.map(({ name: secret, description }) => `${secret}= # ${description}\n`)
    if (lines.length > 0) files.set('.env.example', lines.join(''))
    files.set('wrangler.jsonc', wranglerOf(name, selected('wrangler.jsonc')))
    files.set('vitest.config.ts', vitestConfigOf(choices))
  }
  if (choices.runtime === 'deno') files.set('deno.jsonc', selected('deno.jsonc'))
  else files.set('tsconfig.json', tsconfigOf(choices, compilerOptions))
  if (packageManager.name === 'pnpm' && choices.runtime === 'workers') {
    files.set('pnpm-workspace.yaml', PNPM_WORKSPACE)
  }
  return files
}

/** The modules that the entries reach, each without the imports that it does not use. */
function modulesOf(
  { entries }: Platform,
  selected: (path: string) => string,
): ReadonlyMap<string, string> {
  const modules = new Map<string, string>()
  const waiting = Object.keys(entries)
  const seen = new Set(waiting)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = withConst(withoutUnusedImports(withoutFolders(selected(path))))
    modules.set(entries[path] ?? path, source)
    const imported = [...importsOf(source).map(({ from }) => from), ...typeImportsOf(source)]
    for (const from of imported.filter((each) => each.startsWith('.'))) {
      const target = new URL(from, `file:///${path}`).pathname.slice(1)
      if (seen.has(target)) continue
      seen.add(target)
      waiting.push(target)
    }
  }
  return new Map([...modules].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

function typeImportsOf(source: string): string[] {
  return Array.from(source.matchAll(/typeof import\('([^']+)'\)/g), ([, from = '']) => from)
}

/** A project has one folder of migrations. */
function withoutFolders(source: string): string {
  return source.replaceAll(/\.\.\/migrations\/[\w-]+\//g, '../migrations/')
}

function migrationsOf(
  { migrations, without = /^$/ }: Platform,
  templates: Templates,
  selected: (path: string) => string,
): [path: string, text: string][] {
  return [...templates.files.keys()].flatMap((path) => {
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (!migrations.includes(folder) || without.test(path)) return []
    const text = selected(path)
    const hasStatement = text.replaceAll(/^\s*--.*$/gm, '').trim() !== ''
    return hasStatement ? [[path.replace(folder, 'migrations'), text]] : []
  })
}

function devEnvOf(settings: readonly Setting[]): string | null {
  const lines = settings.flatMap(({ name, forDevelopment }) =>
    forDevelopment === undefined ? [] : [`${name}=${forDevelopment}\n`],
  )
  if (lines.length === 0) return null
  return `# For work on this machine. It is in the repository, so it has no secrets.\n${lines.join('')}`
}

function wranglerOf(name: string, template: string): string {
  return template
    .replaceAll('"recipes"', JSON.stringify(name))
    .replaceAll('migrations/workers', 'migrations')
}

function tsconfigOf({ runtime }: Choices, base: object): string {
  const types =
    runtime === 'workers'
      ? ['@cloudflare/workers-types', '@cloudflare/vitest-plugin/types', 'node']
      : ['node']
  const lib =
    runtime === 'workers' ? ['es2023', 'es2024.string'] : ['es2024', 'dom', 'dom.iterable']
  const { rewriteRelativeImportExtensions: _, ...options } = base as Record<string, unknown>
  const include = ['src', 'test', ...(runtime === 'workers' ? ['vitest.config.ts'] : [])]
  return `${JSON.stringify({ compilerOptions: { ...options, lib, types }, include }, null, 2)}\n`
}

const IGNORED: Readonly<Record<Choices['runtime'], readonly string[]>> = {
  workers: ['node_modules/', '.wrangler/', '.env', ''],
  node: ['node_modules/', 'data/', '.env', ''],
  deno: ['node_modules/', '.env', ''],
}

function vitestConfigOf({ ways }: Choices): string {
  const key = ways.includes('totp')
    ? "\n          TOTP_KEY: Buffer.alloc(32).toString('base64'),"
    : ''
  return `import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: {
        bindings: {
          MIGRATIONS: await readD1Migrations('./migrations'),${key}
        },
      },
    })),
  ],
  test: { include: ['test/*.test.ts'], testTimeout: 30_000 },
})
`
}

const PNPM_WORKSPACE = `# Their packages contain the binaries: no script needs to run at the installation.
allowBuilds:
  esbuild: false
  sharp: false
  workerd: false
`
