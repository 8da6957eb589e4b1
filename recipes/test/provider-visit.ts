/** What a user does at a provider, in a browser without scripts. */
import assert from 'node:assert/strict'
import { visitor } from '@limen/testing'
import { type TestAccount, loginOf } from './test-account.ts'
import type { Browser } from './world.ts'

/** How the provider sends the browser back to the app. */
export interface Callback {
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  /** Whether it is a form that the provider's page submits. */
  readonly isForm: boolean
}

/** The address in the header `Refresh` of a page. */
export function refreshOf(response: Response): string {
  const [, url] = /^0; url=(.+)$/.exec(response.headers.get('Refresh') ?? '') ?? []
  assert.ok(url, `a page with Refresh (${response.status})`)
  return url
}

/**
 * Signs in at the provider, or cancels, with the provider's own pages.
 *
 * @param url The authorization URL.
 * @param account The account. Without it, the user cancels.
 */
export async function visitProvider(url: string, account?: TestAccount): Promise<Callback> {
  const { origin } = new URL(url)
  const browser = visitor({ origin })
  let response = await browser.fetch(url)
  for (let step = 0; step < 12; step++) {
    const location = response.headers.get('Location')
    if (location) {
      const target = new URL(location, url)
      if (target.origin !== origin) return callbackTo(target, target.searchParams, false)
      response = await browser.fetch(target.href)
      continue
    }
    const page = await response.text()
    const cancel = /<a href="([^"]+)">\[? ?Cancel/.exec(page)?.[1]
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    const target = new URL(decoded((!account && cancel) || action || ''), url)
    const isCancelled = !account && cancel !== undefined
    const fields = isCancelled ? target.searchParams : fieldsOf(page)
    if (target.origin !== origin) return callbackTo(target, fields, !isCancelled)
    if (account) fields.set('login', loginOf(account))
    const init = isCancelled ? {} : { method: 'POST', body: fields }
    response = await browser.fetch(target.href, init)
  }
  throw new Error(`The provider did not send the browser back (${response.status})`)
}

/** Opens the callback in a browser, and follows the page that continues after a form. */
export async function openCallback(
  browser: Browser,
  { path, parameters, isForm }: Callback,
): Promise<Response> {
  const query = new URLSearchParams({ ...parameters })
  if (!isForm) {
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    return browser.fetch(`${path}?${query.toString()}`, { headers })
  }
  // A browser sends no SameSite=Lax cookie with a form of another site.
  const headers = { Origin: 'https://provider.example', 'Sec-Fetch-Site': 'cross-site', Cookie: '' }
  const page = await browser.fetch(path, { method: 'POST', body: query, headers })
  assert.equal(page.status, 200)
  assert.deepEqual(page.headers.getSetCookie(), [])
  return browser.get(refreshOf(page))
}

function callbackTo({ pathname }: URL, parameters: URLSearchParams, isForm: boolean): Callback {
  return { path: pathname, parameters: Object.fromEntries(parameters), isForm }
}

function fieldsOf(page: string): URLSearchParams {
  const hidden = page.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return new URLSearchParams([...hidden].map(([, name = '', value = '']) => [name, decoded(value)]))
}

function decoded(text: string): string {
  return text.replaceAll('&amp;', '&')
}
