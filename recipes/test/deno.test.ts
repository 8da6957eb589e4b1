/** The program of `dev:deno`. The cases on Deno are in `deno.deno.ts`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { denoBinary, serve } from '@limen/test-servers'
import { expect, it } from 'vitest'
import { signUpAt } from './sign-up-at.ts'

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
