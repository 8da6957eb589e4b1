/** An `auth` object with a user who is signed in, whose store resolves later and counts its calls. */
import { type InferSession, limen } from '@limen/core'
import { recordedApp, signedIn } from '../../conformance/test/signed-in.ts'

export { DAY } from '../../conformance/test/signed-in.ts'
const URL_OF_APP = 'https://app.example/'

/** Creates it. */
export async function createAuth() {
  const { config, ...recorded } = recordedApp((consistency) => `read ${consistency}`)
  const auth = limen(config)
  const { session, token } = await signedIn(auth)
  const cookie = auth.createSessionCookie(session)
  /** Creates a navigation with the cookie of the session. */
  const visit = (path = '/', headers: Record<string, string> = {}, method = 'GET') =>
    new Request(new URL(path, URL_OF_APP), {
      method,
      headers: {
        Cookie: `${cookie.name}=${token}`,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
        ...headers,
      },
    })
  return { auth, ...recorded, config, cookie, session, visit }
}

export type AppSession = InferSession<Awaited<ReturnType<typeof createAuth>>['auth']>

/** The headers of a request that another site caused. */
export const CROSS_SITE = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }

/** The code of the error that a call throws. */
export function codeOf(call: () => unknown): unknown {
  try {
    call()
    return 'no error'
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}
