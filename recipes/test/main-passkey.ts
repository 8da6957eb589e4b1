/** The main cases of passkeys. */
import assert from 'node:assert/strict'
import { type Options, softwarePasskey } from './authenticator.ts'
import type { Browser, Case } from './world.ts'

async function optionsOf(browser: Browser, path: string): Promise<Options> {
  return (await (await browser.post(path)).json()) as Options
}

/** The main cases. */
export const passkeyMainCases: readonly Case[] = [
  {
    name: 'a user adds a passkey, signs in with it, and removes it',
    async run({ visit, visitSignedIn }) {
      const laptop = await visitSignedIn()
      const options = await optionsOf(laptop, '/passkeys/options')
      const passkey = softwarePasskey(options.user?.id ?? '')
      const added = { response: passkey.registration(options), name: 'Laptop' }
      assert.equal((await laptop.post('/passkeys', added)).status, 303)

      const phone = visit()
      const signIn = async () => {
        const response = passkey.assertion(await optionsOf(phone, '/passkey/options'))
        return phone.post('/passkey', { response })
      }
      assert.equal((await signIn()).status, 303)
      assert.match(await (await phone.get('/')).text(), /You are signed in/)

      await laptop.post('/passkeys/remove', { id: passkey.id })
      assert.doesNotMatch(await (await phone.get('/')).text(), /You are signed in/)
      assert.equal((await signIn()).status, 401)
    },
  },
]
