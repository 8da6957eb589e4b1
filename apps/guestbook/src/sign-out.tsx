/** Sign-out: revokes the session first, and deletes the cookie only if that succeeded. */
import { Hono } from 'hono'
import { type AppEnv, authFor } from './auth.ts'
import { isOutage } from './outage.ts'
import { failedPage } from './page.tsx'

export const signOut = new Hono<AppEnv>()

signOut.post('/sign-out', async (c) => {
  try {
    const session = await c.var.auth.validate()
    if (session) await authFor(c.env).invalidateSession(session.sessionId)
  } catch (error) {
    if (!isOutage(error)) throw error
    console.error(error)
    c.header('Retry-After', '30')
    return failedPage(
      c,
      { title: 'Signing out failed', status: 503 },
      <div class="sheet">
        <h1>You are still signed in</h1>
        <p class="alert" role="alert">
          Signing out failed: the database does not respond, so your session could not be revoked.
          Do not leave a shared computer yet.
        </p>
        <form method="post" action="/sign-out">
          <button>Try again</button>
        </form>
      </div>,
    )
  }
  c.var.auth.setSession(null)
  return c.redirect('/?done=signed-out', 303)
})
