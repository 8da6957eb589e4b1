/** The examples of `@limen/testing` under the test runners that are not vitest. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { findChromium } from '../packages/chromium/src/index.ts'
import { denoBinary, run } from '@limen/test-servers'

const cwd = fileURLToPath(new URL('../packages/testing/', import.meta.url))

it('the cases of a route pass under Deno.test', async () => {
  const args = ['test', '--no-lock', '--cached-only', '--unstable-kv', 'examples/notes.deno.ts']
  expect(await run(denoBinary(), args, { cwd })).toMatch(/^ok \| 7 passed \| 0 failed/m)
}, 120_000)

it('a browser is signed in by storageState() under Playwright Test', async () => {
  const { executablePath, env } = await findChromium()
  const cli = createRequire(`${cwd}package.json`).resolve('@playwright/test/cli')
  const args = [cli, 'test', '--config', 'examples/playwright.config.ts']
  const surroundings = { cwd, env: { ...env, CHROMIUM_PATH: executablePath } }
  expect(await run(process.execPath, args, surroundings)).toMatch(/^ +1 passed/m)
}, 120_000)
