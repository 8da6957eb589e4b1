import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { denoBinary } from '@limen/test-servers'

const root = fileURLToPath(new URL('../../..', import.meta.url))
// TMPDIR can be in /dev/shm, and Deno does not write below /dev.
const { TMPDIR: _, ...inherited } = process.env
const env = { ...inherited, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' }

async function deno(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(denoBinary(), args, {
    cwd: root,
    env,
    maxBuffer: 1 << 26,
  }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${error.stdout}\n${error.stderr}`)
  })
  return stdout + stderr
}

const kvTest = [
  'test',
  '--no-lock',
  '--cached-only',
  '--unstable-kv',
  '--allow-read',
  '--allow-write',
  '--allow-env=HISTORIES,SEED',
  `--allow-run=${denoBinary()}`,
]
const kvFile = (name: string) => `packages/deno/test/deno-kv-${name}.deno.ts`

describe('in Deno', () => {
  it('denoKvStore() passes its suite on Deno KV', async () => {
    // A soak runs only the random histories.
    const filter = process.env['HISTORIES'] ? ['--filter', '/in memory.*random histories/'] : []
    const output = await deno(...kvTest, ...filter, kvFile('store'))
    expect(output).toMatch(/ok \| [1-9]\d* passed \| 0 failed/)
  })

  it('on Deno KV, sessions are replaced and limited, tickets are taken once, errors have codes', async () => {
    const files = ['insert', 'ticket-store', 'processes', 'errors'].map(kvFile)
    const output = await deno(...kvTest, ...files)
    expect(output).toMatch(/ok \| [1-9]\d* passed \| 0 failed/)
  })

  it('withAuth() passes its suite, called directly and behind Deno.serve', async () => {
    const args = ['test', '--no-lock', '--cached-only', '--allow-net=127.0.0.1']
    const output = await deno(...args, 'packages/deno/test/with-auth.deno.ts')
    expect(output).toMatch(/ok \| [1-9]\d passed \| 0 failed/)
  })

  it('E8: the stores of @limen/workers work outside workerd', async () => {
    const output = await deno(
      'run',
      '--no-lock',
      '--cached-only',
      'packages/workers/test/plain-runtime.ts',
    )
    expect(output).toContain('every store works')
  })

  it('the tests of core, conformance and Hono pass', async () => {
    const vitest = 'node_modules/vitest/vitest.mjs'
    const args = [
      'run',
      '--config',
      'vitest.workspace.ts',
      '--project',
      'node',
      '--pool',
      'forks',
      ...['core', 'conformance', 'hono', 'testing'].map((name) => `packages/${name}/src/`),
    ]
    const output = await deno('run', '-A', '--no-lock', vitest, ...args)
    expect(output).toMatch(/^[1-9]\d\d+ passed, 0 failed/m)
  })

  it('the sources pass deno check and deno lint', async () => {
    const names = ['core', 'hono', 'workers', 'deno', 'testing']
    const packages = names.map((name) => `packages/${name}`)
    const entries = packages.map((path) => `${path}/src/index.ts`)
    await deno('check', '--no-lock', '--unstable-kv', ...entries, 'packages/deno/test')
    await deno('lint', '--config', 'packages/deno.json', ...packages.map((path) => `${path}/src`))
  })

  it('deno publish accepts every package', async () => {
    // Without a type check, for which Deno would need @types/node, and would then change package.json.
    const args = ['publish', '--dry-run', '--allow-dirty', '--no-check']
    args.push('--config', 'packages/deno.json')
    const output = await deno(...args)
    const names = ['core', 'conformance', 'hono', 'workers', 'deno', 'sql', 'redis', 'testing']
    for (const name of names) {
      expect(output).toContain(`Simulating publish of @limen/${name}@`)
    }
  })
})
