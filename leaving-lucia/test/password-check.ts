/** Checks one password against hashes, on any platform. */
import { verifyLuciaPassword } from '@limen/lucia/password'
import { verifyBcrypt } from '../src/bcrypt.ts'

/** The hashes of one password, and a password to check. */
export interface Hashes {
  readonly password: string
  readonly scrypt: Readonly<Record<string, string>>
  readonly argon2id: string
  readonly bcrypt: string
}

/** Which hashes the password fits, by the name of what made them. */
export async function fitting(
  { password, scrypt, argon2id, bcrypt }: Hashes,
  verifyArgon2id: (hash: string, password: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const results: [string, boolean][] = []
  for (const [by, hash] of Object.entries(scrypt)) {
    results.push([by, await verifyLuciaPassword(hash, password)])
  }
  results.push(['Argon2id of Oslo', await verifyArgon2id(argon2id, password)])
  results.push(['Bcrypt of Oslo', await verifyBcrypt(bcrypt, password)])
  return results.filter(([, fits]) => fits).map(([by]) => by)
}
