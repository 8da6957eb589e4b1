/** The main cases of codes in e-mails. */
import assert from 'node:assert/strict'
import type { Case, World } from './world.ts'

/** Asks for a code, and returns the one in the e-mail. */
async function askForCode({ visit, mails }: World, email: string) {
  const browser = visit()
  assert.equal((await browser.post('/sign-in/email', { email })).status, 303)
  const mail = mails.at(-1)
  assert.equal(mail?.to, email)
  return { browser, code: /\b\d{6}\b/.exec(mail?.text ?? '')?.[0] ?? '' }
}

/** The main cases. */
export const emailMainCases: readonly Case[] = [
  {
    name: 'a code in an e-mail signs in, once',
    async run(world) {
      const email = world.email()
      const { browser, code } = await askForCode(world, email)
      assert.equal((await browser.post('/sign-in/email/code', { code })).status, 303)
      assert.ok((await (await browser.get('/')).text()).includes(email))
      await browser.post('/sign-out')
      assert.equal((await browser.post('/sign-in/email/code', { code })).status, 401)
    },
  },
  {
    name: 'a code is worthless in another browser, and a wrong code in this one',
    async run(world) {
      const { browser, code } = await askForCode(world, world.email())
      assert.equal((await world.visit().post('/sign-in/email/code', { code })).status, 401)
      const wrong = code === '000000' ? '000001' : '000000'
      assert.equal((await browser.post('/sign-in/email/code', { code: wrong })).status, 401)
      assert.equal((await browser.post('/sign-in/email/code', { code })).status, 303)
    },
  },
]
