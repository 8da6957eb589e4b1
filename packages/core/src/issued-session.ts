/** Attaches the token to a session object, invisible to JSON, logs and copies. */
import type { SessionAddition } from './extension.ts'

/** An enumerable property would be copied and serialized. A WeakMap costs 5 µs a session in Node. */
const TOKEN = Symbol('token')

interface Issued {
  readonly token: string
  /** Whether the cookie with this token outlives the browser's run. */
  readonly persistent: boolean
  /** Changes the cookie of a new session. */
  readonly withCookie?: SessionAddition['withCookie']
}

interface IssuedSession {
  /** A function: tools that list hidden properties do not show what it returns. */
  readonly [TOKEN]?: () => Issued
}

/**
 * Attaches a token to a session object.
 *
 * @param session The object that the app receives.
 * @param issued The token, and how it is sent.
 * @returns The same object.
 */
export function withToken<AnySession extends object>(
  session: AnySession,
  issued: Issued,
): AnySession {
  return Object.defineProperty(session, TOKEN, { value: () => issued })
}

/** Returns the token of a session that was created or validated. A copy or a listed session has none. */
export function issuedOf(session: unknown): Issued | undefined {
  return (session as IssuedSession | null | undefined)?.[TOKEN]?.()
}
