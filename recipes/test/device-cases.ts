/** The cases of the recipe for devices. */
import assert from 'node:assert/strict'
import { PASSPHRASE, type SignedUp, signUp, signedInAs } from './case-steps.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:144.0) Gecko/20100101 Firefox/144.0'

/** Signs the user in on another device. */
async function signInAgain(
  world: World,
  { email }: SignedUp,
  userAgent = FIREFOX,
): Promise<Browser> {
  const browser = world.visit()
  const fields = { email, passphrase: PASSPHRASE }
  await browser.post('/sign-in', fields, { 'User-Agent': userAgent })
  return browser
}

const idsOf = async (world: World, { userId }: SignedUp) =>
  (await world.site.auth.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)

const textOf = async (browser: Browser) =>
  (await (await browser.get('/devices')).text()).replaceAll(/\s+/g, ' ')

export const deviceCases: readonly Case[] = [
  {
    name: 'the page lists the devices of the user, with this one and the last use',
    async run(world) {
      const user = await signUp(world)
      const other = await signInAgain(world, user)
      await signInAgain(world, await signUp(world))
      world.clock.advance({ hours: 2 })
      await other.get('/')
      world.clock.advance({ hours: 1 })
      const text = await textOf(user.browser)
      assert.equal(text.match(/name="session"/g)?.length, 2)
      assert.match(
        text,
        /<bdi>A browser<\/bdi> \(this device\), signed in <time[^>]*>[^<]*<\/time>, last used now/,
      )
      const used = new Date(world.clock.now() - 3_600_000).toISOString().slice(0, 15)
      assert.match(
        text,
        new RegExp(
          `<bdi>Firefox on Windows</bdi>, signed in <time[^>]*>[^<]*</time>, last used <time datetime="${used}`,
        ),
      )
      const anonymous = await world.visit().get('/devices')
      assert.equal(anonymous.headers.get('Location'), '/sign-in?next=%2Fdevices')
    },
  },
  {
    name: 'the name of a device is text, and shortened',
    async run(world) {
      const user = await signUp(world)
      await signInAgain(world, user, `<script>${'x'.repeat(5000)} Firefox/1 Linux`)
      assert.ok(!(await textOf(user.browser)).includes('<script>x'))
    },
  },
  {
    name: 'one device is signed out, and the others stay',
    async run(world) {
      const user = await signUp(world)
      const [first, second] = [await signInAgain(world, user), await signInAgain(world, user)]
      const [, session = ''] = await idsOf(world, user)
      const response = await user.browser.post('/devices/sign-out', { session })
      assert.equal(response.headers.get('Location'), '/devices')
      assert.equal(await signedInAs(first), null)
      assert.equal(await signedInAs(second), user.email)
      assert.equal((await user.browser.post('/devices/sign-out', { session })).status, 404)
    },
  },
  {
    name: 'this device is signed out, and its cookie deleted',
    async run(world) {
      const user = await signUp(world)
      const [session = ''] = await idsOf(world, user)
      const response = await user.browser.post('/devices/sign-out', { session })
      assert.equal(response.headers.get('Location'), '/')
      assert.match(response.headers.getSetCookie().join(), /__Host-Http-session=; .*Max-Age=0/)
      assert.deepEqual(await idsOf(world, user), [])
    },
  },
  {
    name: 'the session of another user is not signed out, with any id',
    async run(world) {
      const user = await signUp(world)
      const victim = await signUp(world)
      const [session = ''] = await idsOf(world, victim)
      for (const id of [session, '', 'x'.repeat(22), `${session}.secret`]) {
        assert.equal((await user.browser.post('/devices/sign-out', { session: id })).status, 404)
      }
      assert.equal(await signedInAs(victim.browser), victim.email)
    },
  },
  {
    name: 'all other devices are signed out, and no device of another user',
    async run(world) {
      const user = await signUp(world)
      const victim = await signUp(world)
      const other = await signInAgain(world, user)
      await user.browser.post('/devices/sign-out-others', { user: victim.userId })
      assert.equal(await signedInAs(other), null)
      assert.equal(await signedInAs(user.browser), user.email)
      assert.equal(await signedInAs(victim.browser), victim.email)
    },
  },
  {
    name: 'devices are signed out only after a recent sign-in, and never by another site',
    async run(world) {
      const user = await signUp(world)
      await signInAgain(world, user)
      for (const path of ['/devices/sign-out', '/devices/sign-out-others']) {
        const [, session = ''] = await idsOf(world, user)
        assert.equal((await user.browser.post(path, { session }, CROSS_SITE)).status, 403)
      }
      world.clock.advance({ minutes: 11 })
      for (const path of ['/devices/sign-out', '/devices/sign-out-others']) {
        const [, session = ''] = await idsOf(world, user)
        const response = await user.browser.post(path, { session })
        assert.equal(response.headers.get('Location'), '/sign-in?next=%2Fdevices')
      }
      assert.equal((await idsOf(world, user)).length, 2)
      assert.equal((await user.browser.get('/devices')).status, 200)
    },
  },
]
