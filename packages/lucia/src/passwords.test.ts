/** The program of docs/leaving-lucia.md, with hashes by Lucia. */
import { scryptSync } from 'node:crypto'
import { generateLuciaPasswordHash } from 'lucia2/utils'
import { LegacyScrypt, Scrypt } from 'lucia3'
import { describe, expect, it } from 'vitest'
import { verifyLuciaPassword } from '../test/lucia-password.ts'

const PASSWORD = 'pässwörd ﬁ Å'

/** What lucia-auth wrote before 1.8. */
function hashBefore18(password: string): string {
  const salt = 'aB3dE6gH9jK2mN5p'
  const options = { N: 16_384, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }
  return `${salt}:${scryptSync(password.normalize('NFKC'), salt, 64, options).toString('hex')}`
}

describe.each([
  ['Lucia 2', () => generateLuciaPasswordHash(PASSWORD), /^s2:\w{16}:[0-9a-f]{128}$/],
  ['LegacyScrypt of Lucia 3', () => new LegacyScrypt().hash(PASSWORD), /^s2:[0-9a-f]{32}:/],
  ['Scrypt of Lucia 3', () => new Scrypt().hash(PASSWORD), /^[0-9a-f]{32}:[0-9a-f]{128}$/],
  ['lucia-auth before 1.8', async () => hashBefore18(PASSWORD), /^\w{16}:[0-9a-f]{128}$/],
] as const)('a hash by %s', (_, hashed, form) => {
  it('is recognized, in any Unicode form of the password, and no other password is', async () => {
    const hash = await hashed()
    expect(hash).toMatch(form)
    for (const password of [PASSWORD, PASSWORD.normalize('NFD'), 'pässwörd fi Å']) {
      expect(await verifyLuciaPassword(password, hash)).toBe(true)
    }
    expect(await verifyLuciaPassword('passwort', hash)).toBe(false)
  })
})

it('what is no hash of these matches no password', async () => {
  for (const hash of ['', ':', 'a:b', 's2:salt', '$2b$10$abc', `s2::${'0'.repeat(128)}`]) {
    expect(await verifyLuciaPassword(PASSWORD, hash)).toBe(false)
  }
})
