import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const platform = { win32: 'windows' }[process.platform as 'win32'] ?? process.platform
const cpu = { arm64: 'aarch64' }[process.arch as 'arm64'] ?? process.arch

/** The Bun that npm brought, without running anybody's install script. */
function bun(): string | null {
  try {
    const manifest = `@oven/bun-${platform}-${cpu}/package.json`
    return join(dirname(createRequire(import.meta.url).resolve(manifest)), 'bin', 'bun')
  } catch {
    return null
  }
}

it.skipIf(!bun())(
  'the suites of core, conformance and Hono pass in Bun',
  async () => {
    const suites = ['core', 'conformance', 'hono'].map((name) => `packages/${name}/src`)
    // Bun's runner takes what a test file imports from vitest for its own.
    const { stderr } = await promisify(execFile)(bun()!, ['test', ...suites], { cwd: root })
    expect(stderr).toMatch(/^ [1-9]\d\d+ pass$/m)
    expect(stderr).toMatch(/^ 0 fail$/m)
  },
  60_000,
)

it.skipIf(!bun())('E8: the stores of @limen/workers load and work in Bun', async () => {
  const program = 'packages/workers/test/plain-runtime.ts'
  const { stdout } = await promisify(execFile)(bun()!, [program], { cwd: root })
  expect(stdout).toBe('every store works\n')
})
