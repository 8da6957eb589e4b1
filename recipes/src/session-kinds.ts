/** The kinds of sessions, and how long each lives. */
import type { SessionPeriods, StoredSession } from '@limen/core'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

// #if impersonation
/** How long an administrator can act as a user. */
export const IMPERSONATION_MS = 15 * MINUTE

/** Who acts as the user of a session. */
export interface Impersonation {
  /** The administrator. */
  readonly adminId: string
  /** The session of the administrator: when it ends, this one does too. */
  readonly adminSessionId: string
}
// #end

/** What is stored of a session. */
export interface SessionAttributes {
  // #if devices or api
  /** Where the user signed in, such as "Firefox on Windows". */
  readonly device?: string
  // #end
  // #if api
  /** `api`: its token is for the header `Authorization: Bearer`, and opens no page. */
  readonly kind?: 'api'
  // #end
  // #if impersonation
  readonly impersonation?: Impersonation
  // #end
}

/** How long a session lives. The active period is also how exact "last used" is. */
export function periodsOf(
  // #if impersonation or api
  { attributes }: StoredSession<SessionAttributes>,
  // #end
): SessionPeriods {
  // #if impersonation
  if (attributes.impersonation) {
    return { activePeriod: IMPERSONATION_MS, absolutePeriod: IMPERSONATION_MS }
  }
  // #end
  // #if api
  // An app on a phone stays signed in until it has not been used for 90 days.
  if (attributes.kind === 'api') return { activePeriod: HOUR, idlePeriod: 90 * DAY }
  // #end
  return { activePeriod: HOUR, idlePeriod: 14 * DAY }
}
