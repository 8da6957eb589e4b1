/** A folder in which projects share one installation: packed tarballs of this repository, and npm. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { copyTemplates } from '../scripts/copy-templates.ts'
import { type Templates, readTemplates } from '../src/templates.ts'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const PNPM = ['--yes', 'pnpm@12.21.0']

/** The packages that a project can depend on. */
const PACKAGES = ['@limen/core', '@limen/deno', '@limen/hono', '@limen/sql', '@limen/testing']

/** Runs a program. Rejects with its output. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options)
    return stdout + stderr
  } catch (error) {
    const { stdout, stderr, message } = error as Error & Record<'stdout' | 'stderr', string>
    throw new Error(
      `${command} ${args.join(' ')} in ${cwd}: ${message.split('\n')[0]}\n${stdout}${stderr}`,
    )
  }
}

/** Packs the packages. Returns the path of each tarball, by the name of its package. */
export async function packTarballs(folder: string): Promise<Readonly<Record<string, string>>> {
  await mkdir(folder, { recursive: true })
  const filters = [...PACKAGES, 'create-limen'].map((name) => `--filter=${name}`)
  await run('npx', [...PNPM, '-r', ...filters, 'pack', '--pack-destination', folder], ROOT)
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  return Object.fromEntries(
    tarballs.map((name) => {
      const [, base = ''] = /^(.+)-\d+\.\d+\.\d+/.exec(name) ?? []
      return [base.replace(/^limen-/, '@limen/'), join(folder, name)]
    }),
  )
}

/** A folder for projects. */
export interface Workspace {
  readonly path: string
  readonly templates: Templates
  /** Writes a project, with the shared installation. Returns its folder. */
  write(name: string, files: ReadonlyMap<string, string>): Promise<string>
}

/** Installs what all projects need, once. */
export async function createWorkspace(path: string): Promise<Workspace> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  const folder = join(path, 'templates')
  await copyTemplates(pathToFileURL(`${folder}/`))
  const templates = await readTemplates(pathToFileURL(`${folder}/`))
  const tarballs = await packTarballs(join(path, 'tarballs'))
  const local = Object.fromEntries(
    Object.entries(tarballs)
      .filter(([name]) => PACKAGES.includes(name))
      .map(([name, file]) => [name, `file:${file}`]),
  )
  const unused =
    /^@limen\/|^@types\/oidc|^(?:oidc-provider|playwright-core|selfsigned|smtp-server|deno|@simplewebauthn\/browser)$/
  const versions = Object.entries(templates.versions).filter(([name]) => !unused.test(name))
  const dependencies = { ...Object.fromEntries(versions), ...local }
  await writeFile(join(path, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const overrides = Object.entries(local).map(([name, file]) => `  '${name}': '${file}'\n`)
  await writeFile(
    join(path, 'pnpm-workspace.yaml'),
    `packages: []\nallowBuilds: { esbuild: false, sharp: false, workerd: false }\noverrides:\n${overrides.join('')}`,
  )
  await run('npx', [...PNPM, 'install', '--prefer-offline', '--no-frozen-lockfile'], path)
  return {
    path,
    templates,
    async write(name, files) {
      const project = join(path, 'projects', name)
      await rm(project, { recursive: true, force: true })
      for (const [file, text] of files) {
        await mkdir(join(project, file, '..'), { recursive: true })
        await writeFile(join(project, file), text)
      }
      await symlink(join(path, 'node_modules'), join(project, 'node_modules'))
      return project
    },
  }
}
