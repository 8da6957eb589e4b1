/** Hashes passphrases with scrypt. */
import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const COST = { N: 2 ** 14, r: 8, p: 5, maxmem: 64 * 1024 * 1024 }
const DUMMY = `${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(32).toString('base64')}`

function derive(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, COST, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

export async function hashOf(passphrase: string): Promise<string> {
  const salt = randomBytes(16)
  return `${salt.toString('base64')}$${(await derive(passphrase, salt)).toString('base64')}`
}

/** Takes the same time for an unknown user, whose hash is `undefined`. */
export async function matches(passphrase: string, stored: string | undefined): Promise<boolean> {
  const [salt = '', hash = ''] = (stored ?? DUMMY).split('$')
  const derived = await derive(passphrase, Buffer.from(salt, 'base64'))
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && stored !== undefined
}
