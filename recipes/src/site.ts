/** What a recipe needs of its site. A recipe is a function of a `Site` that returns a Hono app. */
import { type AnyStore, limen } from '@limen/core'
import type { TicketStore } from '@limen/core/tickets'
import type { AuthVariables } from '@limen/hono'
import type { Context } from 'hono'
import type { Identities } from './identities.ts'
import type { Provider } from './oauth-client.ts'
import type { Passkeys } from './passkeys.ts'
import type { SecretBox } from './secret-box.ts'
import type { Totps } from './totps.ts'

/** What is stored of a user. */
export interface UserAttributes {
  /** In the form that `parseEmail()` returns. */
  readonly email: string
  /** `null` for a user without a passphrase. */
  readonly passphraseHash: string | null
  /** Whether the user has proved that the address is theirs. */
  readonly emailVerified?: boolean
}

/** A user, as the site stores it. */
export interface Account extends UserAttributes {
  readonly userId: string
}

/** The users of the site. An address belongs to one user at most. */
export interface Accounts {
  /** Creates a user. Returns its id, or `null` if the address is taken; then nothing is stored. */
  create: (attributes: UserAttributes) => Promise<string | null>
  /** Returns the user with an address, or `null`. */
  findByEmail: (email: string) => Promise<Account | null>
}

/** An e-mail. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** What a platform is given. */
export interface SiteOptions {
  /** The origin of the site, such as `https://app.example.com`: for passkeys, callbacks and links in e-mails. */
  readonly origin: string
  readonly sendMail: (mail: Mail) => Promise<void>
  /** Where users can have accounts to sign in with. Default: nowhere. */
  readonly providers?: readonly Provider[] | undefined
  /** Encrypts the secrets of second factors: 32 random bytes in base64. */
  readonly totpKey: string
  /** The time in milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined
}

/** What recipes need. Each platform has its own. */
export interface Site {
  readonly auth: SiteAuth
  readonly accounts: Accounts
  readonly identities: Identities
  readonly providers: readonly Provider[]
  readonly tickets: TicketStore
  /** The origin of the site, which no visitor can change. */
  readonly origin: string
  readonly passkeys: Passkeys
  readonly totps: Totps
  readonly secretBox: SecretBox
  readonly sendMail: (mail: Mail) => Promise<void>
  /** Counts an attempt. Returns `false` from the eleventh one with the same key within a minute. */
  readonly limit: (key: string) => Promise<boolean>
  /** Counts an e-mail. Returns how many with the same key there were within this hour. */
  readonly countMail: (key: string) => Promise<number>
  /** Returns the IP address of the client. */
  readonly clientOf: (c: Context) => string
}

/** The `auth` object of a site. */
export type SiteAuth = ReturnType<typeof createAuth>

/** The types of a recipe's Hono app. */
export interface SiteEnv {
  Variables: AuthVariables<SiteAuth>
}

/** How many attempts with one key `limit()` allows in a minute. */
export const ATTEMPTS_PER_MINUTE = 10

/** Creates the `auth` object. A session shows the address of its user, never the hash. */
export function createAuth(
  store: AnyStore<UserAttributes, object>,
  { now }: Pick<SiteOptions, 'now'>,
) {
  return limen({ store, now, getUserAttributes: ({ email }) => ({ email }) })
}
