/** Hashes passphrases with scrypt, and takes the same time for an unknown name. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

// OWASP's setting with 16 MiB: an isolate has 128 MiB for all its concurrent requests.
const COST = { ln: 14, r: 8, p: 5 }
const SHORTEST = 8
const LONG_ENOUGH = new RegExp(`.{${SHORTEST}}`, 'su')
const LONGEST_BYTES = 200
const DUMMY = format(COST, Buffer.alloc(16), Buffer.alloc(32))

interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** Returns what is wrong with a new passphrase, or `null`. */
export function passphraseProblem(passphrase: string): string | null {
  if (!LONG_ENOUGH.test(passphrase)) return `Use at least ${SHORTEST} characters.`
  return isTooLong(passphrase) ? `Use at most ${LONGEST_BYTES} bytes.` : null
}

/** Hashes a passphrase. The result contains the salt and the cost. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(16)
  return format(COST, salt, await derive(passphrase, salt, COST))
}

/**
 * Whether a passphrase matches a stored hash.
 *
 * @param stored The result of `hashPassphrase`, or `null` if there is no such account. Then a dummy hash
 * is compared, which takes the same time, and the result is `false`.
 */
export async function isPassphrase(passphrase: string, stored: string | null): Promise<boolean> {
  if (isTooLong(passphrase)) return false
  const [, , cost = '', salt = '', hash = ''] = (stored ?? DUMMY).split('$')
  const [ln = 0, r = 0, p = 0] = cost.split(',').map((part) => Number(part.split('=')[1]))
  const derived = await derive(passphrase, Buffer.from(salt, 'base64'), { ln, r, p })
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && stored !== null
}

/** Limits the work that one request can cause. */
function isTooLong(passphrase: string): boolean {
  return Buffer.byteLength(passphrase.normalize('NFKC')) > LONGEST_BYTES
}

function derive(passphrase: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, options, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

function format({ ln, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`
}
