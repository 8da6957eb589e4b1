/** The main cases of the page with the devices. */
import assert from 'node:assert/strict'
import type { Case } from './world.ts'

/** The main cases. */
export const deviceMainCases: readonly Case[] = [
  {
    name: 'a user signs another device out',
    async run({ visitSignedIn }) {
      const laptop = await visitSignedIn()
      const phone = await visitSignedIn(laptop.session.user.userId)
      const { sessionId } = phone.session
      assert.ok((await (await laptop.get('/devices')).text()).includes(sessionId))
      assert.equal((await laptop.post('/devices/sign-out', { session: sessionId })).status, 303)
      assert.doesNotMatch(await (await phone.get('/')).text(), /You are signed in/)
      assert.match(await (await laptop.get('/')).text(), /You are signed in/)
    },
  },
]
