/** Runs the add-on on new projects, as `npx sv add @limen` does, and then the projects. */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Visitor, start } from 'driver'
import { parse } from 'node-html-parser'
import { create } from 'sv'
import { beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = resolve(import.meta.dirname, '../..')
const addon = join(import.meta.dirname, 'projects/addon')

/** svelte-check takes 10 s of processor time. */
const CHECK_MS = 240_000

/** Builds a package as for npm, and installs it in a folder. */
async function install(name: string, folders: readonly string[]): Promise<void> {
  const source = join(root, 'packages', name)
  await run('npx', ['--yes', 'pnpm@12.21.0', 'run', 'build'], { cwd: source })
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    publishConfig: object
  }
  for (const folder of folders) {
    cpSync(join(source, 'dist'), join(folder, 'dist'), { recursive: true })
    write(folder, 'package.json', JSON.stringify({ ...manifest, ...manifest.publishConfig }))
  }
}

/** A project. Its folder is in that of an app, whose packages it finds. */
interface Project {
  readonly app: string
  readonly folder: string
}

const bin = ({ app }: Project, name: string) => join(app, 'node_modules/.bin', name)

/** The folders in which the projects are, and in which they find the packages of Limen. */
const PROJECTS = {
  kit2: join(import.meta.dirname, 'projects'),
  kit3: join(root, 'examples/sveltekit/projects'),
}

function createProject(name: string, types: 'typescript' | 'checkjs'): Project {
  const folder = join(PROJECTS.kit2, name)
  create({ cwd: folder, name, template: 'minimal', types })
  return { app: import.meta.dirname, folder }
}

/** sv 0.17.1 creates projects for SvelteKit 2. This is how its next version does it for 3. */
function createKit3Project(): Project {
  const folder = join(PROJECTS.kit3, 'kit-3')
  create({ cwd: folder, name: 'kit-3', template: 'minimal', types: 'typescript' })
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    devDependencies: object
  }
  const devDependencies = { ...manifest.devDependencies, '@sveltejs/kit': '^3.2.0' }
  const imports = { '#lib/*': './src/lib/*' }
  write(folder, 'package.json', JSON.stringify({ ...manifest, devDependencies, imports }))
  write(folder, 'tsconfig.json', '{ "extends": "$app/tsconfig" }')
  const layout = readFileSync(join(folder, 'src/routes/+layout.svelte'), 'utf8')
  write(folder, 'src/routes/+layout.svelte', layout.replaceAll('$lib', '#lib'))
  const config = readFileSync(join(folder, 'vite.config.ts'), 'utf8')
  write(folder, 'vite.config.ts', config.replaceAll('adapter-auto', 'adapter-node'))
  return { app: join(root, 'examples/sveltekit'), folder }
}

/** A project with a hook, and a type of its own. */
function createProjectWithHook(): Project {
  const project = createProject('kit-2', 'typescript')
  write(
    project.folder,
    'src/hooks.server.ts',
    `import type { Handle } from '@sveltejs/kit'

export const handle: Handle = ({ event, resolve }) => {
	event.locals.requestId = crypto.randomUUID()
	return resolve(event)
}
`,
  )
  write(
    project.folder,
    'src/app.d.ts',
    `declare global {
	namespace App {
		interface Locals {
			requestId: string;
		}
	}
}

export {};
`,
  )
  return project
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function svAdd({ folder }: Project, options = '') {
  const sv = join(import.meta.dirname, 'node_modules/.bin/sv')
  const flags = ['--no-git-check', '--no-download-check', '--no-install', '--cwd', folder]
  return run(sv, ['add', `file:${addon}${options}`, ...flags], { cwd: import.meta.dirname })
}

/** Checks the types as the project's own script does. */
async function check(project: Project): Promise<void> {
  const options = { cwd: project.folder }
  await run(bin(project, 'svelte-kit'), ['sync'], options)
  await run(bin(project, 'svelte-check'), ['--fail-on-warnings'], options).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout)
    },
  )
}

const text = ({ folder }: Project, path: string) => readFileSync(join(folder, path), 'utf8')

