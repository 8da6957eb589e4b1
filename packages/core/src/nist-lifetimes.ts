/** Lifetimes of sessions as NIST SP 800-63B-4 limits them. */
import type { SessionPeriods } from './session-lifetime.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * Lifetimes for authentication assurance level 1 of NIST SP 800-63B-4: a session ends 30 days after
 * sign-in (the guideline says "should"). No inactivity limit is required at this level.
 *
 * The guideline also says that a session secret should not persist over a restart of the browser: for
 * that, set `sessionCookie: { persistent: false }`. A level requires more than lifetimes.
 *
 * @see {@link https://pages.nist.gov/800-63-4/sp800-63b.html#aal1reauth NIST SP 800-63B-4, section 2.1.3}
 *
 * @example
 * const auth = limen({ store: memoryStore(), sessionExpiresIn: aal1 })
 * const session = await auth.createSession(await auth.createUser({}))
 * (+session.idlePeriodExpiresAt - +session.createdAt) / 86_400_000
 * // 30
 */
export const aal1: SessionPeriods = {
  activePeriod: DAY,
  idlePeriod: 30 * DAY,
  absolutePeriod: 30 * DAY,
}

/**
 * Lifetimes for authentication assurance level 2 of NIST SP 800-63B-4: a session ends 24 hours after
 * sign-in, and after 1 hour without activity (the guideline says "should" for both).
 *
 * A session is renewed at most every 5 minutes, so it expires after 55 to 60 minutes without activity.
 *
 * @see {@link https://pages.nist.gov/800-63-4/sp800-63b.html#aal2reauth NIST SP 800-63B-4, section 2.2.3}
 *
 * @example
 * const auth = limen({
 *   store: memoryStore(),
 *   sessionExpiresIn: aal2,
 *   sessionCookie: { persistent: false },
 * })
 * const session = await auth.createSession(await auth.createUser({}))
 * auth.createSessionCookie(session).attributes.maxAge
 * // undefined
 */
export const aal2: SessionPeriods = {
  activePeriod: 5 * MINUTE,
  idlePeriod: 55 * MINUTE,
  absolutePeriod: DAY,
}

/**
 * Lifetimes for authentication assurance level 3 of NIST SP 800-63B-4: a session ends 12 hours after
 * sign-in ("shall"), and after 15 minutes without activity ("should").
 *
 * A session is renewed at most every minute, so it expires after 14 to 15 minutes without activity.
 *
 * @see {@link https://pages.nist.gov/800-63-4/sp800-63b.html#aal3reauth NIST SP 800-63B-4, section 2.3.3}
 *
 * @example
 * const auth = limen({
 *   store: memoryStore<object, { role: string }>(),
 *   sessionExpiresIn: ({ attributes }) => (attributes.role === 'admin' ? aal3 : aal1),
 * })
 * const { userId } = await auth.createUser({})
 * const session = await auth.createSession({ userId, attributes: { role: 'admin' } })
 * (+session.idlePeriodExpiresAt - +session.createdAt) / 60_000
 * // 15
 */
export const aal3: SessionPeriods = {
  activePeriod: MINUTE,
  idlePeriod: 14 * MINUTE,
  absolutePeriod: 12 * HOUR,
}
