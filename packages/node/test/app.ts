/** What the tests share: an auth object with a signed-in user, and requests of a browser. */
import { type AuthEvent, type CsrfProtection, type Middleware, limen } from '@limen/core'
import { recordedApp, signedIn } from '../../conformance/test/signed-in.ts'

export { COOKIE, DAY, settingOf as setting } from '../../conformance/test/signed-in.ts'
export const PRIVATE = 'private, no-store'

/** An auth object over a memory store that resolves later, with a signed-in user and its store calls. */
export async function createAuth<Args extends unknown[]>(
  middleware: Middleware<Args>,
  more: { readonly csrfProtection?: CsrfProtection } = {},
) {
  const { config, calls, clock } = recordedApp()
  const events: AuthEvent[] = []
  const auth = limen({
    ...config,
    ...more,
    middleware,
    onEvent: (event) => void events.push(event),
  })
  const { headers, session, token } = await signedIn(auth)
  const get = (path = '/', own: Record<string, string> = {}) =>
    new Request(`https://app.example${path}`, { headers: { ...headers, ...own } })
  const post = (own: Record<string, string> = { Origin: 'https://app.example' }, path = '/') => {
    const given = { Cookie: headers.Cookie, ...own }
    return new Request(`https://app.example${path}`, { method: 'POST', headers: given })
  }
  return { auth, calls, clock, events, get, headers, post, session, token }
}

/** The headers of a response that Limen can change. */
export function headersOf({ headers, status }: Response) {
  return {
    status,
    cookies: headers.getSetCookie(),
    cacheControl: headers.get('Cache-Control'),
    vary: headers.get('Vary'),
  }
}

/** The code of the error that a function throws. */
export function codeOf(act: () => unknown): string {
  try {
    act()
    return 'no error'
  } catch (error) {
    return (error as { code: string }).code
  }
}
