/** The cases of the recipes for roles and impersonation. */
import assert from 'node:assert/strict'
import { authenticate } from '@limen/hono'
import { Hono } from 'hono'
import { roles } from '../src/roles.ts'
import type { SiteEnv } from '../src/site.ts'
import { PASSPHRASE, type SignedUp, copyOf, signUp, signedInAs } from './case-steps.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

/** Signs up a user who is an administrator. */
async function signUpAdmin(world: World): Promise<SignedUp> {
  const admin = await signUp(world)
  await world.site.auth.updateUserAttributes(admin.userId, { role: 'admin' })
  return admin
}

const roleOf = async (world: World, { userId }: SignedUp) =>
  (await world.site.auth.getUser(userId))?.role

const giveRole = (browser: Browser, { userId: user }: SignedUp, role = 'admin') =>
  browser.post('/admin/role', { user, role })

const actAs = (browser: Browser, { userId: user }: SignedUp, reason = 'Ticket 17') =>
  browser.post('/admin/impersonate', { user, reason })

const stop = (browser: Browser) => browser.post('/impersonation/stop')

/** The text of the banner of the home page, or `null`. */
async function bannerOf(browser: Browser): Promise<string | null> {
  const page = await (await browser.get('/')).text()
  return /class="banner"[^>]*>\s*<bdi>(.*?)<\/bdi>/.exec(page)?.[1] ?? null
}

/** The rows of the audit trail about a user, the oldest first. */
async function trailOf({ site }: World, { email }: SignedUp) {
  const entries = (await site.audit.list()).filter(({ user }) => user === email)
  return entries.map(({ admin, action, reason }) => [admin, action, reason]).toReversed()
}

