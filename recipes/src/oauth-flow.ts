/** One sign-in at a provider: from the form that starts it to the callback, bound to one browser. */
import { tickets } from '@limen/core/tickets'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { TOO_MANY_ATTEMPTS, mayAttempt } from './attempts.ts'
import {
  type Checks,
  type Profile,
  type Provider,
  authorizationUrl,
  fetchProfile,
  isRefusal,
  newChecks,
} from './oauth-client.ts'
import { continuePage, failedPage } from './oauth-pages.ts'
import type { Site } from './site.ts'

/** What the callback needs to know. */
interface Flow extends Checks {
  /** The id of the provider. */
  readonly provider: string
  /** The page to open afterwards. */
  readonly next: string
  /** The user who asked to connect the account, or `null` for a sign-in. */
  readonly connectTo: string | null
}

/** The account of a successful callback. */
export interface Finished extends Pick<Flow, 'next' | 'connectTo'> {
  readonly provider: Provider
  readonly profile: Profile
}

const COOKIE = '__Host-oauth'
const LIFETIME_MS = 10 * 60_000
// Not SameSite=None: the callback is always a GET. Not Strict: the provider's site starts it.
const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' } as const

/** Starts and finishes sign-ins. */
export function oauthFlows(site: Site) {
  const flows = tickets<Flow>(site.tickets, {
    purpose: 'oauth',
    expiresInMs: LIFETIME_MS,
    // Long, because the code is in URLs. Another tab's callback uses one attempt.
    code: { digits: 40, attempts: 3 },
    now: () => site.auth.now(),
  })
  return { start, finish }

  /** Sends the browser to the provider. */
  async function start(c: Context, { next, connectTo }: Pick<Flow, 'next' | 'connectTo'>) {
    const provider = providerOf(c)
    if (!(await mayAttempt(site, c))) return failedPage(c, 429, TOO_MANY_ATTEMPTS)
    const checks = newChecks()
    const flow = { ...checks, provider: provider.id, next, connectTo }
    const { token, code: state } = await flows.create(flow)
    const url = await tried(authorizationUrl(provider, checks, callbackOf(provider), state))
    if (url instanceof Error) return failedPage(c, 502, `${provider.name} does not respond.`)
    setCookie(c, COOKIE, token, { ...ATTRIBUTES, maxAge: LIFETIME_MS / 1000 })
    return continuePage(c, provider.name, url)
  }

  /** Returns the account of a callback, or a page that shows why there is none. */
  async function finish(c: Context): Promise<Finished | Response> {
    const provider = providerOf(c)
    const parameters = new URL(c.req.url).searchParams
    // First: a callback that this browser did not start must cause no request to the provider.
    const result = await flows.take(getCookie(c, COOKIE), parameters.get('state'))
    if (!result.valid || result.data.provider !== provider.id) {
      return failedPage(c, 400, 'This sign-in is not valid any more. Start again.')
    }
    deleteCookie(c, COOKIE, ATTRIBUTES)
    const { next, connectTo } = result.data
    const callback = callbackOf(provider)
    const profile = await tried(fetchProfile(provider, result.data, callback, parameters))
    if (!(profile instanceof Error)) return { provider, profile, next, connectTo }
    if (isRefusal(profile)) return failedPage(c, 403, `You cancelled at ${provider.name}.`)
    return failedPage(c, 502, `${provider.name} did not sign you in. Try again later.`)
  }

  /** The address that the app registers at a provider. One for each: so none can use another's code. */
  function callbackOf({ id }: Provider): string {
    return new URL(`/oauth/${id}/callback`, site.origin).href
  }

  function providerOf(c: Context): Provider {
    const provider = site.providers.find(({ id }) => id === c.req.param('provider'))
    if (!provider) throw new HTTPException(404, { message: 'There is no such provider.' })
    return provider
  }
}

/** Logs a failure and returns it. Its message contains no secret. Its cause can contain one. */
async function tried<Value>(work: Promise<Value>): Promise<Value | Error> {
  return work.catch((thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (!isRefusal(error)) console.error('oauth:', error.name, error.message)
    return error
  })
}
