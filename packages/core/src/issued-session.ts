/** Attaches the token to a session object, invisible to JSON, logs and copies. */

// An entry lives as long as its session object. The session stays a plain object, which frameworks can
// serialise, and no property of it shows the token.
const tokens = new WeakMap<object, string>()

/**
 * Attaches a token to a session object.
 *
 * @param session The object that the app receives.
 * @param token The token.
 * @returns The same object.
 */
export function withToken<AnySession extends object>(
  session: AnySession,
  token: string,
): AnySession {
  tokens.set(session, token)
  return session
}

/** Returns the token of a session that was created or validated. A copy or a listed session has none. */
export function tokenOf(session: unknown): string | undefined {
  return tokens.get(session as object)
}
