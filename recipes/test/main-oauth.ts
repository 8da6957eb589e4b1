/** The main cases of accounts at providers. */
import assert from 'node:assert/strict'
import { withAccount } from './example-provider.ts'
import type { Browser, Case } from './world.ts'

/** Starts a sign-in, and returns the callback that the provider would open. */
async function callbackOf(browser: Browser, path = '/oauth/example'): Promise<string> {
  const refresh = (await browser.post(path)).headers.get('Refresh') ?? ''
  const { searchParams } = new URL(refresh.slice(refresh.indexOf('https:')))
  const state = searchParams.get('state') ?? ''
  return `/oauth/example/callback?${new URLSearchParams({ code: 'code', state }).toString()}`
}

/** The main cases. */
export const oauthMainCases: readonly Case[] = [
  {
    name: 'an account at a provider signs up, and later signs in',
    async run({ visit, email }) {
      const profile = { subject: crypto.randomUUID(), email: email() }
      for (const browser of [visit(), visit()]) {
        const callback = await callbackOf(browser)
        const response = await withAccount(profile, () => browser.get(callback))
        assert.equal(response.status, 303)
        assert.ok((await (await browser.get('/')).text()).includes(profile.email))
      }
    },
  },
  {
    name: 'the callback of another browser is refused',
    async run({ visit, email }) {
      const profile = { subject: crypto.randomUUID(), email: email() }
      const callback = await callbackOf(visit())
      const response = await withAccount(profile, () => visit().get(callback))
      assert.equal(response.status, 400)
    },
  },
  {
    name: 'a signed-in user connects an account',
    async run({ visitSignedIn }) {
      const browser = await visitSignedIn()
      const profile = { subject: crypto.randomUUID(), email: null }
      const callback = await callbackOf(browser, '/connections/example')
      assert.equal((await withAccount(profile, () => browser.get(callback))).status, 303)
      assert.ok((await (await browser.get('/connections')).text()).includes(profile.subject))
    },
  },
]
