/** What the pages of administrators read: the users, and the audit trail. */

/** A user in a list. */
export interface Member {
  readonly userId: string
  readonly email: string
  readonly role: 'admin' | null
}

/** The users. */
export interface Members {
  /** Returns at most 50 users whose addresses come after this one, in the order of addresses. No guests. */
  list: (after: string) => Promise<readonly Member[]>
}

/** What an administrator did. The addresses are stored, so that the entry outlives its users. */
export interface AuditEntry {
  /** In milliseconds since the epoch. */
  readonly at: number
  readonly admin: string
  readonly user: string
  readonly action: string
  readonly reason: string
}

/** What administrators did. No page changes or deletes an entry. */
export interface AuditTrail {
  add: (entry: AuditEntry) => Promise<void>
  /** Returns the latest 50, the newest first. */
  list: () => Promise<readonly AuditEntry[]>
}
