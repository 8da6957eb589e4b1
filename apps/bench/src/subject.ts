/** The interface that every measured library has in the bench. */

/** The id of the signed-in user, in every subject. */
export const USER = 'ada'

export const cookieStates = [
  'active',
  'idle',
  'expired',
  'revoked',
  /** The id of an existing session with another secret, or an invalid signature. */
  'forged',
  /** Well-formed, and never issued. */
  'unknown',
  'malformed',
] as const
/** What the server makes of a session cookie. */
export type CookieState = (typeof cookieStates)[number]

/** A session library, or code written by hand, over a store in memory. */
export interface Subject {
  readonly name: string
  /** What it does not support, each with the reason. */
  readonly cannot?: Partial<Record<CookieState | 'signIn' | 'csrf', string>>
  open(withHono: boolean): Promise<Opened>
}

/** An opened subject, in which {@link USER} exists. */
export interface Opened {
  /** The id of the request's user, or `null`. */
  readonly validate?: (request: Request) => string | null | Promise<string | null>
  /** Creates a session and returns its cookie in the given state, as `name=value`. */
  readonly cookie: (state: CookieState) => string | Promise<string>
  /** Creates a session and returns the `Set-Cookie` header. */
  readonly signIn?: () => string | Promise<string>
  /** A whole Hono app that responds with the id of the user. */
  readonly handle?: (request: Request) => Response | Promise<Response>
}

/** Sessions last fifteen days and are renewed after the first. */
export const DAY = 86_400_000

/** How much earlier a session in that state was issued. */
export function ageOf(state: CookieState): number {
  return state === 'idle' ? 10 * DAY : state === 'expired' ? 40 * DAY : 0
}

/** Changes the last characters of a text, and keeps its length. */
export function forged(text: string): string {
  return text.slice(0, -8) + text.slice(-8).replace(/./g, (char) => (char === 'A' ? 'B' : 'A'))
}
