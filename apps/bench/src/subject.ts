/** What every subject of the bench is, so that all are asked in the same words. */

/** The one who is signed in, to every subject. */
export const USER = 'ada'

/** What a session cookie may be worth. */
export type CookieState =
  | 'active'
  | 'idle'
  | 'expired'
  | 'revoked'
  /** The id of a session that is there, with another secret; or a signature that is not ours. */
  | 'forged'
  /** Well formed, and never issued. */
  | 'unknown'
  | 'malformed'

/** A session library, or what stands in for one, over a store in memory. */
export interface Subject {
  readonly name: string
  /** What it cannot do, and so is not asked, each with the reason. */
  readonly cannot?: Partial<Record<CookieState | 'signIn' | 'csrf', string>>
  open(withHono: boolean): Promise<Opened>
}

/** An opened subject, who knows {@link USER}. */
export interface Opened {
  /** Who sent this request: a user's id, or `null`. */
  readonly validate?: (request: Request) => string | null | Promise<string | null>
  /** Signs in and gives a new session's cookie in that state, as `name=value`. */
  readonly cookie: (state: CookieState) => string | Promise<string>
  /** Signs in and gives the `Set-Cookie` header. */
  readonly signIn?: () => string | Promise<string>
  /** A whole app through Hono that tells a visitor who they are. */
  readonly handle?: (request: Request) => Response | Promise<Response>
}

/** Sessions live for fifteen days, and are renewed when the first of them is over. */
export const DAY = 86_400_000

/** How much earlier a session in that state was issued. */
export function ageOf(state: CookieState): number {
  return state === 'idle' ? 10 * DAY : state === 'expired' ? 40 * DAY : 0
}

/** As many characters, of which the last differ from the text's. */
export function forged(text: string): string {
  return text.slice(0, -8) + text.slice(-8).replace(/./g, (char) => (char === 'A' ? 'B' : 'A'))
}
