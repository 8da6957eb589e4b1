/** The table of second factors that each platform has. */

/** A second factor, as the site stores it. */
export interface Totp {
  readonly userId: string
  /** The secret, encrypted. */
  readonly secret: string
  /** The last time step whose code was accepted. */
  readonly lastStep: number
  /** Hashes of the codes that are not used yet. */
  readonly recoveryCodes: readonly string[]
}

/** The second factors of the site. A user has one at most. */
export interface Totps {
  /** Stores a second factor. Returns `false` if the user has one. */
  add: (totp: Totp) => Promise<boolean>
  find: (userId: string) => Promise<Totp | null>
  /**
   * Counts an attempt, before its code is compared. Returns `false` after `WRONG_CODES` attempts
   * without a right code, or if there is no second factor.
   */
  countAttempt: (userId: string) => Promise<boolean>
  /** Accepts the code of a time step: `false` for the last accepted step and all before it. */
  acceptStep: (userId: string, step: number) => Promise<boolean>
  /** Uses up a recovery code. Returns `false` if there is none with this hash. */
  takeRecoveryCode: (userId: string, hash: string) => Promise<boolean>
  remove: (userId: string) => Promise<void>
}

/** How many wrong codes in a row are compared. After that, only a recovery code is accepted. */
export const WRONG_CODES = 50
