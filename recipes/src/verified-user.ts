/** The user of an e-mail address that a code has just verified. */
import type { Site } from './site.ts'

/**
 * Returns the id of the user, and creates the user if there is none.
 *
 * Anybody can have signed up with an address that is not verified, and wait for its owner. So before
 * its first verification counts, the passphrase, passkeys, codes and accounts at providers are removed and
 * all sessions are revoked.
 */
export async function verifiedUser(site: Site, email: string): Promise<string> {
  const { auth, accounts, identities, passkeys, totps } = site
  const account = await accounts.findByEmail(email)
  if (!account) {
    const attributes = { email, passphraseHash: null, emailVerified: true }
    // `null`: another call has created the user.
    return (await accounts.create(attributes)) ?? verifiedUser(site, email)
  }
  const { userId } = account
  if (!account.emailVerified) {
    await auth.updateUserAttributes(userId, { passphraseHash: null })
    for (const { id } of await passkeys.list(userId)) await passkeys.remove(userId, id)
    await totps.remove(userId)
    await auth.invalidateAllUserSessions(userId)
    await identities.remove(userId)
    // Again: a sign-in with one of them can have read it before.
    await auth.invalidateAllUserSessions(userId)
    // Last: if one of these fails, the next code repeats them.
    await auth.updateUserAttributes(userId, { emailVerified: true })
  }
  return userId
}
