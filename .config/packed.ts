/** Builds and packs every public package as npm gets it; publint and attw judge the tarballs. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const tarballs = mkdtempSync(join(tmpdir(), 'limen-packed-'))

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(command, args, { cwd }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`)
    },
  )
}

/** The names of the packages that npm gets. */
function publicNames(): readonly string[] {
  return readdirSync(packages, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return []
    const manifest = JSON.parse(
      readFileSync(join(packages, entry.name, 'package.json'), 'utf8'),
    ) as { name: string; private?: boolean }
    return manifest.private ? [] : [manifest.name]
  })
}

try {
  const chosen = publicNames().map((name) => `--filter=${name}`)
  const pack = ['-r', ...chosen, 'pack', '--pack-destination', tarballs]
  await run('npx', ['--yes', 'pnpm@12.21.0', ...pack], packages)
  for (const tarball of readdirSync(tarballs)) {
    await Promise.all([
      run('publint', ['run', tarball, '--strict'], tarballs),
      run('attw', [tarball, '--profile', 'esm-only'], tarballs),
    ])
    console.log(`${tarball}: publint and attw find nothing wrong`)
  }
} finally {
  rmSync(tarballs, { recursive: true })
}
