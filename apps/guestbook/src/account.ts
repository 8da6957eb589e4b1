/** Who may sign in: a name, a passphrase and the Limen user they open. */
import type { authFor } from './auth.ts'
import { nameKey } from './name.ts'
import { queryFailure } from './outage.ts'
import { hashPassphrase, isPassphrase } from './passphrase.ts'

/**
 * Makes a user and its account.
 *
 * @returns The user's id, or `null` when the name is taken; then nothing is left behind.
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
    .catch(queryFailure('keep an account'))
  if (meta.changes > 0) return userId
  await auth.deleteUser(userId)
  return null
}

/** The id of the user whom a name and a passphrase open, or `null`: never which of the two was wrong. */
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
