import bcrypt from 'bcryptjs'

/** Checks a password against a hash by `Bcrypt` of Oslo. */
export function verifyBcrypt(hash: string, password: string): Promise<boolean> {
  return bcrypt.compare(password.normalize('NFKC'), hash)
}
