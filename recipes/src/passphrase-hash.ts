/** Hashes passphrases with scrypt, which Node, Workers and Deno have, and takes the same time for an unknown user. */
import { Buffer } from 'node:buffer'
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** The cost of scrypt: `N` is 2 to the power of `ln`. */
export interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** Derives a key of 32 bytes. */
export type Derive = (passphrase: string, salt: Uint8Array, cost: Cost) => Promise<Uint8Array>

/** Hashes passphrases and compares them. */
export interface PassphraseHashes {
  /** Hashes a passphrase. The result contains the salt and the cost. */
  hash(passphrase: string): Promise<string>
  /**
   * Whether a passphrase matches a stored hash.
   *
   * @param stored The result of `hash()`, or `null` if there is none. Then a dummy hash is compared,
   * which takes the same time, and the result is `false`.
   */
  matches(passphrase: string, stored: string | null): Promise<boolean>
}

// OWASP's setting with 16 MiB: a Worker has 128 MiB for all its concurrent requests.
const COST: Cost = { ln: 14, r: 8, p: 5 }
const SHORTEST = 8
const LONG_ENOUGH = new RegExp(`.{${SHORTEST}}`, 'su')
const LONGEST_BYTES = 200
const DUMMY = format(COST, new Uint8Array(16), new Uint8Array(32))

/** Returns what is wrong with a new passphrase, or `null`. */
export function passphraseProblem(passphrase: string): string | null {
  if (!LONG_ENOUGH.test(passphrase)) return `Use at least ${SHORTEST} characters.`
  return isTooLong(passphrase) ? `Use at most ${LONGEST_BYTES} bytes.` : null
}

/** Creates the functions. */
export function passphraseHashes(derive: Derive = deriveWithScrypt): PassphraseHashes {
  return {
    async hash(passphrase) {
      const salt = randomBytes(16)
      return format(COST, salt, await derive(passphrase, salt, COST))
    },
    async matches(passphrase, stored) {
      if (isTooLong(passphrase)) return false
      const [, , cost = '', salt = '', hash = ''] = (stored ?? DUMMY).split('$')
      const [ln = 0, r = 0, p = 0] = cost.split(',').map((part) => Number(part.split('=')[1]))
      const derived = await derive(passphrase, Buffer.from(salt, 'base64'), { ln, r, p })
      return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && stored !== null
    },
  }
}

/** Runs scrypt, outside the thread of JavaScript. */
export function deriveWithScrypt(
  passphrase: string,
  salt: Uint8Array,
  { ln, r, p }: Cost,
): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

/** Limits the work that one request can cause. */
function isTooLong(passphrase: string): boolean {
  return Buffer.byteLength(passphrase.normalize('NFKC')) > LONGEST_BYTES
}

function format({ ln, r, p }: Cost, salt: Uint8Array, hash: Uint8Array): string {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`
}
