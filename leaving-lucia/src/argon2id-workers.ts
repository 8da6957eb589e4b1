import { timingSafeEqual } from 'node:crypto'
import { argon2idAsync } from '@noble/hashes/argon2.js'

/** Checks a password against a hash by `Argon2id` of Oslo, in JavaScript only. */
export async function verifyArgon2id(hash: string, password: string): Promise<boolean> {
  const [, name, , costs = '', salt = '', key = ''] = hash.split('$')
  if (name !== 'argon2id') throw new Error('This is no hash by Argon2id of Oslo')
  const { m, t, p } = Object.fromEntries(costs.split(',').map((cost) => cost.split('=')))
  const expected = Buffer.from(key, 'base64')
  const derived = await argon2idAsync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), {
    m: Number(m),
    t: Number(t),
    p: Number(p),
    dkLen: expected.length,
  })
  return timingSafeEqual(derived, expected)
}
