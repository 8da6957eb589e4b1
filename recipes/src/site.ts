/** What the routes need of their site: they are functions of a `Site` that return a Hono app. */
import { type AnyStore, limen } from '@limen/core'
import type { TicketStore } from '@limen/core/tickets'
import type { AuthVariables, SessionVariables } from '@limen/hono'
import type { Context } from 'hono'
import type { Identities } from './identities.ts'
import type { AuditTrail, Members } from './members.ts'
import type { Guests, Notes } from './notes.ts'
import type { Provider } from './oauth-client.ts'
import type { Passkeys } from './passkeys.ts'
import type { SecretBox } from './secret-box.ts'
import { type SessionAttributes, periodsOf } from './session-kinds.ts'
import type { Totps } from './totps.ts'

/** What is stored of a user. */
export interface UserAttributes {
  /** In the form that `parseEmail()` returns. */
  readonly email: string
  // #if passphrase
  /** `null` for a user without a passphrase. */
  readonly passphraseHash: string | null
  // #end
  // #if email
  /** Whether the user has proved that the address is theirs. */
  readonly emailVerified?: boolean
  // #end
  // #if roles
  /** No form sets it. It is read with the session, at each request. */
  readonly role?: 'admin' | null
  // #end
  // #if guest
  /** When a guest came first, in milliseconds since the epoch. `null` for an account. */
  readonly guestSince?: number | null
  // #end
}

// #if accounts
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
// #end

// #if email
/** An e-mail. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}
// #end

/** What a platform is given. */
export interface SiteOptions {
  // #if tickets
  /** The origin of the site, such as `https://app.example.com`, which no visitor can change. */
  readonly origin: string
  // #end
  // #if email
  readonly sendMail: (mail: Mail) => Promise<void>
  // #end
  // #if oauth
  /** Where users can have accounts to sign in with. Default: nowhere. */
  readonly providers?: readonly Provider[] | undefined
  // #end
  // #if totp
  /** Encrypts the secrets of second factors: 32 random bytes in base64. */
  readonly totpKey: string
  // #end
  /** The time in milliseconds since the epoch. Default: `Date.now()`. */
  readonly now?: (() => number) | undefined
}

/** What recipes need. Each platform has its own. */
export interface Site {
  readonly auth: SiteAuth
  // #if accounts
  readonly accounts: Accounts
  // #end
  // #if oauth
  readonly identities: Identities
  readonly providers: readonly Provider[]
  // #end
  // #if tickets
  readonly tickets: TicketStore
  /** The origin of the site, which no visitor can change. */
  readonly origin: string
  // #end
  // #if passkey
  readonly passkeys: Passkeys
  // #end
  // #if totp
  readonly totps: Totps
  readonly secretBox: SecretBox
  // #end
  // #if roles
  readonly members: Members
  readonly audit: AuditTrail
  // #end
  // #if guest
  readonly notes: Notes
  readonly guests: Guests
  // #end
  // #if email
  readonly sendMail: (mail: Mail) => Promise<void>
  /** Counts an e-mail. Returns how many with the same key there were within this hour. */
  readonly countMail: (key: string) => Promise<number>
  // #end
  /** Counts an attempt. Returns `false` from the eleventh one with the same key within a minute. */
  readonly limit: (key: string) => Promise<boolean>
  /** Returns the IP address of the client. */
  readonly clientOf: (c: Context) => string
}

/** The `auth` object of a site. */
export type SiteAuth = ReturnType<typeof createAuth>

/** The types of a Hono app of the site. */
export interface SiteEnv {
  Variables: AuthVariables<SiteAuth>
}

// #if account
/** The types of a handler that requires a session. */
export interface AccountEnv {
  Variables: SessionVariables<SiteAuth>
}
// #end

/** Creates the `auth` object, and chooses what a session shows of its user. */
export function createAuth(
  store: AnyStore<UserAttributes, SessionAttributes>,
  { now }: Pick<SiteOptions, 'now'>,
) {
  return limen({
    store,
    now,
    sessionExpiresIn: periodsOf,
    getUserAttributes: (user) => ({
      email: user.email,
      // #if roles
      role: user.role ?? null,
      // #end
      // #if guest
      isGuest: (user.guestSince ?? null) !== null,
      // #end
    }),
    // #if devices or api or impersonation
    getSessionAttributes: (session) => ({
      // #if devices or api
      device: session.device,
      // #end
      // #if api
      kind: session.kind,
      // #end
      // #if impersonation
      impersonation: session.impersonation,
      // #end
    }),
    // #end
  })
}
