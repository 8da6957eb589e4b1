/** Checks passwords against the scrypt hashes that Lucia, Oslo and lucia-auth wrote. */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { AuthError } from '@limen/core'
import { unknownHash } from './messages.ts'

/** The parts of a hash. */
interface Hash {
  /** Its text, not the bytes that it encodes. */
  readonly salt: string
  readonly key: Buffer
  readonly blockSize: 8 | 16
}

/** `s2:salt:key` or `salt:key`, with a key of 64 bytes as hexadecimal digits. */
const FORM = /^(s2:)?(\w+):([0-9a-f]{128})$/
/** The salt of `Scrypt` of Lucia 3 and Oslo: 16 bytes as hexadecimal digits. That of lucia-auth has 16 letters. */
const HEX_SALT = /^[0-9a-f]{32}$/

/** What a user without a hash is checked against. No password has this key. */
const NO_HASH: Hash = { salt: 'no user, or no password', key: Buffer.alloc(64), blockSize: 16 }

/**
 * Checks a password against a hash by Lucia 2 or lucia-auth (`s2:salt:key`), by `LegacyScrypt` of
 * Lucia 3 (`s2:salt:key`), by `Scrypt` of Lucia 3 and Oslo (`salt:key`), or by lucia-auth before 0.2
 * (`salt:key`, at half the cost).
 *
 * Passwords are normalized to NFKC, as Lucia does. It takes about 0.1 s of CPU time and 16 or 32 MB of
 * memory.
 *
 * @param hash The hash; `null` or `undefined` where there is no such user, or no password. Then the
 * result is `false`, after the same time, so that the time does not show which users exist.
 * @param password The password that the visitor sent.
 * @returns Whether it is the password.
 * @throws {AuthError} `AUTH_CONFIG` for a text that is no scrypt hash of Lucia's, such as `$argon2id$…`.
 *
 * @example
 * const hash =
 *   's2:0123456789abcdef:' +
 *   '3a0d6fd2f86a67b2ee5d6b2d5b1d8a44a0e4bdc4b4c1e3cd24d2dd9b2c4ee6a5' +
 *   '3a0d6fd2f86a67b2ee5d6b2d5b1d8a44a0e4bdc4b4c1e3cd24d2dd9b2c4ee6a5'
 * await verifyLuciaPassword(hash, 'correct horse')
 * // false
 */
export async function verifyLuciaPassword(
  hash: string | null | undefined,
  password: string,
): Promise<boolean> {
  const parts = hash == null ? NO_HASH : parsed(hash)
  for (const written of formsOf(password, parts)) {
    if (timingSafeEqual(await keyOf(written, parts), parts.key)) return parts !== NO_HASH
  }
  return false
}

/**
 * Says whether a hash should be replaced when its password was verified: one by lucia-auth before 0.2
 * costs half of the others to guess.
 *
 * @param hash The hash.
 * @returns Whether to store a new hash, by the algorithm that the app uses from now on.
 * @throws {AuthError} `AUTH_CONFIG` for a text that is no scrypt hash of Lucia's.
 *
 * @example
 * needsRehash(`${'a'.repeat(16)}:${'0'.repeat(128)}`)
 * // true
 */
export function needsRehash(hash: string): boolean {
  return parsed(hash).blockSize === 8
}

function parsed(hash: string): Hash {
  const [, version, salt, key] = FORM.exec(hash) ?? []
  if (!salt || !key) throw new AuthError('AUTH_CONFIG', unknownHash(schemeOf(hash)))
  const blockSize = version || HEX_SALT.test(salt) ? 16 : 8
  return { salt, key: Buffer.from(key, 'hex'), blockSize }
}

/** The name of another algorithm; nothing else of a hash is shown. */
function schemeOf(hash: string): string {
  const [scheme = ''] = /^\$[a-z0-9]{1,10}(?=\$)/.exec(hash) ?? []
  return scheme
}

/** The oldest lucia-auth hashed passwords as they were sent. All others normalized them first. */
function formsOf(password: string, { blockSize }: Hash): Iterable<string> {
  const normalized = password.normalize('NFKC')
  return new Set(blockSize === 8 ? [password, normalized] : [normalized])
}

function keyOf(password: string, { salt, blockSize }: Hash): Promise<Buffer> {
  // By default, scrypt refuses to use the memory that this block size needs.
  const options = { N: 16_384, r: blockSize, p: 1, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 64, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
