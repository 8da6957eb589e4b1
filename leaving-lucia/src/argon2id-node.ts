import { argon2, timingSafeEqual } from 'node:crypto'

/** Checks a password against a hash by `Argon2id` of Oslo. Node 24.7 or newer. */
export async function verifyArgon2id(hash: string, password: string): Promise<boolean> {
  const [, name, , costs = '', salt = '', key = ''] = hash.split('$')
  if (name !== 'argon2id') throw new Error('This is no hash by Argon2id of Oslo')
  const { m, t, p } = Object.fromEntries(costs.split(',').map((cost) => cost.split('=')))
  const expected = Buffer.from(key, 'base64')
  const parameters = {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    tagLength: expected.length,
  }
  const derived = await new Promise<Buffer>((resolve, reject) => {
    argon2('argon2id', parameters, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
  return timingSafeEqual(derived, expected)
}
