import { timingSafeEqual } from 'node:crypto'

/** Checks a password against a hash by `Argon2id` of Oslo, by Deno's WebCrypto. */
export async function verifyArgon2id(hash: string, password: string): Promise<boolean> {
  const [, name, , costs = '', salt = '', key = ''] = hash.split('$')
  if (name !== 'argon2id') throw new Error('This is no hash by Argon2id of Oslo')
  const { m, t, p } = Object.fromEntries(costs.split(',').map((cost) => cost.split('=')))
  const expected = bytesOf(key)
  const message = new TextEncoder().encode(password.normalize('NFKC'))
  const raw = await crypto.subtle.importKey('raw-secret', message, 'Argon2id', false, [
    'deriveBits',
  ])
  const parameters = {
    name: 'Argon2id',
    nonce: bytesOf(salt),
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
  }
  const derived = await crypto.subtle.deriveBits(parameters, raw, expected.length * 8)
  return timingSafeEqual(new Uint8Array(derived), expected)
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
