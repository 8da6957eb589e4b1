/**
 * A sign-in between its first factor and the code: a ticket, not a session.
 *
 * Each code takes the ticket, so concurrent guesses with it are one guess. After a wrong code, the
 * browser gets a new ticket with one attempt less.
 */
import type { Context } from 'hono'
import { browserTickets } from './browser-tickets.ts'
import { sha256 } from './sha256.ts'
import type { Site } from './site.ts'

const EXPIRES_IN_MS = 5 * 60_000
const ATTEMPTS = 5

/** A sign-in that waits for its code. */
export interface PendingSignIn {
  readonly userId: string
  readonly next: string
  readonly attemptsLeft: number
  // #if passphrase
  /** Changes with the passphrase: a change ends the sign-ins with the old one. */
  readonly passphraseMark: string
  // #end
}

interface FirstFactor extends Pick<PendingSignIn, 'userId' | 'next'> {
  readonly isStillRight?: (() => Promise<boolean>) | undefined
}

/** Creates the functions. */
export function pendingSignIns(site: Site) {
  const pending = browserTickets<PendingSignIn>(site, 'second-factor', EXPIRES_IN_MS)

  // #if passphrase
  /** Returns `null` if the user was deleted. */
  async function passphraseMarkOf(userId: string): Promise<string | null> {
    const user = await site.auth.getUser(userId)
    const account = user && (await site.accounts.findByEmail(user.email))
    return account && sha256(`${userId}:${account.passphraseHash}`)
  }
  // #end

  return {
    /** Returns `false` if the first factor is not right any more. */
    async begin(c: Context, { userId, next, isStillRight }: FirstFactor) {
      // #if passphrase
      // Before `isStillRight()`: a change after this read changes the mark.
      const passphraseMark = await passphraseMarkOf(userId)
      if (!passphraseMark) return false
      // #end
      if (isStillRight && !(await isStillRight())) return false
      await pending.create(c, {
        userId,
        next,
        attemptsLeft: ATTEMPTS,
        // #if passphrase
        passphraseMark,
        // #end
      })
      return true
    },
    take: (c: Context) => pending.take(c),
    /** After a wrong code. Returns `false` if no attempt is left. */
    async allowAnother(c: Context, { attemptsLeft, ...taken }: PendingSignIn) {
      if (attemptsLeft <= 1) return false
      await pending.create(c, { ...taken, attemptsLeft: attemptsLeft - 1 })
      return true
    },
    // #if passphrase
    /** Whether the passphrase is the one of the first factor. */
    isStillRight: async ({ userId, passphraseMark }: PendingSignIn) =>
      (await passphraseMarkOf(userId)) === passphraseMark,
    // #end
  }
}
