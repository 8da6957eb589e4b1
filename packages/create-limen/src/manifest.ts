/** The package.json of a project: a dependency for each package that a file imports. */
import type { Choices } from './choices.ts'
import { importsOf, packageOf } from './modules.ts'
import { type Setting } from './settings.ts'
import type { Templates } from './templates.ts'

/** What a project's package.json is made from. */
export interface ManifestInput {
  readonly name: string
  readonly choices: Choices
  readonly settings: readonly Setting[]
  /** The modules of the project, by their path. */
  readonly modules: ReadonlyMap<string, string>
  readonly versions: Templates['versions']
}

const WITH_TYPES: Readonly<Record<string, string>> = { pg: '@types/pg' }
/** Only `dev` and `test` use it: in production, DATABASE_URL names a server. */
const FOR_DEVELOPMENT = ['@electric-sql/pglite']

/** The packages that scripts and compilers need, and no module imports. */
function toolsOf({ runtime }: Choices): string[] {
  // Deno has the modules of Node, and their types are a package.
  if (runtime === 'deno') return ['@types/node']
  if (runtime === 'node') return ['@types/node', 'typescript']
  return [
    '@cloudflare/vitest-plugin',
    '@cloudflare/workers-types',
    '@types/node',
    'typescript',
    'vitest',
    'wrangler',
  ]
}

/** Creates it. */
export function manifestOf(input: ManifestInput): string {
  const { name, choices, settings, modules, versions } = input
  const used = { src: new Set<string>(), test: new Set(toolsOf(choices)) }
  for (const [path, source] of modules) {
    const folder = path.startsWith('src/') ? 'src' : 'test'
    for (const { from } of importsOf(source)) {
      const imported = packageOf(from)
      if (imported === null) continue
      used[FOR_DEVELOPMENT.includes(imported) ? 'test' : folder].add(imported)
      const types = choices.runtime === 'deno' ? undefined : WITH_TYPES[imported]
      if (types) used.test.add(types)
    }
  }
  const versionsOf = (names: Iterable<string>) =>
    Object.fromEntries([...names].toSorted().map((each) => [each, versions[each]]))
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: scriptsOf(choices, settings),
    ...(choices.runtime === 'workers' && { cloudflare: { bindings: bindingsOf(settings) } }),
    dependencies: versionsOf(used.src),
    devDependencies: versionsOf([...used.test].filter((each) => !used.src.has(each))),
    ...(choices.runtime === 'node' && { engines: { node: '>=22.18' } }),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** The texts that a Deploy to Cloudflare button shows. */
function bindingsOf(settings: readonly Setting[]): Record<string, { description: string }> {
  const described = settings.map(({ name, description }) => [name, { description }])
  return {
    DB: { description: 'Users and sessions.' },
    ATTEMPTS: { description: 'Counts attempts to sign in: 10 in a minute.' },
    ...(Object.fromEntries(described) as Record<string, { description: string }>),
  }
}

function scriptsOf(
  { runtime, providers }: Choices,
  settings: readonly Setting[],
): Record<string, string> {
  const hasFile = settings.some(({ forDevelopment }) => forDevelopment !== undefined)
  const file = hasFile ? ' --env-file=dev.env' : ''
  if (runtime === 'workers') {
    return {
      // Without a terminal, wrangler does not wait for an answer.
      dev: `echo y | wrangler d1 migrations apply DB --local && wrangler dev${file}${file && ' --env-file=.env'}`,
      deploy: 'wrangler d1 migrations apply DB --remote && wrangler deploy',
      test: 'vitest run',
      types: 'tsc',
    }
  }
  if (runtime === 'node') {
    return {
      dev: `node --watch${file} --env-file-if-exists=.env src/node.ts`,
      start: 'node src/node.ts',
      test: 'node --test test/app.test.ts',
      types: 'tsc',
    }
  }
  const hosts = providers.flatMap((provider) => HOSTS[provider])
  const names = settings.map(({ name }) => name)
  const rights = [
    `--allow-net=0.0.0.0:8000${hosts.map((host) => `,${host}`).join('')}`,
    ...(names.length > 0 ? [`--allow-env=${names.join(',')}`] : []),
  ].join(' ')
  return {
    dev: `deno run --watch${file} ${rights} src/deno.ts`,
    start: `deno run ${rights} src/deno.ts`,
    test: 'deno test test/app.test.ts',
    types: 'deno check src test',
  }
}

/** The hosts that the app contacts. Of another provider, the address is a setting. */
const HOSTS: Readonly<Record<Choices['providers'][number], readonly string[]>> = {
  github: ['github.com', 'api.github.com'],
  google: ['oauth2.googleapis.com'],
  microsoft: ['login.microsoftonline.com'],
  discord: ['discord.com'],
  apple: ['appleid.apple.com'],
  openid: [],
}