export const roleCases: readonly Case[] = [
  {
    name: 'only an administrator opens the page of administrators',
    async run(world) {
      const anonymous = await world.visit().get('/admin')
      assert.equal(anonymous.headers.get('Location'), '/sign-in?next=%2Fadmin')
      const user = await signUp(world)
      assert.equal((await user.browser.get('/admin')).status, 403)
      const admin = await signUpAdmin(world)
      const page = await (await admin.browser.get('/admin')).text()
      assert.ok(page.includes('What administrators did'))
      assert.ok((await (await admin.browser.get('/')).text()).includes('href="/admin"'))
    },
  },
  {
    name: 'the list of users continues after an address, without guests, and has no forms for oneself',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      const browser = world.visit()
      await browser.post('/notes', { text: 'a note' })
      // Just before the address of the user.
      const after = user.email.slice(0, 35)
      const page = await (await admin.browser.get(`/admin?after=${after}`)).text()
      assert.ok(page.includes(user.email))
      assert.ok(!page.includes('guest.invalid'))
      const forms = page.split('<li>').find((item) => item.includes(user.email)) ?? ''
      assert.ok(forms.includes(`value="${user.userId}"`))
      const next = await (await admin.browser.get(`/admin?after=${user.email}`)).text()
      assert.ok(!next.includes(`<bdi>${user.email}</bdi>`))
      const own = await (await admin.browser.get(`/admin?after=${admin.email.slice(0, 35)}`)).text()
      assert.ok(own.includes(`<bdi>${admin.email}</bdi> (you)`))
      assert.ok(!own.includes(`value="${admin.userId}"`))
    },
  },
  {
    name: 'a role is given and taken, and takes effect at once on sessions that exist',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      assert.equal((await giveRole(admin.browser, user)).status, 303)
      assert.equal((await user.browser.get('/admin')).status, 200)
      assert.equal((await giveRole(admin.browser, user, '')).status, 303)
      assert.equal((await user.browser.get('/admin')).status, 403)
      assert.equal((await giveRole(user.browser, user)).status, 403)
      assert.equal(await roleOf(world, user), null)
      assert.equal(await signedInAs(user.browser), user.email)
      assert.deepEqual(await trailOf(world, user), [
        [admin.email, 'gave the role', ''],
        [admin.email, 'took the role', ''],
      ])
    },
  },
  {
    name: 'a role that is taken during a request opens nothing in the rest of it',
    async run(world) {
      const { site } = world
      const admin = await signUpAdmin(world)
      const app = new Hono<SiteEnv>()
      app.use(authenticate(site.auth), async (c, next) => {
        const session = await c.var.auth.validate()
        await site.auth.updateUserAttributes(session?.user.userId ?? '', { role: null })
        await next()
      })
      app.route('/', roles(site))
      const headers = { Cookie: admin.browser.headers().get('Cookie') ?? '' }
      assert.equal((await app.request('https://app.example/admin', { headers })).status, 403)
    },
  },
  {
    name: 'no form of a user gives a role, and no attribute of a session does',
    async run(world) {
      const more = { role: 'admin', user: 'me', isAdmin: '1' }
      const email = world.email()
      const browser = world.visit()
      await browser.post('/sign-up', { email, passphrase: PASSPHRASE, ...more })
      const userId = (await world.site.accounts.findByEmail(email))?.userId ?? ''
      const user = { browser, email, userId }
      await browser.post('/sign-in', { email, passphrase: PASSPHRASE, ...more })
      await browser.post('/passphrase', { passphrase: PASSPHRASE, ...more })
      await giveRole(browser, user)
      assert.equal(await roleOf(world, user), null)
      const { auth } = world.site
      const session = await auth.createSession({
        userId,
        // What a mistake of the app could store.
        attributes: { role: 'admin', isAdmin: true } as object,
      })
      const headers = { Cookie: `__Host-Http-session=${auth.createBearerToken(session)}` }
      assert.equal((await world.visit().fetch('/admin', { headers })).status, 403)
    },
  },
  {
    name: 'an administrator keeps their own role, and changes only users that exist',
    async run(world) {
      const admin = await signUpAdmin(world)
      assert.equal((await giveRole(admin.browser, admin, '')).status, 403)
      assert.equal(await roleOf(world, admin), 'admin')
      for (const userId of ['unknown', '']) {
        assert.equal((await giveRole(admin.browser, { ...admin, userId })).status, 404)
      }
    },
  },
  {
    name: 'a role is given, and a user is impersonated, only after a recent sign-in and never by another site',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      const body = { user: user.userId, role: 'admin', reason: 'x' }
      for (const path of ['/admin/role', '/admin/impersonate', '/impersonation/stop']) {
        assert.equal((await admin.browser.post(path, body, CROSS_SITE)).status, 403)
      }
      world.clock.advance({ minutes: 11 })
      for (const path of ['/admin/role', '/admin/impersonate']) {
        const response = await admin.browser.post(path, body)
        assert.equal(response.headers.get('Location'), '/sign-in?next=%2Fadmin')
      }
      assert.equal(await roleOf(world, user), null)
      assert.deepEqual(await trailOf(world, user), [])
    },
  },
  {
    name: 'an administrator acts as a user with a banner and a trace, and returns to the same session',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      const [before] = await world.site.auth.getAllUserSessions(admin.userId)
      assert.equal(await bannerOf(admin.browser), null)
      assert.equal((await actAs(admin.browser, user)).status, 303)
      assert.equal(await signedInAs(admin.browser), user.email)
      assert.match(
        (await bannerOf(admin.browser)) ?? '',
        new RegExp(`^You act as ${user.email} until`),
      )
      const devices = await (await user.browser.get('/devices')).text()
      assert.ok(devices.includes('An administrator'))

      const stolen = copyOf(world, admin.browser)
      const forged = await admin.browser.post('/impersonation/stop', {}, CROSS_SITE)
      assert.deepEqual([forged.status, forged.headers.getSetCookie()], [403, []])
      assert.equal((await stop(admin.browser)).headers.get('Location'), '/admin')
      assert.equal(await signedInAs(admin.browser), admin.email)
      assert.equal(await bannerOf(admin.browser), null)
      const after = await world.site.auth.getAllUserSessions(admin.userId)
      assert.deepEqual(
        after.map(({ sessionId }) => sessionId),
        [before?.sessionId],
      )
      assert.equal(await signedInAs(stolen), null)
      assert.deepEqual(await trailOf(world, user), [
        [admin.email, 'acted as the user', 'Ticket 17'],
        [admin.email, 'stopped', ''],
      ])
    },
  },
  {
    name: 'an impersonation needs a reason, and is refused for administrators, guests and unknown users',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      assert.equal((await actAs(admin.browser, user, '  ')).status, 422)
      assert.equal((await actAs(admin.browser, await signUpAdmin(world))).status, 403)
      assert.equal((await actAs(admin.browser, admin)).status, 403)
      assert.equal((await actAs(admin.browser, { ...user, userId: 'unknown' })).status, 404)
      const userId = await world.site.guests.create()
      assert.equal((await actAs(admin.browser, { ...user, userId })).status, 404)
      assert.equal((await actAs(user.browser, await signUp(world))).status, 403)
      assert.equal(await signedInAs(admin.browser), admin.email)
      assert.deepEqual(await trailOf(world, user), [])
    },
  },
  {
    name: 'who acts as a user cannot impersonate further, nor change how the user signs in',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      const other = await signUp(world)
      const { browser } = admin
      await actAs(browser, user)
      assert.equal((await actAs(browser, other)).status, 403)
      for (const path of [
        '/admin',
        '/passphrase',
        '/passkeys',
        '/two-step',
        '/connections',
        '/devices',
      ]) {
        assert.equal((await browser.get(path)).status, 403, path)
      }
      const fields = { passphrase: 'another passphrase', session: 'x', code: '000000' }
      for (const path of [
        '/admin/role',
        '/passphrase',
        '/passkeys',
        '/passkeys/options',
        '/passkeys/remove',
        '/two-step',
        '/two-step/off',
        '/confirm',
        '/connections/disconnect',
        '/devices/sign-out',
        '/devices/sign-out-others',
      ]) {
        assert.equal((await browser.post(path, fields)).status, 403, path)
      }
      const signIn = { email: user.email, passphrase: PASSPHRASE }
      assert.equal((await world.visit().post('/sign-in', signIn)).status, 303)
    },
  },
  {
    name: 'an impersonation ends after 15 minutes, and its administrator can return',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      await actAs(admin.browser, user)
      world.clock.advance({ minutes: 14 })
      assert.equal(await signedInAs(admin.browser), user.email)
      world.clock.advance({ minutes: 1 })
      assert.equal(await signedInAs(admin.browser), null)
      assert.equal(await bannerOf(admin.browser), 'Your time as another user has ended.')
      assert.equal((await stop(admin.browser)).headers.get('Location'), '/admin')
      assert.equal(await signedInAs(admin.browser), admin.email)
    },
  },
  {
    name: 'an impersonation ends with the role or the session of its administrator',
    async run(world) {
      const { auth } = world.site
      const ends: [what: string, end: (admin: SignedUp, user: SignedUp) => Promise<unknown>][] = [
        ['role', ({ userId }) => auth.updateUserAttributes(userId, { role: null })],
        ['session', ({ userId }) => auth.invalidateAllUserSessions(userId)],
        [
          'the user’s role',
          (_, { userId }) => auth.updateUserAttributes(userId, { role: 'admin' }),
        ],
      ]
      for (const [what, end] of ends) {
        const admin = await signUpAdmin(world)
        const user = await signUp(world)
        await actAs(admin.browser, user)
        await end(admin, user)
        const stolen = copyOf(world, admin.browser)
        assert.equal(await signedInAs(admin.browser), null, what)
        assert.equal(await signedInAs(stolen), null, what)
        assert.equal((await auth.getAllUserSessions(user.userId)).length, 1, what)
      }
    },
  },
  {
    name: 'a user ends an impersonation on the page of devices',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      await actAs(admin.browser, user)
      await user.browser.post('/devices/sign-out-others')
      assert.equal(await signedInAs(admin.browser), null)
      assert.equal(await signedInAs(user.browser), user.email)
    },
  },
  {
    name: 'a sign-out, and a sign-in by another user, also end the session that waits',
    async run(world) {
      const user = await signUp(world)
      const other = await signUp(world)
      const fields = { email: other.email, passphrase: PASSPHRASE }
      for (const leave of [
        (browser: Browser) => browser.post('/sign-out'),
        (browser: Browser) => browser.post('/sign-in', fields),
      ]) {
        const admin = await signUpAdmin(world)
        await actAs(admin.browser, user)
        const copy = copyOf(world, admin.browser)
        await leave(admin.browser)
        await stop(admin.browser)
        assert.notEqual(await signedInAs(admin.browser), admin.email)
        await stop(copy)
        assert.equal(await signedInAs(copy), null)
        assert.equal((await world.site.auth.getAllUserSessions(admin.userId)).length, 0)
      }
    },
  },
  {
    name: 'a sign-in as the impersonated user is a session of its own',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      await actAs(admin.browser, user)
      await admin.browser.post('/sign-in', { email: user.email, passphrase: PASSPHRASE })
      assert.equal(await bannerOf(admin.browser), null)
      const sessions = await world.site.auth.getAllUserSessions(user.userId)
      assert.equal(sessions.length, 2)
      assert.ok(sessions.every(({ impersonation }) => !impersonation))
    },
  },
  {
    name: 'without an administrator’s cookie, "stop" is a sign-out, and never another user’s session',
    async run(world) {
      const admin = await signUpAdmin(world)
      const user = await signUp(world)
      assert.equal((await stop(user.browser)).headers.get('Location'), '/')
      assert.equal(await signedInAs(user.browser), user.email)
      assert.equal((await stop(world.visit())).headers.get('Location'), '/sign-in')
      await actAs(admin.browser, user)
      const session = /__Host-Http-session=[^;]+/.exec(admin.browser.headers().get('Cookie') ?? '')
      const stolen = world.visit()
      const headers = { Cookie: session?.[0] ?? '' }
      const stopped = await stolen.fetch('/impersonation/stop', { method: 'POST', headers })
      assert.equal(stopped.headers.get('Location'), '/sign-in')
      assert.equal(await signedInAs(stolen), null)
    },
  },
]
