import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

// The npm package's own command is a Node wrapper that leaves Deno behind when it is stopped.
const { runInstall } = createRequire(import.meta.url)('deno/install_api.cjs') as {
  runInstall: () => string
}
const root = fileURLToPath(new URL('../../..', import.meta.url))
// Memory may serve as the temporary folder, but Deno leaves /dev alone.
const { TMPDIR: _, ...inherited } = process.env
const env = { ...inherited, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }

async function deno(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(runInstall(), args, {
    cwd: root,
    env,
    maxBuffer: 1 << 26,
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${error.stdout}\n${error.stderr}`)
  })
  return stdout + stderr
}

describe('in Deno', () => {
  it('the store passes on a real Deno KV', async () => {
    const args = [
      'test',
      '--no-lock',
      '--cached-only',
      '--unstable-kv',
      '--allow-read',
      '--allow-write',
      '--allow-env=HISTORIES,SEED',
      // In a soak, the histories alone.
      ...(process.env['HISTORIES'] ? ['--filter', '/in memory.*random histories/'] : []),
    ]
    const output = await deno(...args, 'packages/deno/test/deno-kv-store.deno.ts')
    expect(output).toMatch(/ok \| [1-9]\d* passed \| 0 failed/)
  })

  it('the adapter passes, alone and behind Deno.serve', async () => {
    const args = ['test', '--no-lock', '--cached-only', '--allow-net=127.0.0.1']
    const output = await deno(...args, 'packages/deno/test/with-auth.deno.ts')
    expect(output).toMatch(/ok \| [1-9]\d passed \| 0 failed/)
  })

  it('E8: the stores of @limen/workers load and work without Cloudflare’s runtime', async () => {
    const output = await deno(
      'run',
      '--no-lock',
      '--cached-only',
      'packages/workers/test/plain-runtime.ts',
    )
    expect(output).toContain('every store works')
  })

  it('the suites of core, conformance and Hono pass', async () => {
    const vitest = 'node_modules/vitest/vitest.mjs'
    const args = [
      'run',
      '--config',
      'vitest.workspace.ts',
      '--project',
      'node',
      '--pool',
      'forks',
      '--exclude',
      '**/test/**',
    ]
    const output = await deno('run', '-A', '--no-lock', vitest, ...args)
    expect(output).toMatch(/^[1-9]\d\d+ passed, 0 failed/m)
  })

  it('the sources are checked and linted, and every public name is described', async () => {
    const packages = ['core', 'hono', 'workers', 'deno'].map((name) => `packages/${name}`)
    const doors = packages.map((path) => `${path}/src/index.ts`)
    await deno('check', '--no-lock', '--unstable-kv', ...doors, 'packages/deno/test')
    await deno('lint', '--config', 'packages/deno.json', ...packages.map((path) => `${path}/src`))
    // Together, as a public type of one may come from another's door. Hono's own are Hono's to describe.
    await deno('doc', '--lint', '--no-npm', 'packages/core/src/memory-store.ts', ...doors)
  })

  it('every package is ready for JSR', async () => {
    const args = ['publish', '--dry-run', '--allow-dirty', '--config', 'packages/deno.json']
    const output = await deno(...args)
    for (const name of ['core', 'conformance', 'hono', 'workers', 'deno', 'sql', 'redis']) {
      expect(output).toContain(`Simulating publish of @limen/${name}@`)
    }
  })
})
