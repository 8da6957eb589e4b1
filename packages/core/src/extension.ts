/** The contract of an extension: what it can change of an `auth` object. */
import type { OriginRequest } from './csrf.ts'
import { EXTENSION_FORM } from './messages.ts'
import {
  BOOLEAN,
  FUNCTION,
  OBJECT,
  type OptionRule,
  checkOption,
  checkOptions,
  isObject,
  isPlain,
  kindOf,
} from './options.ts'
import type { SessionCookie, SessionCookies } from './session-cookie.ts'
import type { AnyStore, SessionRecord } from './store.ts'
import type { TokenFormat } from './token.ts'

/** What a new session gets, by {@link ExtensionSettings.onCreate}. */
export interface SessionAddition {
  /** Attributes that are stored with the session, beside those of the app. */
  readonly attributes?: object | undefined
  /**
   * Changes the cookie of the new session: adds `headers` to the response, and other cookies to
   * `deletions`. A cookie that renews the session later is not changed.
   */
  readonly withCookie?: ((cookie: SessionCookie) => SessionCookie) | undefined
}

/** What an extension can read and replace. Each extension receives what those before it made of it. */
export interface ExtensionSettings {
  /** The store. */
  readonly store: AnyStore<unknown, unknown>
  /** Finds and creates session cookies. */
  readonly cookies: SessionCookies
  /** How tokens and ids are created and recognized. */
  readonly tokens: TokenFormat
  /** `getSessionAttributes` of `limen()`. */
  readonly getSessionAttributes?: ((attributes: never) => unknown) | undefined
  /** Reports an event. Never throws. */
  readonly onEvent: (event: never) => unknown
  /** The time in milliseconds since the epoch. */
  readonly now: () => number
  /** `secure` of `limen()`. */
  readonly secure: boolean
  /**
   * Called with each new session before it is stored, also with one that replaces another. An error
   * refuses the sign-in.
   */
  readonly onCreate?:
    | ((session: SessionRecord<unknown>) => SessionAddition | Promise<SessionAddition>)
    | undefined
  /**
   * Called with the stored session of a token whose secret is right, before the session is renewed: by
   * cookie, by bearer token, by `validateToken()` and `validateSession()`. `false` rejects the token as
   * `unproven`, and leaves the session and the cookie as they are. `isAdopted` is true when the client
   * sent a token of another format, for which `adopt` returned this one.
   */
  readonly admit?:
    | ((
        session: SessionRecord<unknown>,
        request: OriginRequest | undefined,
        isAdopted: boolean,
      ) => boolean | Promise<boolean>)
    | undefined
  /**
   * Called with a cookie or bearer token of another format, after the origin was checked. Returns the
   * token of a session that takes its place, which is then read strongly and sent to the browser, or
   * `null`.
   */
  readonly adopt?:
    | ((token: string, request: OriginRequest | undefined) => Promise<string | null>)
    | undefined
  /** Further calls on the `auth` object, beside those of other extensions. They cannot replace one of its own. */
  readonly calls?: object | undefined
}

/**
 * Changes settings of an `auth` object: for `limen({ extensions })`. An extension that replaces a hook
 * calls the one it was given.
 *
 * @param settings The settings as they are.
 * @returns The settings that it changes.
 */
export type Extension<Changes extends Partial<ExtensionSettings> = Partial<ExtensionSettings>> = (
  settings: ExtensionSettings,
) => Changes

/** The further calls of a list of extensions. */
export type CallsOf<Extensions extends readonly Extension[]> = Extensions extends readonly [
  infer First,
  ...infer Others extends readonly Extension[],
]
  ? (First extends (settings: ExtensionSettings) => { readonly calls: infer Calls }
      ? Calls
      : object) &
      CallsOf<Others>
  : object

const ANY_OBJECT: OptionRule = [isObject, OBJECT[1]]

const CHANGES: Readonly<Record<keyof ExtensionSettings, OptionRule>> = {
  store: ANY_OBJECT,
  cookies: ANY_OBJECT,
  tokens: ANY_OBJECT,
  getSessionAttributes: FUNCTION,
  onEvent: FUNCTION,
  now: FUNCTION,
  secure: BOOLEAN,
  onCreate: FUNCTION,
  admit: FUNCTION,
  adopt: FUNCTION,
  calls: ANY_OBJECT,
}

/**
 * Checks what an extension returned, so that a mistyped hook does not go unnoticed. `undefined` leaves a
 * setting as it is.
 *
 * @throws {AuthError} `AUTH_CONFIG` for what is not an object, and for an unknown or unfit setting.
 */
export function checkedChanges(changes: unknown): Partial<ExtensionSettings> {
  checkOption(isPlain(changes), 'limen(): an extension’s result', EXTENSION_FORM, kindOf(changes))
  return checkOptions('extension: ', changes as Partial<ExtensionSettings>, CHANGES)
}
