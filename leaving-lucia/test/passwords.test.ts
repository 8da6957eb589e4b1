/** Hashes that the old libraries make are verified on Node, Deno, workerd and Bun. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { denoBinary } from '@limen/test-servers'
import { beforeAll, describe, expect, it } from 'vitest'
import { bun } from '../../.config/bun.ts'
import { hashesOf } from './hashes.ts'
import type { Hashes } from './password-check.ts'
import { workerd } from './workerd.ts'

/** NFKC changes two of its letters. */
const PASSWORD = 'pässwörd ﬁ Å'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const execute = promisify(execFile)
const cwd = at('..')

async function printed(program: string, args: readonly string[], hashes: Hashes): Promise<unknown> {
  const { stdout } = await execute(program, [...args, JSON.stringify(hashes)], { cwd })
  return JSON.parse(stdout)
}

const deno = [
  'run',
  '--quiet',
  '--cached-only',
  '--no-lock',
  '--node-modules-dir=manual',
  'test/password-deno.ts',
]
type Check = (hashes: Hashes) => Promise<unknown>
const onBun: Check = (hashes) => printed(bun()!, ['test/password-bun.ts'], hashes)
const platforms: [string, Check][] = [
  ...(bun() ? [['Bun', onBun] as [string, Check]] : []),
  ['Node', (hashes) => printed(process.execPath, ['test/password-node.ts'], hashes)],
  ['Deno', (hashes) => printed(denoBinary(), deno, hashes)],
  ['workerd', (hashes) => workerd(at('password-workers.ts'), JSON.stringify(hashes))],
]

let hashes: Hashes
beforeAll(async () => void (hashes = await hashesOf(PASSWORD)))

describe.each(platforms)('on %s', (_, check) => {
  it('the password fits every hash', async () => {
    const { scrypt } = hashes
    expect(await check(hashes)).toEqual([
      ...Object.keys(scrypt),
      'Argon2id of Oslo',
      'Bcrypt of Oslo',
    ])
  })

  it('another password fits none', async () => {
    expect(await check({ ...hashes, password: 'pässwörd fl Å' })).toEqual([])
  })

  it('the same letters in another Unicode form fit what Lucia normalized', async () => {
    const { 'lucia-auth 0.1': _oldest, ...scrypt } = hashes.scrypt
    const others = [...Object.keys(scrypt), 'Argon2id of Oslo', 'Bcrypt of Oslo']
    expect(await check({ ...hashes, password: PASSWORD.normalize('NFKD') })).toEqual(others)
  })
})
