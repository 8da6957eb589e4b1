/** The main cases of passphrases. */
import assert from 'node:assert/strict'
import { CROSS_SITE, type Case } from './world.ts'

const PASSPHRASE = 'correct horse battery'
const OTHER = 'another good passphrase'

/** The main cases. */
export const passphraseMainCases: readonly Case[] = [
  {
    name: 'a user signs up, signs out and signs in',
    async run({ visit, email }) {
      const fields = { email: email(), passphrase: PASSPHRASE }
      const browser = visit()
      assert.equal((await browser.post('/sign-up', fields)).status, 303)
      assert.ok((await (await browser.get('/')).text()).includes(fields.email))
      await browser.post('/sign-out')
      assert.equal((await browser.post('/sign-in', { ...fields, passphrase: OTHER })).status, 401)
      assert.equal((await browser.post('/sign-in', fields)).status, 303)
      assert.ok((await (await browser.get('/')).text()).includes(fields.email))
    },
  },
  {
    name: 'a form on another site does not sign anybody in',
    async run({ visit, email }) {
      const fields = { email: email(), passphrase: PASSPHRASE }
      const response = await visit().post('/sign-up', fields, CROSS_SITE)
      assert.equal(response.status, 403)
      assert.deepEqual(response.headers.getSetCookie(), [])
    },
  },
  {
    name: 'a new passphrase signs out the other devices',
    async run({ visit, email }) {
      const fields = { email: email(), passphrase: PASSPHRASE }
      const [laptop, phone] = [visit(), visit()]
      await laptop.post('/sign-up', fields)
      await phone.post('/sign-in', fields)
      assert.equal((await laptop.post('/passphrase', { passphrase: OTHER })).status, 303)
      assert.match(await (await laptop.get('/')).text(), /You are signed in/)
      assert.doesNotMatch(await (await phone.get('/')).text(), /You are signed in/)
      assert.equal((await phone.post('/sign-in', fields)).status, 401)
    },
  },
  // #if reset
  {
    name: 'a code in an e-mail sets a new passphrase',
    async run({ visit, email, mails }) {
      const fields = { email: email(), passphrase: PASSPHRASE }
      const browser = visit()
      await browser.post('/sign-up', fields)
      await browser.post('/reset', { email: fields.email })
      const code = /\b\d{6}\b/.exec(mails.at(-1)?.text ?? '')?.[0] ?? ''
      const response = await browser.post('/reset/code', { code, passphrase: OTHER })
      assert.equal(response.status, 200)
      assert.equal((await browser.post('/sign-in', { ...fields, passphrase: OTHER })).status, 303)
    },
  },
  // #end
]
