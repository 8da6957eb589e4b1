/** Attaches the token to a session object, invisible to JSON, logs and copies. */

/** An enumerable property would be copied and serialized. A WeakMap costs 5 µs a session in Node. */
const TOKEN = Symbol('token')

interface IssuedSession {
  /** A function: tools that list hidden properties do not show what it returns. */
  readonly [TOKEN]?: () => readonly [token: string, persistent: boolean]
}

/**
 * Attaches a token to a session object.
 *
 * @param session The object that the app receives.
 * @param token The token.
 * @param persistent Whether the cookie with this token outlives the browser's run.
 * @returns The same object.
 */
export function withToken<AnySession extends object>(
  session: AnySession,
  token: string,
  persistent: boolean,
): AnySession {
  return Object.defineProperty(session, TOKEN, { value: () => [token, persistent] })
}

/** Returns the token of a session that was created or validated. A copy or a listed session has none. */
export function tokenOf(session: unknown): string | undefined {
  return (session as IssuedSession | null | undefined)?.[TOKEN]?.()[0]
}

/** Whether the cookie of a session that has a token is persistent. */
export function isPersistent(session: unknown): boolean {
  return (session as Required<IssuedSession>)[TOKEN]()[1]
}
