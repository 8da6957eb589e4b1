/** Creates a session with the device's name, and revokes the session that the browser had. */
import { type AppContext, authFor } from './auth.ts'
import { deviceLabel } from './device.ts'

/** @param remember Whether the session outlives the browser's run. */
export async function openSession(c: AppContext, userId: string, remember: boolean): Promise<void> {
  const auth = authFor(c.env)
  const previous = await c.var.auth.validate()
  const attributes = { device: deviceLabel(c.req.header('User-Agent')), remember }
  const session = await auth.createSession({ userId, attributes })
  if (previous) await auth.invalidateSession(previous.sessionId)
  c.var.auth.setSession(session)
}
