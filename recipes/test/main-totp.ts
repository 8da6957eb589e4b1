/** The main cases of codes of an authenticator app. */
import assert from 'node:assert/strict'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Case, World } from './world.ts'

/** Turns the codes on, and returns a function that computes the current one. */
async function enrol({ clock }: World, browser: Browser): Promise<() => string> {
  const page = await (await browser.get('/two-step')).text()
  const secret = /name="secret" value="(\w+)"/.exec(page)?.[1] ?? ''
  const code = () => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: clock.now() })
  const response = await browser.post('/two-step', { secret, code: code() })
  assert.equal(response.status, 200)
  return code
}

/** The main cases. */
export const totpMainCases: readonly Case[] = [
  {
    name: 'a code confirms who the user is, once',
    async run(world) {
      const browser = await world.visitSignedIn()
      const code = await enrol(world, browser)
      world.clock.advance({ minutes: 11 })
      const asked = await browser.get('/two-step')
      assert.equal(asked.headers.get('Location'), '/confirm?next=%2Ftwo-step')
      const fields = { code: code(), next: '/two-step' }
      assert.equal((await browser.post('/confirm', fields)).status, 303)
      assert.equal((await browser.post('/confirm', fields)).status, 401)
      assert.equal((await browser.get('/two-step')).status, 200)
    },
  },
  // #if passphrase
  {
    name: 'a passphrase alone does not sign in a user with codes',
    async run(world) {
      const fields = { email: world.email(), passphrase: 'correct horse battery' }
      const browser = world.visit()
      await browser.post('/sign-up', fields)
      const code = await enrol(world, browser)
      await browser.post('/sign-out')
      world.clock.advance({ minutes: 1 })
      const response = await browser.post('/sign-in', fields)
      assert.equal(response.headers.get('Location'), '/sign-in/code')
      assert.doesNotMatch(await (await browser.get('/')).text(), /You are signed in/)
      assert.equal((await browser.post('/sign-in/code', { code: code() })).status, 303)
      assert.match(await (await browser.get('/')).text(), /You are signed in/)
    },
  },
  // #end
]
