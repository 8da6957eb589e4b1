/** Accounts at other providers with which users sign in. */

/** An account at a provider. */
export interface Identity {
  readonly provider: string
  /** The provider's id of the account. Unlike an e-mail address, it is never given to another person. */
  readonly subject: string
}

/** Which user each identity belongs to: one at most. */
export interface Identities {
  /** Returns the id of the user of an identity, or `null`. */
  findUser: (identity: Identity) => Promise<string | null>
  /** Returns the identities of a user. */
  list: (userId: string) => Promise<readonly Identity[]>
  /**
   * Creates a user with an identity, both or none.
   *
   * @returns The id of the user, or `null` if the address is taken by another user.
   */
  createUser: (identity: Identity, email: string) => Promise<string | null>
  /** Adds an identity to a user. Returns whether it now belongs to this user, not to another one. */
  connect: (identity: Identity, userId: string) => Promise<boolean>
  /**
   * Removes an identity from a user.
   *
   * @returns `false` if it is the last way in which the user can sign in. Then nothing changes.
   */
  disconnect: (identity: Identity, userId: string) => Promise<boolean>
  /** Removes an identity of a user, or all of them: also the last way to sign in. */
  remove: (userId: string, identity?: Identity) => Promise<void>
}
