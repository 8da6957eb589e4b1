/** Finds the session tokens in a request's headers. */
import type { OriginRequest } from './csrf.ts'
import type { SessionCookies } from './session-cookie.ts'

/** Returns the token in a request's session cookie; `null` when there is none, or more than one. */
export function readSessionCookie(
  { headers }: Pick<OriginRequest, 'headers'>,
  cookies: SessionCookies,
): string | null {
  const search = cookies.find(headers)
  if (search.type === 'header-too-large') return null
  const found = search.candidates.find(({ values }) => values.length > 0)
  return (found?.values.length === 1 && found.values[0]) || null
}

/** Returns the raw token of a request's `Authorization: Bearer` header, or `null`. */
export function readBearerToken({ headers }: Pick<OriginRequest, 'headers'>): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? null
}
