/** The examples of `@limen/testing` under the test runners that are not vitest. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { findChromium } from '../packages/chromium/src/index.ts'
import { denoBinary } from '@limen/test-servers'

const root = fileURLToPath(new URL('../packages/testing/', import.meta.url))

async function output(command: string, args: readonly string[], added = {}): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...added }
  const { stdout } = await promisify(execFile)(command, args, { cwd: root, env }).catch(
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(stdout + stderr)
    },
  )
  return stdout
}

it('the cases of a route pass under Deno.test', async () => {
  const args = ['test', '--no-lock', '--cached-only', '--unstable-kv', 'examples/notes.deno.ts']
  expect(await output(denoBinary(), args)).toMatch(/^ok \| 7 passed \| 0 failed/m)
}, 120_000)

it('a browser is signed in by storageState() under Playwright Test', async () => {
  const { executablePath, env } = await findChromium()
  const cli = createRequire(`${root}package.json`).resolve('@playwright/test/cli')
  const args = [cli, 'test', '--config', 'examples/playwright.config.ts']
  const added = { ...env, CHROMIUM_PATH: executablePath }
  expect(await output(process.execPath, args, added)).toMatch(/^ +1 passed/m)
}, 120_000)
