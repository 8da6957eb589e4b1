import { scrypt, timingSafeEqual } from 'node:crypto'

/**
 * Checks a password against a hash by Lucia 2 (`s2:salt:key`), by `Scrypt` of Lucia 3 and Oslo
 * (`salt:key`), or by lucia-auth before 1.8 (`salt:key`).
 */
export async function verifyLuciaPassword(password: string, hash: string): Promise<boolean> {
  const parts = hash.split(':')
  const isVersion2 = parts.length === 3 && parts[0] === 's2'
  const [salt, key] = isVersion2 ? parts.slice(1) : parts
  if (!salt || !/^[0-9a-f]{128}$/.test(key ?? '')) return false
  // Two formats have two parts: the salt of Lucia 3 has 32 characters, that of lucia-auth has 16.
  const blockSize = isVersion2 || salt.length === 32 ? 16 : 8
  const options = { N: 16_384, r: blockSize, p: 1, maxmem: 64 * 1024 * 1024 }
  const derived = await new Promise<Buffer>((resolve, reject) => {
    // The salt is its text, not the bytes that it encodes.
    scrypt(password.normalize('NFKC'), salt, 64, options, (error, bytes) => {
      if (error) reject(error)
      else resolve(bytes)
    })
  })
  return timingSafeEqual(derived, Buffer.from(key!, 'hex'))
}
