/** The life of a session, as functions of a record and a time. */

/** When a session's two periods end, in milliseconds since the epoch. */
export interface Deadlines {
  /** From here on it is idle. */
  readonly activePeriodExpiresAt: number
  /** From here on it is dead. */
  readonly idlePeriodExpiresAt: number
}

/** How long sessions live, in milliseconds: whole numbers from one minute to 100 years. */
export interface SessionPeriods {
  /** A session is valid as it is for this long after it was created or renewed. Default 1 day. */
  readonly activePeriod?: number | undefined
  /** After that, it is renewed when used within this time, and dead afterwards. Default 14 days. */
  readonly idlePeriod?: number | undefined
  /** However often it is renewed, a session never outlives this, counted from its creation. Default: 100 years. */
  readonly absolutePeriod?: number | undefined
}

/** {@link SessionPeriods}, settled. */
export type Periods = Readonly<Record<keyof SessionPeriods, number>>

/** `active`: valid as it is. `idle`: valid, and renewed when used. */
export type SessionState = 'active' | 'idle'

/** What a session says of its user: the id, and what `getUserAttributes` chose to show. */
export type User<UserFields = object> = { readonly userId: string } & Readonly<
  Omit<UserFields, 'userId'>
>

/** The fields that every session has. No attribute can override one of them. */
export interface SessionFields<UserFields> {
  /** Public: list it, log it, revoke by it. It opens nothing. */
  readonly sessionId: string
  /** Whose session it is. */
  readonly user: User<UserFields>
  /** When it was created; renewal does not move it. */
  readonly createdAt: Date
  /** From here on the session is idle: its next use renews it. */
  readonly activePeriodExpiresAt: Date
  /** From here on the session is dead, unless it is renewed before. */
  readonly idlePeriodExpiresAt: Date
  /** Which part of its life it is in. */
  readonly state: SessionState
  /** True when the deadlines were set by this very request: the browser needs a new cookie. */
  readonly fresh: boolean
}

/** A valid session, with what `getSessionAttributes` chose to show. */
export type Session<UserFields = object, Fields = object> = SessionFields<UserFields> &
  Readonly<Omit<Fields, keyof SessionFields<UserFields>>>

/**
 * The deadlines of a session: those it has, moved by a renewal but never to an earlier time, and
 * never past the end of the absolute period, also where that was shortened since.
 *
 * @param session The session as kept; without deadlines when it is being created.
 * @param periods How long sessions live.
 * @param renewedAt The time of the renewal or creation. Default: there is none.
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

/** Says which part of its life a session is in; `null`: dead. A deadline belongs to the period after it. */
export function stateOf(deadlines: Deadlines, now: number): SessionState | null {
  if (now < deadlines.activePeriodExpiresAt) return 'active'
  if (now < deadlines.idlePeriodExpiresAt) return 'idle'
  return null
}
