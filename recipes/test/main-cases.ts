/** What the app must do, in short. */
import assert from 'node:assert/strict'
import { apiMainCases } from './main-api.ts'
import { deviceMainCases } from './main-devices.ts'
import { emailMainCases } from './main-email.ts'
import { guestMainCases } from './main-guest.ts'
import { oauthMainCases } from './main-oauth.ts'
import { passkeyMainCases } from './main-passkey.ts'
import { passphraseMainCases } from './main-passphrase.ts'
import { roleMainCases } from './main-roles.ts'
import { totpMainCases } from './main-totp.ts'
import { CROSS_SITE, type Case } from './world.ts'

const siteCases: readonly Case[] = [
  {
    name: 'the home page shows a visitor how to sign in',
    async run({ visit }) {
      assert.match(await (await visit().get('/')).text(), /href="\/sign-in"/)
      assert.equal((await visit().get('/sign-in')).status, 200)
    },
  },
  {
    name: 'a sign-out revokes the session, and no other site can cause it',
    async run({ visitSignedIn, site }) {
      const browser = await visitSignedIn()
      const token = site.auth.readSessionCookie(browser.request('/')) ?? ''
      assert.equal((await browser.post('/sign-out', {}, CROSS_SITE)).status, 403)
      assert.match(await (await browser.get('/')).text(), /You are signed in/)
      await browser.post('/sign-out')
      await assert.rejects(site.auth.validateSession(token), { code: 'AUTH_INVALID_SESSION_ID' })
    },
  },
]

/** All cases. */
export const mainCases: readonly Case[] = [
  ...siteCases,
  // #if passphrase
  ...passphraseMainCases,
  // #end
  // #if email
  ...emailMainCases,
  // #end
  // #if oauth
  ...oauthMainCases,
  // #end
  // #if passkey
  ...passkeyMainCases,
  // #end
  // #if totp
  ...totpMainCases,
  // #end
  // #if devices
  ...deviceMainCases,
  // #end
  // #if roles
  ...roleMainCases,
  // #end
  // #if guest
  ...guestMainCases,
  // #end
  // #if api
  ...apiMainCases,
  // #end
]
