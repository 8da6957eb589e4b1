/** Users in a table of the app, which Limen uses too. */
import { isAuthError } from '@limen/core'
import type { SqlLayout } from '@limen/sql'
import type { Sql } from './database.ts'
import type { Account, Accounts, SiteAuth, UserAttributes } from './site.ts'

/** Where Limen finds the attributes of a user. */
export const layout: SqlLayout<UserAttributes> = {
  user: {
    table: 'users',
    columns: {
      email: 'text',
      passphraseHash: { type: 'text', name: 'passphrase_hash' },
      emailVerified: { type: 'boolean', name: 'email_verified', optional: true },
    },
  },
}

/** Users in the table `users`. */
export function sqlAccounts(sql: Sql, auth: SiteAuth): Accounts {
  return { create, findByEmail }

  async function create(attributes: UserAttributes): Promise<string | null> {
    try {
      return (await auth.createUser({ attributes })).userId
    } catch (error) {
      // The engine refused the row: because of the unique address, or for a reason of its own.
      const isRejected = isAuthError(error) && error.code === 'AUTH_STORE_REJECTED'
      if (isRejected && (await findByEmail(attributes.email))) return null
      throw error
    }
  }

  async function findByEmail(email: string): Promise<Account | null> {
    const [account] = await sql<Account>`
      select id as "userId", email, passphrase_hash as "passphraseHash",
        email_verified as "emailVerified"
      from users where email = ${email}`
    // SQLite returns 0 and 1.
    return account ? { ...account, emailVerified: Boolean(account.emailVerified) } : null
  }
}
