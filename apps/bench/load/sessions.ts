/** The sessions of the load: their ids and cookies are computed from a number. */
import { createHash } from 'node:crypto'

export const PER_USER = 50
export const NAME = 'Visitor'
const SECRET = 's'.repeat(43)
const DAY = 86_400_000
const SAMPLES = 1000

export const userIdOf = (session: number) => `user-${Math.floor(session / PER_USER)}`

/** A session's id without its route. */
export const bareIdOf = (session: number) => String(session).padStart(22, '0')

/** The session cookie of an app, as `name=value`. */
export const cookieOf = (app: string, sessionId: string) =>
  `__Host-Http-${app}=${sessionId}.${SECRET}`

/** The sessions whose cookies are used, evenly spread over all. */
export function samplesOf(sessions: number): number[] {
  const step = Math.max(1, Math.floor(sessions / SAMPLES))
  return Array.from({ length: Math.ceil(sessions / step) }, (_, n) => n * step)
}

/** The fields of every session except its id and its user. */
export function commonFields() {
  const now = Date.now()
  return {
    secretHash: createHash('sha256').update(SECRET).digest('base64url'),
    createdAt: now,
    activePeriodExpiresAt: now + DAY,
    idlePeriodExpiresAt: now + 15 * DAY,
    attributes: { device: 'laptop' },
  }
}
