/** Recipe: add, list and remove passkeys. */
import { Buffer } from 'node:buffer'
import { Hono } from 'hono'
import { readForm } from './form.ts'
import { passkeyCeremonies } from './passkey-ceremonies.ts'
import { passkeysPage } from './passkey-pages.ts'
import { requireRecent } from './recent.ts'
import type { Site, SiteEnv } from './site.ts'

const LONGEST_NAME = 50

/** `/passkeys`. */
export function passkeySettings(site: Site): Hono<SiteEnv> {
  const { auth, passkeys } = site
  const ceremonies = passkeyCeremonies(site)
  const app = new Hono<SiteEnv>()
  const recent = requireRecent(site, '/passkeys')
  const listOf = async (userId: string) =>
    ({ rpID: ceremonies.rpID, userId, passkeys: await passkeys.list(userId) }) as const

  app.get('/passkeys', recent, async (c) =>
    passkeysPage(c, await listOf(c.var.session.user.userId)),
  )

  app.post('/passkeys/options', recent, async (c) =>
    c.json(await ceremonies.beginAddition(c, c.var.session.user)),
  )

  app.post('/passkeys', recent, async (c) => {
    const form = await readForm(c)
    const { userId } = c.var.session.user
    const added = await ceremonies.finishAddition(c, userId, form('response'))
    const isAdded =
      added &&
      (await passkeys.add({
        id: added.id,
        userId,
        publicKey: Buffer.from(added.publicKey).toString('base64url'),
        counter: added.counter,
        transports: added.transports ?? [],
        name: form('name').trim().slice(0, LONGEST_NAME) || 'Passkey',
        createdAt: auth.now(),
      }))
    if (isAdded) return c.redirect('/passkeys', 303)
    const problem = { passkey: 'This passkey was not accepted. Try again.' }
    return passkeysPage(c, await listOf(userId), 422, problem)
  })

  app.post('/passkeys/remove', recent, async (c) => {
    const { session } = c.var
    const { userId } = session.user
    const isRemoved = await passkeys.remove(userId, (await readForm(c))('id'))
    // Sessions that were opened with it are revoked too.
    if (isRemoved) await auth.invalidateAllUserSessions(userId, { except: session.sessionId })
    return c.redirect('/passkeys', 303)
  })

  return app
}
