/** The cases of the recipe for guests. */
import assert from 'node:assert/strict'
import { createApp } from '../src/app.ts'
import { PASSPHRASE, copyOf, signUp, signedInAs } from './case-steps.ts'
import { type Browser, CROSS_SITE, type Case, type World } from './world.ts'

/** A browser whose visitor has written a note without an account, and the id of the guest. */
async function guestWith(world: World, text: string) {
  const browser = world.visit()
  assert.equal((await browser.post('/notes', { text })).status, 303)
  const token = /__Host-Http-session=([^;]+)/.exec(browser.headers().get('Cookie') ?? '')?.[1] ?? ''
  const { user } = await world.site.auth.validateSession(token)
  return { browser, userId: user.userId }
}

async function notesOf(browser: Browser): Promise<string[]> {
  const page = await (await browser.get('/notes')).text()
  return [...page.matchAll(/<li><bdi>(.*?)<\/bdi>/g)].map(([, text]) => text ?? '')
}

export const guestCases: readonly Case[] = [
  {
    name: 'a visitor who only reads is no guest, and one who writes is',
    async run(world) {
      const browser = world.visit()
      assert.deepEqual(await notesOf(browser), [])
      assert.equal((await browser.post('/notes', { text: '  ' })).headers.getSetCookie().length, 0)
      const { browser: guest, userId } = await guestWith(world, '<b>tea</b>')
      assert.deepEqual(await notesOf(guest), ['&lt;b&gt;tea&lt;/b&gt;'])
      assert.equal((await world.site.auth.getUser(userId))?.isGuest, true)
      await guest.post('/notes', { text: 'milk' })
      assert.equal((await notesOf(guest)).length, 2)
    },
  },
  {
    name: 'a sign-up gives the notes of the guest to the new account, with a new token',
    async run(world) {
      const { browser, userId } = await guestWith(world, 'tea')
      const stolen = copyOf(world, browser)
      const email = world.email()
      const fields = { email, passphrase: PASSPHRASE, next: '/notes' }
      const response = await browser.post('/sign-up', fields)
      assert.equal(response.headers.get('Location'), '/notes')
      assert.equal(await signedInAs(browser), email)
      assert.deepEqual(await notesOf(browser), ['tea'])
      assert.deepEqual(await notesOf(stolen), [])
      assert.equal(await world.site.auth.getUser(userId), null)
    },
  },
  {
    name: 'a sign-in adds the notes of the guest to those of the account',
    async run(world) {
      const user = await signUp(world)
      await user.browser.post('/notes', { text: 'milk' })
      const { browser } = await guestWith(world, 'tea')
      const wrong = { email: user.email, passphrase: 'wrong passphrase' }
      assert.equal((await browser.post('/sign-in', wrong)).status, 401)
      assert.deepEqual(await notesOf(browser), ['tea'])
      await browser.post('/sign-in', { email: user.email, passphrase: PASSPHRASE })
      assert.deepEqual((await notesOf(browser)).toSorted(), ['milk', 'tea'])
      assert.deepEqual((await notesOf(user.browser)).toSorted(), ['milk', 'tea'])
    },
  },
  {
    name: 'a sign-in by e-mail takes the notes of the guest along, too',
    async run(world) {
      const { browser } = await guestWith(world, 'tea')
      const email = world.email()
      await browser.post('/sign-in/email', { email })
      const code = /Your code is (\d{6})/.exec(world.mails.at(-1)?.text ?? '')?.[1] ?? ''
      assert.equal((await browser.post('/sign-in/email/code', { code })).status, 303)
      assert.equal(await signedInAs(browser), email)
      assert.deepEqual(await notesOf(browser), ['tea'])
    },
  },
  {
    name: 'no user gets the notes of another guest, and no account is a guest for another one',
    async run(world) {
      const victim = await guestWith(world, 'secret')
      const attacker = await signUp(world)
      const fields = { email: attacker.email, passphrase: PASSPHRASE }
      await attacker.browser.post('/sign-in', {
        ...fields,
        guest: victim.userId,
        user: victim.userId,
      })
      assert.deepEqual(await notesOf(attacker.browser), [])
      // A form of another site signs the victim neither in nor out.
      assert.equal((await victim.browser.post('/sign-in', fields, CROSS_SITE)).status, 403)
      assert.equal((await victim.browser.post('/notes', { text: 'x' }, CROSS_SITE)).status, 403)
      assert.deepEqual(await notesOf(victim.browser), ['secret'])
      // The notes of an account stay when another user signs in with the same browser.
      const first = await signUp(world)
      await first.browser.post('/notes', { text: 'mine' })
      await first.browser.post('/sign-in', fields)
      assert.deepEqual(await notesOf(first.browser), [])
      await world.site.guests.mergeInto(first.userId, attacker.userId)
      const again = world.visit()
      await again.post('/sign-in', { email: first.email, passphrase: PASSPHRASE })
      assert.deepEqual(await notesOf(again), ['mine'])
    },
  },
  {
    name: 'of concurrent sign-ins of one guest, one gets the notes',
    async run(world) {
      const { browser, userId } = await guestWith(world, 'tea')
      const users = await Promise.all([signUp(world), signUp(world)])
      const copies = users.map(() => copyOf(world, browser))
      await Promise.all(
        users.map(({ email }, n) => copies[n]!.post('/sign-in', { email, passphrase: PASSPHRASE })),
      )
      const lists = await Promise.all(users.map(({ browser: own }) => notesOf(own)))
      assert.deepEqual(lists.flat(), ['tea'])
      assert.equal(await world.site.auth.getUser(userId), null)
    },
  },
  {
    name: 'a guest opens no page that an anonymous visitor does not open, except notes',
    async run(world) {
      const { browser } = await guestWith(world, 'tea')
      const anonymous = world.visit()
      const routes = createApp(world.site).routes.filter(({ method }) => method === 'GET')
      const paths = new Set(routes.map(({ path }) => path.replaceAll(/:\w+/g, 'x')))
      assert.ok(paths.has('/passkeys') && paths.has('/admin') && paths.has('/devices'))
      for (const path of paths) {
        if (path === '/notes' || path.includes('*')) continue
        const [own, other] = [await browser.get(path), await anonymous.get(path)]
        const seen = [own.status, own.headers.get('Location')]
        assert.deepEqual(seen, [other.status, other.headers.get('Location')], path)
      }
      assert.equal(await signedInAs(browser), null)
      const change = await browser.post('/passphrase', { passphrase: PASSPHRASE })
      assert.equal(change.headers.get('Location'), '/sign-in?next=%2Fpassphrase')
    },
  },
  {
    name: 'guests without a session are deleted with their notes, and no other user',
    async run(world) {
      const { site, clock } = world
      const user = await signUp(world)
      await user.browser.post('/notes', { text: 'mine' })
      const old = await guestWith(world, 'old')
      const active = await guestWith(world, 'active')
      clock.advance({ days: 10 })
      await active.browser.get('/notes')
      await site.guests.purge()
      assert.ok(await site.auth.getUser(old.userId))
      clock.advance({ days: 5 })
      const young = await site.guests.create()
      await site.guests.purge()
      assert.equal(await site.auth.getUser(old.userId), null)
      assert.deepEqual(await site.notes.list(old.userId), [])
      assert.deepEqual(await notesOf(active.browser), ['active'])
      assert.ok(await site.auth.getUser(young))
      assert.ok(await site.auth.getUser(user.userId))
      assert.deepEqual(await site.notes.list(user.userId), ['mine'])
    },
  },
  {
    name: 'forms of another site create no guest, and use up no attempts',
    async run(world) {
      const browser = world.visit()
      for (let n = 0; n < 11; n++) {
        assert.equal((await browser.post('/notes', { text: 'x' }, CROSS_SITE)).status, 403)
      }
      assert.equal((await browser.post('/notes', { text: 'x' })).status, 303)
    },
  },
  {
    name: 'one client creates ten guests in a minute',
    async run(world) {
      const client = world.client()
      const statuses: number[] = []
      for (let n = 0; n < 11; n++) {
        statuses.push((await world.visit(client).post('/notes', { text: 'x' })).status)
      }
      assert.deepEqual(statuses.slice(9), [303, 429])
    },
  },
  {
    name: 'after the sign-in of a guest, no other site opens',
    async run(world) {
      const { browser } = await guestWith(world, 'tea')
      const { email } = await signUp(world)
      const fields = { email, passphrase: PASSPHRASE, next: '//evil.example' }
      assert.equal((await browser.post('/sign-in', fields)).headers.get('Location'), '/')
    },
  },
]
