/** Hashes values that are too random to be guessed. */
import { createHash } from 'node:crypto'

/** Returns the SHA-256 hash, in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
