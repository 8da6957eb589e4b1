/** Recipe: a visitor writes without an account, and keeps it at the sign-in. */
import { requireOrigin } from '@limen/hono'
import { Hono } from 'hono'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import { deviceOf } from './device.ts'
import { readForm } from './form.ts'
import { notesPage } from './guest-pages.ts'
import type { Site, SiteEnv } from './site.ts'

const PAGE = '/notes'
const LONGEST = 1000

/** `/notes`, for guests and accounts. `openSession()` gives the notes of a guest to the account. */
export function guest(site: Site): Hono<SiteEnv> {
  const { auth, notes, guests } = site
  const app = new Hono<SiteEnv>()

  app.get(PAGE, requireOrigin(auth), async (c) => {
    const session = await c.var.auth.validate()
    const texts = session ? await notes.list(session.user.userId) : []
    return notesPage(c, texts, session?.user.isGuest ?? true)
  })

  app.post(PAGE, requireOrigin(auth), async (c) => {
    const text = (await readForm(c))('text').trim().slice(0, LONGEST)
    if (!text) return c.redirect(PAGE, 303)
    let session = await c.var.auth.validate()
    if (!session) {
      if (!(await mayAttempt(site, c))) {
        return notesPage(c, [], true, 429, { text: TOO_MANY_ATTEMPTS })
      }
      const userId = await guests.create()
      session = await auth.createSession({
        userId,
        // #if devices
        attributes: { device: deviceOf(c) },
        // #end
      })
      c.var.auth.setSession(session)
    }
    await notes.add(session.user.userId, text)
    return c.redirect(PAGE, 303)
  })

  return app
}
