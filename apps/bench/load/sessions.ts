/** The sessions of the load, whose cookies are computed from a number. */
import { createHash } from 'node:crypto'

const SECRET = 's'.repeat(43)
const SAMPLES = 1000

export const SECRET_HASH = createHash('sha256').update(SECRET).digest('base64url')

/** The session cookie of an app, as `name=value`. */
export const cookieOf = (app: string, sessionId: string) =>
  `__Host-Http-${app}=${sessionId}.${SECRET}`

/** The sessions whose cookies are used, evenly spread over all. */
export function samplesOf(sessions: number): number[] {
  const step = Math.max(1, Math.floor(sessions / SAMPLES))
  return Array.from({ length: Math.ceil(sessions / step) }, (_, n) => n * step)
}
