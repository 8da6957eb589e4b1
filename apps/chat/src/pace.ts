/** The rate limit of one user: ten messages at once, then one a second. The caller passes the time. */

/** Each message and each connection uses up this part of the allowance. */
const INTERVAL = 1_000
const BURST = 10
/** After this many refusals, the client is disconnected. */
const MAX_REFUSED = 20

/** The state that is stored for a user between two messages. */
export interface Pace {
  /** When the whole allowance is available again. */
  readonly busyUntil: number
  /** The number of refusals since the last accepted message. */
  readonly refused: number
}

export type Turn = 'accepted' | 'too-fast' | 'abuse'

/** Decides whether another message is accepted now. Returns the state to store. */
export function take(pace: Pace | undefined, now: number): { turn: Turn; pace: Pace } {
  const whole = now + BURST * INTERVAL
  // Limited, so that after the clock was set back, no user waits longer than for a whole allowance.
  const busyUntil = Math.min(Math.max(pace?.busyUntil ?? 0, now), whole)
  if (busyUntil + INTERVAL <= whole) {
    return { turn: 'accepted', pace: { busyUntil: busyUntil + INTERVAL, refused: 0 } }
  }
  const refused = (pace?.refused ?? 0) + 1
  return { turn: refused > MAX_REFUSED ? 'abuse' : 'too-fast', pace: { busyUntil, refused } }
}

/** Whether a user's whole allowance is available, so that no state needs to be stored. */
export function isRested({ busyUntil }: Pace, now: number): boolean {
  return busyUntil <= now
}
