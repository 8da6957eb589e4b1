/** What the tests share: an auth object with a signed-in user, over a store that resolves later. */
import { limen } from '@limen/core'
import { elysia } from '@limen/elysia'
import { recordedApp, signedIn } from '../../conformance/test/signed-in.ts'

export { DAY, deleting } from '../../conformance/test/signed-in.ts'
export const URL = 'https://app.example/'
export const PUBLIC = 'public, max-age=60'

/** An auth object with a signed-in user, and a record of its store calls. */
export async function createAuth() {
  const { config, ...recorded } = recordedApp()
  const auth = limen({ ...config, middleware: elysia() })
  return { auth, ...recorded, ...(await signedIn(auth)) }
}

export type TestAuth = Awaited<ReturnType<typeof createAuth>>['auth']

/** The headers that Limen adds to a response. */
export const marksOf = ({ headers }: Response) => ({
  cookies: headers.getSetCookie(),
  cacheControl: headers.get('Cache-Control'),
  vary: headers.get('Vary'),
})
