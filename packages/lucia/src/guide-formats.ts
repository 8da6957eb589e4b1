/** The formats of sessions that Lucia's site taught since October 2024, each with its reader. */
import type { IdRange } from './guide-statements.ts'
import type { OldToken } from './old-tokens.ts'

const DAY = 86_400_000

/** What a guide told its readers to write. */
export interface GuideFormat {
  /** The name of the cookie. */
  readonly cookieName: string
  /** The name of the table. */
  readonly table: string
  /** The column of the time, by the option for its name. */
  readonly times: { readonly expiresAt: string } | { readonly renewedAt: string }
  /** How the time is stored; by default, as Lucia 3 stored it. */
  readonly time?: 'seconds'
  /** The column of the hash of the secret, where the id is not a hash itself. */
  readonly secretHash?: string
  /** How long a session lives, in milliseconds: half of it active, half of it idle. */
  readonly lifetime: number
  /** Takes a token apart; `null` for a text that cannot be one. */
  readonly parse: (token: string) => Promise<OldToken | null>
  /** The id of the session that takes the place of a row: 22 of the characters of base64url. */
  readonly newId: (id: string) => string
  /** The first and the last id of the rows that have this id afterwards. */
  readonly oldIds: (newId: string) => IdRange
}

/** How many characters an id of Limen has. */
const ID_LENGTH = 22
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789'
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Makes an id as long as Limen's are. No id of the guides has an underscore. */
const filled = (id: string) => id.padEnd(ID_LENGTH, '_')
const withoutFill = (id: string) => id.replace(/_+$/, '')

/** Writes a number with other digits. */
function rewritten(text: string, from: string, to: string, length: number): string {
  let number = 0n
  for (const digit of text) number = number * BigInt(from.length) + BigInt(from.indexOf(digit))
  let written = ''
  for (; written.length < length; number /= BigInt(to.length)) {
    written = to[Number(number % BigInt(to.length))] + written
  }
  return written
}

/** The id is the SHA-256 of the whole token. */
async function hashed(token: string): Promise<OldToken | null> {
  return /^[\w-]{20,255}$/.test(token) ? { id: await hexSha256(token), secret: token } : null
}

/**
 * "Basic session API", from October 2024 to June 2025: the cookie is `session`, and the id is the
 * SHA-256 of the token, as hexadecimal digits.
 */
export const guide2024: GuideFormat = {
  cookieName: 'session',
  table: 'session',
  times: { expiresAt: 'expires_at' },
  lifetime: 30 * DAY,
  parse: hashed,
  // The beginning of the hash: 88 bits.
  newId: (id) => id.slice(0, ID_LENGTH),
  oldIds: (newId) => [newId, `${newId}g`],
}

/** What the Lucia add-on of SvelteKit's `sv` wrote into apps, from October 2024 to February 2026. */
export const svAddOn: GuideFormat = { ...guide2024, cookieName: 'auth-session' }

/**
 * "Basic session implementation", from June 2025 to July 2026: the token is `id.secret`, and the table
 * has the SHA-256 of the secret's text. With its "Inactivity timeout", the column is
 * `renewedAt: 'last_verified_at'`.
 */
export const guide2025: GuideFormat = {
  cookieName: 'session_token',
  table: 'session',
  times: { renewedAt: 'created_at' },
  time: 'seconds',
  secretHash: 'secret_hash',
  lifetime: DAY,
  async parse(token) {
    const [, id, secret] = /^([a-z2-9]{24})\.([a-z2-9]{24})$/.exec(token) ?? []
    return id && secret ? { id, secret, secretHash: await hexSha256(secret) } : null
  },
  // 120 bits are 24 letters, or 20 characters of base64url.
  newId: (id) => filled(rewritten(id, LETTERS, BASE64URL, 20)),
  oldIds(newId) {
    const id = rewritten(newId.slice(0, 20), BASE64URL, LETTERS, 24)
    return [id, id]
  },
}

/**
 * `auth_session.ts`, since July 2026: the token is `id.secret`, and the table has the SHA-256 of the
 * bytes that the secret encodes. Its name for the cookie is the app's own.
 */
export const guide2026: GuideFormat = {
  cookieName: 'auth_session',
  table: 'auth_session',
  times: { renewedAt: 'token_last_verified_at' },
  time: 'seconds',
  secretHash: 'secret_hash',
  lifetime: 10 * DAY,
  async parse(token) {
    // SvelteKit and Next write "+", "/" and "=" of a cookie as "%2B", "%2F" and "%3D".
    const written = token.replaceAll(/%(2B|2F|3D)/gi, decodeURIComponent)
    const [, id, secret] = /^([a-z2-9]{16})\.([A-Za-z0-9+/]{43}=)$/.exec(written) ?? []
    if (!id || !secret) return null
    const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0))
    return { id, secret, secretHash: await hexSha256(bytes) }
  },
  newId: filled,
  oldIds: (newId) => [withoutFill(newId), withoutFill(newId)],
}

async function hexSha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
