/** The user of an e-mail address that a code has just verified. */
import type { Site } from './site.ts'

/**
 * Returns the id of the user, and creates the user if there is none.
 *
 * Anybody can have signed up with an address that is not verified, and wait for its owner. So before
 * its first verification counts, all other ways to sign in are removed and all sessions are revoked.
 */
export async function verifiedUser(site: Site, email: string): Promise<string> {
  const { auth, accounts } = site
  const account = await accounts.findByEmail(email)
  if (!account) {
    const attributes = {
      email,
      // #if passphrase
      passphraseHash: null,
      // #end
      emailVerified: true,
    }
    // `null`: another call has created the user.
    return (await accounts.create(attributes)) ?? verifiedUser(site, email)
  }
  const { userId } = account
  if (!account.emailVerified) {
    // #if passphrase
    await auth.updateUserAttributes(userId, { passphraseHash: null })
    // #end
    // #if passkey
    const passkeys = await site.passkeys.list(userId)
    for (const { id } of passkeys) await site.passkeys.remove(userId, id)
    // #end
    // #if totp
    await site.totps.remove(userId)
    // #end
    await auth.invalidateAllUserSessions(userId)
    // #if oauth
    await site.identities.remove(userId)
    // #end
    // Again: a sign-in with one of them can have read it before.
    await auth.invalidateAllUserSessions(userId)
    // Last: if one of these fails, the next code repeats them.
    await auth.updateUserAttributes(userId, { emailVerified: true })
  }
  return userId
}
