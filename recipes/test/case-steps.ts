/** Steps that the cases of several recipes take. */
import assert from 'node:assert/strict'
import type { Browser, World } from './world.ts'

/** The passphrase of every user of the cases. */
export const PASSPHRASE = 'correct horse battery'

/** A signed-in browser, and its user. */
export interface SignedUp {
  readonly browser: Browser
  readonly email: string
  readonly userId: string
}

/** Signs a visitor up. */
export async function signUp(world: World): Promise<SignedUp> {
  const email = world.email()
  const browser = world.visit()
  const response = await browser.post('/sign-up', { email, passphrase: PASSPHRASE })
  assert.equal(response.status, 303)
  const account = await world.site.accounts.findByEmail(email)
  assert.ok(account)
  return { browser, email, userId: account.userId }
}

/** The address that the home page shows, or `null` for a visitor who is not signed in. */
export async function signedInAs(browser: Browser): Promise<string | null> {
  const page = await (await browser.get('/')).text()
  return /You are signed in as <bdi>(.*?)<\/bdi>/.exec(page)?.[1] ?? null
}

/** Another browser, which sends the cookies that this one has now: a thief, or a replay. */
export function copyOf(world: World, browser: Browser): Browser {
  const copy = world.visit()
  const cookie = browser.headers().get('Cookie') ?? ''
  return {
    ...copy,
    get: (path) => copy.fetch(path, { headers: { Cookie: cookie } }),
    post: (path, fields = {}) =>
      copy.fetch(path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { Cookie: cookie },
      }),
  }
}
