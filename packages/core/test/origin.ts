/** The CSRF rule applied to one request, as a table's row describes it. */
import { type CsrfProtection, originRule } from '../src/csrf.ts'

export const app = 'https://app.example'
export const evil = 'https://evil.example'
export const sibling = 'https://b.example'

interface Sent {
  readonly url?: string
  readonly headers?: Record<string, string>
}

/** `trusted`, or the reason of the refusal. */
export function resultOf(
  [method, site, origin]: readonly [string, string | null, string | null],
  options: CsrfProtection | false = {},
  { url = app, headers = {} }: Sent = {},
  secure = true,
): string {
  const all = new Headers(headers)
  if (site !== null) all.set('Sec-Fetch-Site', site)
  if (origin !== null) all.set('Origin', origin)
  const result = originRule(options, secure)({ method, url, headers: all })
  return result.trusted ? 'trusted' : result.reason
}
