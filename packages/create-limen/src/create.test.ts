/** The command, as the package has it: compiled, with templates that the build copied. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyTemplates } from '../scripts/copy-templates.ts'
import { allChoices, pairwise } from '../test/all-choices.ts'
import { leftoversOf } from '../test/leftovers.ts'
import { EXTRAS, PROVIDERS, RUNTIMES, STORES, WAYS, completed } from './choices.ts'
import { packageManagerOf } from './package-manager.ts'
import { projectOf } from './project.ts'
import { type Templates, readTemplates } from './templates.ts'

const SOURCE = fileURLToPath(new URL('.', import.meta.url))
let folder: string
let templates: Templates

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-limen-'))
  await cp(SOURCE, join(folder, 'src'), { recursive: true })
  // Packages are found from here.
  await cp(join(SOURCE, '../node_modules'), join(folder, 'node_modules'), { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const copied = pathToFileURL(`${join(folder, 'templates')}/`)
  await copyTemplates(copied)
  templates = await readTemplates(copied)
})
afterAll(() => rm(folder, { recursive: true }))

async function create(args: readonly string[], agent = '', cwd = folder) {
  const env = { ...process.env, npm_config_user_agent: agent }
  const command = [join(folder, 'src/cli.ts'), ...args]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd, env })
    return { code: 0, text: stdout }
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string }
    return { code, text: stderr }
  }
}

function project(chosen: Parameters<typeof completed>[0], agent?: string) {
  return projectOf({
    name: 'app',
    choices: completed(chosen, 'workers'),
    packageManager: packageManagerOf(agent),
    templates,
    newKey: () => 'key',
  })
}

it.each([
  ['', 'npm install', 'npm run dev'],
  ['pnpm/12.21.0 npm/? node/v24.21.0 linux x64', 'pnpm install', 'pnpm run dev'],
  ['yarn/4.12.0 npm/? node/v24.21.0 linux x64', 'yarn install', 'yarn run dev'],
  ['bun/1.4.5 npm/? node/v24.21.0 linux x64', 'bun install', 'bun run dev'],
  ['deno/2.9.6 npm/? deno/2.9.6 linux x86_64', 'deno install', 'deno task dev'],
])('started by %j, the command and the README say %j', async (agent, install, dev) => {
  const name = `of-${agent.split('/')[0] || 'npm'}`
  const { code, text } = await create([name, '--yes'], agent)
  expect([code, text]).toEqual([
    0,
    expect.stringContaining(`Now:\n\n  cd ${name}\n  ${install}\n  ${dev}\n`),
  ])
  expect(await readFile(join(folder, name, 'README.md'), 'utf8')).toContain(`${install}\n${dev}`)
})

it('Deno is the default runtime when Deno starts the command', async () => {
  await create(['on-deno', '--yes'], 'deno/2.9.6')
  expect(await readdir(join(folder, 'on-deno', 'src'))).toContain('deno.ts')
})

it('without a terminal, nothing is asked', async () => {
  expect((await create(['no-questions'])).code).toBe(0)
})

it('a folder that is not empty is refused, and stays as it is', async () => {
  await mkdir(join(folder, 'mine'))
  await writeFile(join(folder, 'mine/notes.txt'), 'mine')
  expect(await create(['mine', '--yes'])).toEqual({
    code: 1,
    text: 'The folder "mine" is not empty. Give the name of a new folder, such as "npm create limen my-app".\n',
  })
  expect(await readdir(join(folder, 'mine'))).toEqual(['notes.txt'])
})

it('the current folder can be used when it is empty', async () => {
  const cwd = join(folder, 'here')
  await mkdir(join(cwd, '.git'), { recursive: true })
  const { code, text } = await create(['.', '--yes'], '', cwd)
  expect(code).toBe(0)
  expect(text).not.toContain('cd ')
})

it('a folder whose name cannot be that of a package is refused', async () => {
  expect(await create(['My App', '--yes'])).toEqual({
    code: 1,
    text: 'The last part of the folder names the package, so it must be lower-case letters, digits and "-", such as "my-app" (got "My App").\n',
  })
})

it('--help names every choice', async () => {
  const { text } = await create(['--help'])
  for (const name of ['workers', 'sqlite', 'totp', 'impersonation', 'openid', 'hono']) {
    expect(text).toContain(name)
  }
})

describe('a sample of all combinations, in which every two values occur together', () => {
  it.each(pairwise(allChoices()).map((choices) => [JSON.stringify(choices), choices] as const))(
    '%s has no leftovers',
    (_, choices) => {
      const files = projectOf({
        name: 'app',
        choices,
        packageManager: packageManagerOf(),
        templates,
        newKey: () => 'key',
      })
      expect(leftoversOf(files)).toEqual([])
    },
  )
})

it('every kind of leftover is found', () => {
  const files = new Map(project({ store: 'sqlite' }))
  const add = (path: string, text: string) => files.set(path, (files.get(path) ?? '') + text)
  add('src/app.ts', '\n// #if email\nexport function unused() {}\n')
  add('migrations/0001_users.sql', 'create table leftover (\n  unread text\n);\n')
  add('README.md', '\n| `UNREAD` | nothing |\n')
  files.set(
    'package.json',
    files.get('package.json')!.replace('"hono":', '"leftpad": "1.0.0",\n    "hono":'),
  )
  files.set(
    'src/site.ts',
    files.get('src/site.ts')!.replace('readonly limit:', 'readonly spare: 1\n  readonly limit:'),
  )
  expect(leftoversOf(files)).toEqual([
    'src/app.ts has a mark of a template',
    'src/app.ts exports unused',
    'src/site.ts has spare',
    'migrations/0001_users.sql creates leftover',
    'migrations/0001_users.sql has the column unread',
    'package.json has leftpad',
    'the setting UNREAD is not read',
  ])
})

it('every condition of the templates is a choice, or follows from choices', () => {
  const choices = [RUNTIMES, STORES, WAYS, EXTRAS, PROVIDERS].flat().map(({ name }) => name)
  const derived = ['accounts', 'reset', 'tickets', 'account']
  const known = new Set<string>([...choices, ...derived, 'recipes'])
  const names = [...templates.files.values()].flatMap((text) =>
    Array.from(text.matchAll(/#if (.+)$/gm), ([, condition = '']) =>
      condition.split(' or '),
    ).flat(),
  )
  expect(names.length).toBeGreaterThan(100)
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

/** https://developers.cloudflare.com/workers/platform/deploy-buttons/ */
describe('what a Deploy to Cloudflare button reads', () => {
  const files = () => project({ ways: ['passphrase', 'totp'], extras: [] })

  it('wrangler.jsonc names the resources, without ids', () => {
    const text = files().get('wrangler.jsonc')!
    expect(text).not.toContain('database_id')
    const config = JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/,(?=\s*[}\]])/g, ''))
    expect(config).toMatchObject({
      name: 'app',
      vars: { ORIGIN: 'http://localhost:8787' },
      d1_databases: [{ binding: 'DB', database_name: 'app', migrations_dir: 'migrations' }],
    })
  })

  it('package.json describes each of them, and its deploy script migrates by the name of the binding', () => {
    const manifest = JSON.parse(files().get('package.json')!)
    expect(Object.keys(manifest.cloudflare.bindings)).toEqual([
      'DB',
      'ATTEMPTS',
      'ORIGIN',
      'TOTP_KEY',
    ])
    expect(manifest.scripts.deploy).toBe(
      'wrangler d1 migrations apply DB --remote && wrangler deploy',
    )
  })

  it('.env.example lists the secrets', () => {
    expect(files().get('.env.example')).toMatch(/^TOTP_KEY= # Encrypts /)
  })
})
