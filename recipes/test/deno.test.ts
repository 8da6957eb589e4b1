/** The program of `dev:deno`, and the cases on Deno that need providers. The others are in `deno.deno.ts`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { denoBinary, run, serve } from '@limen/test-servers'
import { expect, it } from 'vitest'
import { signUpAt } from './sign-up-at.ts'
import { startProviders } from './start-providers.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))

it('the program for Deno signs a visitor up, with the permissions of its script', async () => {
  const { scripts } = JSON.parse(await readFile(`${cwd}package.json`, 'utf8')) as {
    scripts: { 'dev:deno': string }
  }
  const [, key = '', , ...args] = scripts['dev:deno'].split(' ')
  const argsOf = (port: number) => args.map((arg) => arg.replace(':8000', `:${port}`))
  // Deno stores the program's Deno KV in this folder.
  const folder = await mkdtemp(join(tmpdir(), 'recipes-'))
  try {
    await using server = await serve(denoBinary(), argsOf, {
      cwd,
      env: { DENO_DIR: folder, TOTP_KEY: key.replace('TOTP_KEY=', '') },
    })
    expect(await signUpAt(server)).toContain('You are signed in as <bdi>ada@example.com</bdi>')
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('the cases of accounts at providers pass on Deno', async () => {
  await using started = await startProviders()
  const env = { PROVIDERS: JSON.stringify(started.providers) }
  const permissions = ['--allow-net=127.0.0.1', '--allow-env=PROVIDERS']
  const args = ['test', '--quiet', '--cached-only', ...permissions, 'test/oauth.deno.ts']
  expect(await run(denoBinary(), args, { cwd, env })).toMatch(/\b0 failed/)
})
