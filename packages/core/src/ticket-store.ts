/** The contract of a store of tickets. */

/** A stored ticket. It contains neither the ticket's token nor its code. */
export interface TicketRecord {
  /** SHA-256 of the token and the purpose, base64url: 43 characters. */
  readonly id: string
  /** SHA-256 of the code, the token and the purpose, base64url; '' for a ticket without a code. */
  readonly codeHash: string
  /** How many codes can still be tried; 0 for a ticket without a code. */
  readonly attemptsLeft: number
  /** When the ticket expires, in milliseconds since the epoch. */
  readonly expiresAt: number
  /** What the app stores with the ticket. */
  readonly data: unknown
}

/**
 * Stores tickets.
 *
 * Each call is atomic, resolves only when the engine has confirmed it, and rejects when the engine
 * fails, with the codes that a `Store` has. A store returns expired tickets too: core decides which
 * are valid. Core has checked `data` as it checks attributes.
 */
export interface TicketStore {
  /** Stores a new ticket. Ids are random: there is none with this id yet. */
  put(ticket: TicketRecord): Promise<void>
  /** Deletes a ticket and returns it: to one of all concurrent calls, and `null` to the others. */
  take(id: string): Promise<TicketRecord | null>
  /**
   * Subtracts one from a ticket's `attemptsLeft` and returns the ticket as it is then; `null`, and
   * nothing changed, when it does not exist or had no attempt left.
   */
  attempt(id: string): Promise<TicketRecord | null>
  /**
   * Deletes at most `limit` tickets that expired at or before `now`, and returns how many. Absent in a
   * store whose engine deletes expired tickets by itself.
   */
  deleteExpired?(options: { readonly now: number; readonly limit: number }): Promise<number>
}
