/** The lifetime of a session: pure functions of a record and a time. */

/** When a session's two periods end, in milliseconds since the epoch. */
export interface Deadlines {
  /** From this time on, the session is idle. */
  readonly activePeriodExpiresAt: number
  /** From this time on, the session has expired. */
  readonly idlePeriodExpiresAt: number
}

/**
 * How long sessions live. Each period is a whole number of milliseconds, from one minute to 100 years.
 * Whole days in seconds, such as 2592000, are refused as a mistake.
 */
export interface SessionPeriods {
  /** A session is valid without renewal for this long after it was created or renewed. Default 1 day. */
  readonly activePeriod?: number | undefined
  /** After the active period, a session is renewed when it is used within this time, and expires after it. Default 14 days. */
  readonly idlePeriod?: number | undefined
  /** The longest lifetime, counted from the creation: no renewal passes it. Default 100 years. */
  readonly absolutePeriod?: number | undefined
}

/** {@link SessionPeriods} with their defaults. */
export type Periods = Readonly<Record<keyof SessionPeriods, number>>

/** `active`: valid without renewal. `idle`: valid, and renewed when used. */
export type SessionState = 'active' | 'idle'

/** The user of a session: the id and the fields that `getUserAttributes` returned. */
export type User<UserFields = object> = { readonly userId: string } & Readonly<
  Omit<UserFields, 'userId'>
>

/** The fields that every session has. No attribute can override one of them. */
export interface SessionFields<UserFields> {
  /** Public: it can be listed and logged, and revokes the session. It does not authenticate. */
  readonly sessionId: string
  /** The user of the session. */
  readonly user: User<UserFields>
  /** When the session was created. A renewal does not change it. */
  readonly createdAt: Date
  /**
   * When the session was last renewed, or created: "last used", as exact as `activePeriod` is short. It
   * is computed: the end of the active period minus `activePeriod`. Near the end of the absolute period,
   * which shortens the active period, it is too early. After a change of `activePeriod`, it is wrong by
   * the difference until the next renewal.
   */
  readonly renewedAt: Date
  /** From this time on, the session is idle: its next use renews it. */
  readonly activePeriodExpiresAt: Date
  /** From this time on, the session has expired, unless it was renewed before. */
  readonly idlePeriodExpiresAt: Date
  /** Which period of its lifetime the session is in. */
  readonly state: SessionState
  /** True when this request set the deadlines: the browser needs a new cookie. */
  readonly fresh: boolean
}

/** A valid session, with the fields that `getSessionAttributes` returned. */
export type Session<UserFields = object, Fields = object> = SessionFields<UserFields> &
  Readonly<Omit<Fields, keyof SessionFields<UserFields>>>

/**
 * Computes the deadlines of a session. A renewal never moves a deadline to an earlier time. No deadline
 * is past the end of the absolute period, also when that period was shortened later.
 *
 * @param session The stored session; without deadlines while it is being created.
 * @param periods How long sessions live.
 * @param renewedAt The time of the renewal or creation. Default: there is none.
 * @returns The deadlines.
 */
export function deadlinesOf(
  session: Partial<Deadlines> & { readonly createdAt: number },
  periods: Periods,
  renewedAt: number = -Infinity,
): Deadlines {
  const end = session.createdAt + periods.absolutePeriod
  const active = renewedAt + periods.activePeriod
  return {
    activePeriodExpiresAt: Math.min(end, Math.max(active, session.activePeriodExpiresAt ?? 0)),
    idlePeriodExpiresAt: Math.min(
      end,
      Math.max(active + periods.idlePeriod, session.idlePeriodExpiresAt ?? 0),
    ),
  }
}

/** Computes when a session was last renewed or created: never before its creation, never after `now`. */
export function renewalOf(
  session: Deadlines & { readonly createdAt: number },
  periods: Periods,
  now: number,
): number {
  const renewedAt = session.activePeriodExpiresAt - periods.activePeriod
  return Math.max(session.createdAt, Math.min(now, renewedAt))
}

/** Returns the state of a session, or `null` when it has expired. At the deadline itself, the next period has begun. */
export function stateOf(deadlines: Deadlines, now: number): SessionState | null {
  if (now < deadlines.activePeriodExpiresAt) return 'active'
  if (now < deadlines.idlePeriodExpiresAt) return 'idle'
  return null
}
