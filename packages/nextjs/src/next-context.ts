/** One request of Next as core needs it. */
import { AuthError, type CookieContext, type SessionCookie } from '@limen/core'
import { cookies, headers } from 'next/headers.js'
import { after } from 'next/server.js'
import { IN_A_PAGE } from './messages.ts'

/** The headers and cookies of the request that Next handles. */
export interface NextInput {
  /** The headers as the browser sent them. One object for each request, also in the render after an action. */
  readonly headers: Awaited<ReturnType<typeof headers>>
  /** The cookies, with the changes of an action. */
  readonly jar: Awaited<ReturnType<typeof cookies>>
}

/** Reads the request that Next handles. It rejects where Next has none, such as in `use cache`. */
export async function readInput(): Promise<NextInput> {
  const [received, jar] = await Promise.all([headers(), cookies()])
  return { headers: received, jar }
}

/**
 * The request as core reads it. `request.url` always has the host `localhost`; Next itself sets
 * `X-Forwarded-Host` to `Host` where no proxy has set it.
 */
export function originRequest(
  method: string,
  received: Pick<Headers, 'get'>,
): CookieContext['request'] {
  const scheme = received.get('x-forwarded-proto') === 'https' ? 'https' : 'http'
  const host = received.get('x-forwarded-host') ?? received.get('host')
  return { method, url: host ? `${scheme}://${host}/` : '', headers: received }
}

/** A context whose `setCookie` becomes `undefined` when the response is sent. */
export type OpenContext = { -readonly [Name in keyof CookieContext]: CookieContext[Name] }

/** The context of a server action or a route handler, which can set cookies. */
export function actionContext(method: string, { headers: received, jar }: NextInput): OpenContext {
  return {
    request: originRequest(method, received),
    setCookie(cookie) {
      try {
        setCookies(jar, cookie)
      } catch (cause) {
        // After the action, and in a page, where `getAuthRequest()` must not be called.
        throw new AuthError('AUTH_COOKIES_DISABLED', IN_A_PAGE, { cause })
      }
    },
    // Where the jar is read-only, both are the function that throws.
    mayRenew: () => (jar.set as unknown) !== (jar.delete as unknown),
    waitUntil: (work) => after(work),
  }
}

/** The context of a page or layout: its headers are sent while it renders. */
export function pageContext(
  { headers: received, jar }: NextInput,
  cookieName: string,
  renews: boolean,
): CookieContext {
  return {
    request: originRequest('GET', received),
    sessionCookie: changedCookie(jar, received, cookieName),
    mayRenew: () => renews,
    setCookie({ renewal }) {
      if (!renewal) throw new AuthError('AUTH_COOKIES_DISABLED', IN_A_PAGE)
    },
  }
}

/** Whether the request runs a server action, after which Next renders the page in the same response. */
export function isAction({ headers: received }: NextInput): boolean {
  return (
    received.has('next-action') ||
    received.get('content-type')?.startsWith('multipart/form-data') === true
  )
}

/** The cookies of an action or of a `NextResponse`. */
interface CookieJar {
  set(name: string, value: string, attributes: SessionCookie['attributes']): unknown
}

/** Sets a session cookie, and deletes its earlier forms. */
export function setCookies(jar: CookieJar, cookie: SessionCookie): void {
  jar.set(cookie.name, cookie.value, cookie.attributes)
  for (const { name, value, attributes } of cookie.deletions) {
    // A jar has one cookie for each name: a deletion would replace the session cookie.
    if (name !== cookie.name) jar.set(name, value, attributes)
  }
}

/** The session cookie, where an action has set or deleted it: the headers still have the old one. */
function changedCookie(
  jar: NextInput['jar'],
  received: Pick<Headers, 'get'>,
  name: string,
): string | null | undefined {
  const value = jar.get(name)?.value
  const sent = (received.get('cookie') ?? '').split(';').map((part) => part.trim())
  if (value) return sent.includes(`${name}=${value}`) ? undefined : value
  const isDeleted = value === '' || sent.some((part) => part.startsWith(`${name}=`))
  return isDeleted ? null : undefined
}
