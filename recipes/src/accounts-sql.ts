/** Users in a table of the app, which Limen uses too. */
import { isAuthError } from '@limen/core'
import type { SqlLayout } from '@limen/sql'
import type { Sql } from './database.ts'
import type { SessionAttributes } from './session-kinds.ts'
import type { Account, Accounts, SiteAuth, UserAttributes } from './site.ts'

/** Where Limen finds the attributes of a user. */
export const layout: SqlLayout<UserAttributes, SessionAttributes> = {
  user: {
    table: 'users',
    columns: {
      email: 'text',
      // #if passphrase
      passphraseHash: { type: 'text', name: 'passphrase_hash' },
      // #end
      // #if email
      emailVerified: { type: 'boolean', name: 'email_verified', optional: true },
      // #end
      // #if roles
      role: { type: 'text', optional: true },
      // #end
      // #if guest
      guestSince: { type: 'integer', name: 'guest_since', optional: true },
      // #end
    },
  },
}

// #if accounts
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
      select
        -- #if passphrase
        passphrase_hash as "passphraseHash",
        -- #end
        -- #if email
        email_verified as "emailVerified",
        -- #end
        id as "userId", email
      from users where email = ${email}`
    if (!account) return null
    return {
      ...account,
      // #if email
      // SQLite returns 0 and 1.
      emailVerified: Boolean(account.emailVerified),
      // #end
    }
  }
}
// #end
