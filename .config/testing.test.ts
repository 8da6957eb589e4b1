import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { deno } from './deno.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

it('the cases of @limen/testing pass under Deno.test', async () => {
  const { stdout } = await promisify(execFile)(
    deno(),
    [
      'test',
      '--no-lock',
      '--cached-only',
      '--unstable-kv',
      'packages/testing/examples/notes.deno.ts',
    ],
    { cwd: root, env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' } },
  )
  expect(stdout).toMatch(/^ok \| 7 passed \| 0 failed/m)
}, 120_000)
