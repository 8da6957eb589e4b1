/** Accounts: a name, a passphrase hash and the id of the Limen user. */
import type { authFor } from './auth.ts'
import { nameKey } from './name.ts'
import { queryFailure } from './outage.ts'
import { hashPassphrase, isPassphrase } from './passphrase.ts'

/**
 * Creates a user and its account.
 *
 * @returns The user's id, or `null` if the name is taken; then no user is stored.
 */
export async function createAccount(
  db: D1Database,
  auth: ReturnType<typeof authFor>,
  name: string,
  passphrase: string,
): Promise<string | null> {
  const hash = await hashPassphrase(passphrase)
  const { userId } = await auth.createUser({ attributes: { name } })
  const { meta } = await db
    .prepare('INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (name_key) DO NOTHING')
    .bind(nameKey(name), userId, hash)
    .run()
    .catch(queryFailure('store an account'))
  if (meta.changes > 0) return userId
  await auth.deleteUser(userId)
  return null
}

/** Returns the user id for a name and a passphrase, or `null`. It does not reveal which one is wrong. */
export async function findUser(
  db: D1Database,
  key: string,
  passphrase: string,
): Promise<string | null> {
  const account = await db
    .prepare('SELECT user_id AS userId, passphrase FROM account WHERE name_key = ?')
    .bind(key)
    .first<{ userId: string; passphrase: string }>()
    .catch(queryFailure('read an account'))
  const isRight = await isPassphrase(passphrase, account?.passphrase ?? null)
  return account && isRight ? account.userId : null
}

/** Whether this is the passphrase of a user. */
export async function isPassphraseOf(
  db: D1Database,
  userId: string,
  passphrase: string,
): Promise<boolean> {
  const stored = await db
    .prepare('SELECT passphrase FROM account WHERE user_id = ?')
    .bind(userId)
    .first<string>('passphrase')
    .catch(queryFailure('read an account'))
  return isPassphrase(passphrase, stored)
}

/** Stores another passphrase. It revokes no session. */
export async function changePassphrase(
  db: D1Database,
  userId: string,
  passphrase: string,
): Promise<void> {
  const hash = await hashPassphrase(passphrase)
  await db
    .prepare('UPDATE account SET passphrase = ? WHERE user_id = ?')
    .bind(hash, userId)
    .run()
    .catch(queryFailure('change a passphrase'))
}
