/** The table of passkeys that each platform has. */

/** A passkey, as the site stores it. */
export interface Passkey {
  /** The credential id, in base64url. */
  readonly id: string
  readonly userId: string
  /** The COSE key, in base64url. */
  readonly publicKey: string
  /** How often the authenticator says that it was used: always 0 for most of them. */
  readonly counter: number
  /** How a browser reaches it, such as `internal`. */
  readonly transports: readonly string[]
  /** What its user calls it. */
  readonly name: string
  /** In milliseconds since the epoch. */
  readonly createdAt: number
}

/** The passkeys of the site. */
export interface Passkeys {
  /** Stores a passkey. Returns `false` if there is one with this id. */
  add: (passkey: Passkey) => Promise<boolean>
  find: (id: string) => Promise<Passkey | null>
  /** Returns the passkeys of a user, the oldest first. */
  list: (userId: string) => Promise<readonly Passkey[]>
  /**
   * Stores the counter of a use. Returns `false` if the passkey was removed, or if another use has
   * stored this counter or a higher one: then a copy of it exists.
   */
  use: (id: string, counter: number) => Promise<boolean>
  /** Removes a passkey. Returns `false` if the user has none with this id. */
  remove: (userId: string, id: string) => Promise<boolean>
}
