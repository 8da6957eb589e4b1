/** What a guest can have: notes. Put your own data in their place. */

/** The notes of users, guests included. */
export interface Notes {
  add: (userId: string, text: string) => Promise<void>
  /** Returns the notes of a user, the oldest first. */
  list: (userId: string) => Promise<readonly string[]>
}

/** The guests: users without a way to sign in. */
export interface Guests {
  /** Creates a guest, and returns its id. */
  create: () => Promise<string>
  /** Gives what a guest has to an account, and deletes the guest. */
  mergeInto: (guestId: string, userId: string) => Promise<void>
  /** Deletes guests without a session, who can never return: at most 1000. */
  purge: () => Promise<void>
}

/** A guest has an address because the table requires one. No mail server can have this domain. */
export function guestAddress(): string {
  return `${crypto.randomUUID()}@guest.invalid`
}

/** A guest that is younger has perhaps no session yet. */
export const YOUNGEST_PURGED_MS = 3_600_000
