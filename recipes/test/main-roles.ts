/** The main cases of the pages for administrators. */
import assert from 'node:assert/strict'
import type { Case, World } from './world.ts'

/** The browser of a new administrator. */
async function visitAsAdmin({ site, visitSignedIn }: World) {
  const admin = await visitSignedIn()
  await site.auth.updateUserAttributes(admin.session.user.userId, { role: 'admin' })
  return admin
}

/** The main cases. */
export const roleMainCases: readonly Case[] = [
  {
    name: 'only an administrator opens the page of the users, until the role is taken',
    async run(world) {
      assert.equal((await (await world.visitSignedIn()).get('/admin')).status, 403)
      const admin = await visitAsAdmin(world)
      assert.equal((await admin.get('/admin')).status, 200)
      const user = await world.visitSignedIn()
      const { userId } = user.session.user
      const response = await admin.post('/admin/role', { user: userId, role: 'admin' })
      assert.equal(response.status, 303)
      assert.equal((await user.get('/admin')).status, 200)
      await admin.post('/admin/role', { user: userId, role: '' })
      assert.equal((await user.get('/admin')).status, 403)
    },
  },
  // #if impersonation
  {
    name: 'an administrator acts as a user, and returns',
    async run(world) {
      const admin = await visitAsAdmin(world)
      const { userId, email } = (await world.visitSignedIn()).session.user
      const fields = { user: userId, reason: 'A question' }
      assert.equal((await admin.post('/admin/impersonate', fields)).status, 303)
      assert.ok((await (await admin.get('/')).text()).includes(`You act as ${email}`))
      assert.equal((await admin.get('/admin')).status, 403)
      assert.equal((await admin.post('/impersonation/stop')).status, 303)
      assert.ok((await (await admin.get('/')).text()).includes(admin.session.user.email))
    },
  },
  // #end
]
