import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { bun } from './bun.ts'
import { root } from './packages.ts'

it.skipIf(!bun())(
  'the suites of core, conformance, Hono and testing pass in Bun',
  async () => {
    const packages = ['core', 'conformance', 'hono', 'testing']
    const suites = packages.map((name) => `packages/${name}/src`)
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
