/** Whether a session is recent enough for a sensitive action. */
import { CREATED_AT_FORM, WITHIN_FORM } from './messages.ts'
import { checkOption, isCount, kindOf, shown } from './options.ts'

/** Options of {@link isRecentSignIn}. */
export interface RecentSignInOptions {
  /** How long ago the sign-in can be, in milliseconds. */
  readonly withinMs: number
  /** The time in milliseconds since the epoch, such as `auth.now()`. Default: `Date.now()`. */
  readonly now?: number | undefined
}

/**
 * Checks whether the user signed in a short time ago, before a sensitive action such as a change of
 * the password. A session is created when its user signs in, and a renewal does not change
 * `createdAt`. At exactly `withinMs` after the sign-in, the result is `false`.
 *
 * @param session The session that `validate()` returned.
 * @param options `withinMs`, and the time.
 * @returns Whether the sign-in is recent.
 * @throws {AuthError} `AUTH_CONFIG` if `withinMs` is not a whole number above 0, or for a value that is
 * not a session.
 *
 * @example
 * isRecentSignIn({ createdAt: new Date(0) }, { withinMs: 600_000, now: 599_999 })
 * // true
 */
export function isRecentSignIn(
  session: { readonly createdAt: Date },
  options: RecentSignInOptions,
): boolean {
  const { withinMs, now = Date.now() } = options ?? {}
  checkOption(isCount(withinMs), 'isRecentSignIn(): withinMs', WITHIN_FORM, shown(withinMs))
  const createdAt: unknown = session?.createdAt
  checkOption(
    createdAt instanceof Date,
    'isRecentSignIn(): session',
    CREATED_AT_FORM,
    kindOf(session),
  )
  // A time that is not a number gives false.
  return Number(now) < createdAt.getTime() + withinMs
}
