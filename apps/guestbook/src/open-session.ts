/** Signs a user in: creates a session with the device's name, in place of the one that the browser had. */
import { type AppContext, authFor } from './auth.ts'
import { deviceLabel } from './device.ts'

/** @param remember Whether the session outlives the browser's run. */
export async function openSession(c: AppContext, userId: string, remember: boolean): Promise<void> {
  const auth = authFor(c.env)
  const previous = await c.var.auth.validate()
  const attributes = { device: deviceLabel(c.req.header('User-Agent')), remember }
  // One step of the store: the previous session does not count for the limit of devices.
  const session = previous
    ? await auth.replaceSession(previous, { userId, attributes })
    : await auth.createSession({ userId, attributes })
  c.var.auth.setSession(session)
}
