/** The main cases of the API. */
import assert from 'node:assert/strict'
import type { Case } from './world.ts'

/** The main cases. */
export const apiMainCases: readonly Case[] = [
  {
    name: 'an app signs in and reads its user, until its token is revoked',
    async run({ visit, email }) {
      const fields = { email: email(), passphrase: 'correct horse battery' }
      await visit().post('/sign-up', fields)
      const phone = visit()
      const send = (path: string, method: string, init: RequestInit = {}) =>
        phone.fetch(path, { method, ...init })
      const json = { 'Content-Type': 'application/json' }
      const body = JSON.stringify({ ...fields, device: 'Phone' })
      const signedIn = await send('/api/sign-in', 'POST', { headers: json, body })
      const { token } = (await signedIn.json()) as { token: string }
      const headers = { Authorization: `Bearer ${token}` }
      const me = (await (await send('/api/me', 'GET', { headers })).json()) as { email: string }
      assert.equal(me.email, fields.email)
      assert.equal((await send('/api/me', 'GET')).status, 401)

      const tokens = await (await send('/api/tokens', 'GET', { headers })).json()
      const [{ id } = { id: '' }] = tokens as { id: string }[]
      assert.equal((await send(`/api/tokens/${id}`, 'DELETE', { headers })).status, 204)
      assert.equal((await send('/api/me', 'GET', { headers })).status, 401)
    },
  },
  {
    name: 'the token of a cookie does not open the API',
    async run({ visitSignedIn, site }) {
      const browser = await visitSignedIn()
      const token = site.auth.readSessionCookie(browser.request('/')) ?? ''
      const headers = { Authorization: `Bearer ${token}` }
      assert.equal((await browser.fetch('/api/me', { headers })).status, 401)
    },
  },
]
