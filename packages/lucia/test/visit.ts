/** A visitor of an app: what it sends, and what comes back. */
import { type RequestOpener, type SessionFields, handle } from '@limen/core'

const APP = 'https://app.example'

/** What the tests use of an `auth` object. */
type AnyAuth = RequestOpener<AnySession>

type AnySession = SessionFields<object>

/** The result of a visit. */
export interface Visit {
  readonly userId: string | undefined
  readonly sessionId: string | undefined
  /** The `Set-Cookie` headers. */
  readonly cookies: readonly string[]
  /** The value of the session cookie that was set. */
  readonly token: string | undefined
}

/** Sends a request with cookies, such as `auth_session=…`. */
export async function visit(
  auth: AnyAuth,
  cookie: string,
  more: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Visit> {
  const request = new Request(APP, {
    method: more.method ?? 'GET',
    headers: { ...(cookie && { Cookie: cookie }), ...more.headers },
  })
  let session: AnySession | null = null
  const response = await handle(auth, request, async (authRequest) => {
    session = more.headers?.['Authorization']
      ? await authRequest.validateBearerToken()
      : await authRequest.validate()
    return new Response('')
  })
  const cookies = response.headers.getSetCookie()
  const found = session as AnySession | null
  const [, token] = /^__Host-Http-session=([^;]+)/.exec(cookies[0] ?? '') ?? []
  return { userId: found?.user.userId, sessionId: found?.sessionId, cookies, token }
}
