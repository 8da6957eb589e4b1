/** Hashes that Lucia, lucia-auth and Oslo themselves make. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { generateLuciaPasswordHash } from 'lucia2/utils'
import { LegacyScrypt, Scrypt } from 'lucia3'
import { Argon2id, Bcrypt, Scrypt as OsloScrypt } from 'oslo/password'
import type { Hashes } from './password-check.ts'

type Hasher = (password: string) => Promise<string>

/** A module of a package that the package does not export: it hashed in `createUser()` only. */
async function inside(name: string, path: string): Promise<Readonly<Record<string, Hasher>>> {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  return import(pathToFileURL(join(folder, path)).href)
}

/** The hashes of a password. `password` is what to check. */
export async function hashesOf(password: string): Promise<Hashes> {
  const newer = await inside('lucia-auth', 'utils/crypto.js')
  const oldest = await inside('lucia-auth-oldest', 'utils/crypto.js')
  return {
    password,
    scrypt: {
      'lucia-auth 0.1': await oldest['hashScrypt']!(password),
      'lucia-auth 1.8': await newer['generateScryptHash']!(password),
      'Lucia 2': await generateLuciaPasswordHash(password),
      'LegacyScrypt of Lucia 3': await new LegacyScrypt().hash(password),
      'Scrypt of Lucia 3': await new Scrypt().hash(password),
      'Scrypt of Oslo': await new OsloScrypt().hash(password),
    },
    argon2id: await new Argon2id().hash(password),
    bcrypt: await new Bcrypt().hash(password),
  }
}
