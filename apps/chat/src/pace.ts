/** How fast one user may send: ten at once, then one a second. Pure: the caller passes the time. */

/** Each message, and each connection, takes one of these out of the allowance. */
const INTERVAL = 1_000
const BURST = 10
/** So many are refused with a notice; a client that still goes on is disconnected. */
const PATIENCE = 20

/** What must be stored of a user between two messages. */
export interface Pace {
  /** When the allowance is whole again. */
  readonly busyUntil: number
  /** How many were refused since the last one that was taken. */
  readonly refused: number
}

export type Turn = 'taken' | 'too-fast' | 'abuse'

/** Says whether one more may be sent now, and what to store afterwards. */
export function take(pace: Pace | undefined, now: number): { turn: Turn; pace: Pace } {
  const whole = now + BURST * INTERVAL
  // Bounded, so that a clock that was set back refuses nobody for longer than the allowance takes.
  const busyUntil = Math.min(Math.max(pace?.busyUntil ?? 0, now), whole)
  if (busyUntil + INTERVAL <= whole) {
    return { turn: 'taken', pace: { busyUntil: busyUntil + INTERVAL, refused: 0 } }
  }
  const refused = (pace?.refused ?? 0) + 1
  return { turn: refused > PATIENCE ? 'abuse' : 'too-fast', pace: { busyUntil, refused } }
}

/** Whether a user's allowance is whole, so that nothing need be stored. */
export function isRested({ busyUntil }: Pace, now: number): boolean {
  return busyUntil <= now
}
