/** The sessions of the load: their ids and cookies follow from a number. */
import { createHash } from 'node:crypto'

export const PER_USER = 50
export const NAME = 'Visitor'
const SECRET = 's'.repeat(43)
const DAY = 86_400_000

export const userIdOf = (user: number) => `user-${user}`

/** A session's id without its route. */
export const bareIdOf = (n: number) => String(n).padStart(22, '0')

export const cookieOf = (sessionId: string) => `__Host-Http-session=${sessionId}.${SECRET}`

/** What every session holds beside its id and its user. */
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
