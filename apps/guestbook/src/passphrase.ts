/** Hashes passphrases with scrypt, as slowly for a name nobody has as for any other. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

// OWASP's setting of 16 MiB: a Worker has 128 MiB for all the requests it is answering.
const COST = { ln: 14, r: 8, p: 5 }
const SHORTEST = 8
const LONG_ENOUGH = new RegExp(`.{${SHORTEST}}`, 'su')
const LONGEST_BYTES = 200
const NOBODY = format(COST, Buffer.alloc(16), Buffer.alloc(32))

interface Cost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/** Says what is wrong with a new passphrase, or `null`. */
export function passphraseProblem(passphrase: string): string | null {
  if (!LONG_ENOUGH.test(passphrase)) return `Use at least ${SHORTEST} characters.`
  return isTooLong(passphrase) ? `Use at most ${LONGEST_BYTES} bytes.` : null
}

/** Hashes a passphrase, with its salt and cost in the result. */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(16)
  return format(COST, salt, await derive(passphrase, salt, COST))
}

/**
 * Says whether a passphrase is the one that was hashed.
 *
 * @param kept What `hashPassphrase` gave, or `null` where there is no such account: then the same
 * work is done, and the answer is no.
 */
export async function isPassphrase(passphrase: string, kept: string | null): Promise<boolean> {
  if (isTooLong(passphrase)) return false
  const [, , cost = '', salt = '', hash = ''] = (kept ?? NOBODY).split('$')
  const [ln = 0, r = 0, p = 0] = cost.split(',').map((part) => Number(part.split('=')[1]))
  const derived = await derive(passphrase, Buffer.from(salt, 'base64'), { ln, r, p })
  return timingSafeEqual(derived, Buffer.from(hash, 'base64')) && kept !== null
}

/** Bounds the work that one request can ask for. */
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
