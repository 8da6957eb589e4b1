/** Packs every public package as npm would get it, and has publint and attw judge the tarballs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const tarballs = mkdtempSync(join(tmpdir(), 'limen-packed-'))
const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

try {
  for (const entry of readdirSync(packages, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const folder = join(packages, entry.name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      private?: boolean
    }
    if (manifest.private) continue
    run('npx', ['--yes', 'pnpm@12.21.0', 'pack', '--pack-destination', tarballs], folder)
  }
  for (const tarball of readdirSync(tarballs)) {
    run('publint', ['run', tarball, '--strict'], tarballs)
    run('attw', [tarball, '--profile', 'esm-only'], tarballs)
    console.log(`${tarball}: publint and attw find nothing wrong`)
  }
} finally {
  rmSync(tarballs, { recursive: true })
}