beforeAll(async () => {
  for (const folder of Object.values(PROJECTS)) rmSync(folder, { recursive: true, force: true })
  await install('sv', [addon])
  for (const name of ['core', 'sql', 'sveltekit']) {
    const folders = Object.values(PROJECTS).map((folder) => `${folder}/node_modules/@limen/${name}`)
    await install(name, folders)
  }
})

describe.each([
  ['SvelteKit 2, with a hook of the app', createProjectWithHook, '$lib/server/auth'],
  ['SvelteKit 3', createKit3Project, '#lib/server/auth.ts'],
] as const)('sv add @limen in %s', (_, createIt, lib) => {
  let project: Project
  beforeAll(async () => {
    project = createIt()
    await svAdd(project, '=demo:yes')
  })

  it('adds packages, the hook and the type of locals.auth', () => {
    const { devDependencies } = JSON.parse(text(project, 'package.json')) as {
      devDependencies: Record<string, string>
    }
    const { version } = JSON.parse(
      readFileSync(join(root, 'packages/sv/package.json'), 'utf8'),
    ) as {
      version: string
    }
    expect(devDependencies).toMatchObject({
      '@limen/core': `^${version}`,
      '@limen/sql': `^${version}`,
      '@limen/sveltekit': `^${version}`,
    })
    expect(text(project, 'src/hooks.server.ts')).toContain(`import { auth } from '${lib}'`)
    expect(text(project, 'src/app.d.ts')).toContain('auth: InferAuthRequest<typeof auth>')
    expect(text(project, '.gitignore')).toContain('*.db*')
  })

  it('type-checks', () => check(project), CHECK_MS)

  it('runs: signs up, recognizes, signs out, and refuses another site', async () => {
    const command = [bin(project, 'vite'), 'dev', '--port', '{port}', '--strictPort'] as const
    await using running = await start(command, { folder: project.folder, env: {} })
    const visitor = new Visitor(running.port)
    const path = '/demo/limen'
    expect((await visitor.get(path)).body).toContain('Sign up')
    const headers = {
      Accept: 'text/html',
      Origin: visitor.origin,
      'Sec-Fetch-Site': 'same-origin',
    }
    const body = new URLSearchParams({ name: 'Ada' })
    const sent = { method: 'POST', body }
    expect((await visitor.send(`${path}?/signUp`, { ...sent, headers })).status).toBe(303)
    const page = await visitor.get(path)
    expect(parse(page.body).querySelector('p')?.text).toBe('Hello Ada')
    expect(page.headers['cache-control']).toBe('private, no-store')
    const crossSite = { ...headers, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    expect((await visitor.send(`${path}?/signOut`, { ...sent, headers: crossSite })).status).toBe(
      403,
    )
    expect((await visitor.send(`${path}?/signOut`, { ...sent, headers })).status).toBe(303)
    expect((await visitor.get(path)).body).toContain('Sign up')
  })

  it('builds', async () => {
    await run(bin(project, 'vite'), ['build'], { cwd: project.folder })
  })

  it('a second time changes nothing', async () => {
    const before = text(project, 'src/hooks.server.ts')
    const { stdout } = await svAdd(project, '=demo:yes').catch((error: { stdout: string }) => error)
    expect(stdout).toContain('exists already')
    expect(text(project, 'src/hooks.server.ts')).toBe(before)
  })
})

describe('sv add @limen', () => {
  it('keeps the hook and the types of the app', () => {
    const folder = join(PROJECTS.kit2, 'kit-2')
    const project = { app: import.meta.dirname, folder }
    expect(text(project, 'src/hooks.server.ts')).toMatch(/sequence\(.*handleAuth/)
    expect(text(project, 'src/app.d.ts')).toContain('requestId: string')
  })

  it(
    'writes JavaScript in a project of JavaScript, and no page where none is wanted',
    async () => {
      const project = createProject('js', 'checkjs')
      await svAdd(project, '=demo:no')
      expect(existsSync(join(project.folder, 'src/lib/server/auth.js'))).toBe(true)
      expect(existsSync(join(project.folder, 'src/routes/demo'))).toBe(false)
      await check(project)
    },
    CHECK_MS,
  )
})
