/** The main cases of guests. */
import assert from 'node:assert/strict'
import type { Case } from './world.ts'

/** The main cases. */
export const guestMainCases: readonly Case[] = [
  {
    name: 'a guest writes a note, which another visitor does not see',
    async run({ visit }) {
      const guest = visit()
      assert.equal((await guest.post('/notes', { text: 'Milk' })).status, 303)
      assert.match(await (await guest.get('/notes')).text(), /Milk/)
      assert.doesNotMatch(await (await guest.get('/')).text(), /You are signed in/)
      assert.doesNotMatch(await (await visit().get('/notes')).text(), /Milk/)
    },
  },
  // #if passphrase
  {
    name: 'an account has what the guest had',
    async run({ visit, email }) {
      const browser = visit()
      await browser.post('/notes', { text: 'Milk' })
      await browser.post('/sign-up', { email: email(), passphrase: 'correct horse battery' })
      assert.match(await (await browser.get('/')).text(), /You are signed in/)
      assert.match(await (await browser.get('/notes')).text(), /Milk/)
    },
  },
  // #end
]
