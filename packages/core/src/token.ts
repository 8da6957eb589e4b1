/** Makes, splits and checks session tokens: `id.secret`, the id public, the secret shown once. */

const ID_LENGTH = 22

/** How many random bytes make an id: 128 bits. */
export const ID_BYTES = 16

/** How many random bytes make a secret: 256 bits. */
export const SECRET_BYTES = 32

/** As many random bytes, as base64url text. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** Bytes as unpadded base64url text (RFC 4648, section 5). */
export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  // Spreading them costs workerd more than all the rest.
  return btoa(String.fromCharCode.apply(null, new Uint8Array(bytes) as unknown as number[]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A token of the right form, split. */
export type TokenParts = readonly [id: string, secret: string]

/**
 * Splits a token after checking its length and alphabet, before anything is hashed or read.
 *
 * @param token What a visitor sent, or an app passed on: it can be anything.
 * @param routeLength How many characters the store's route puts before the random id.
 * @returns Its parts, or `null` for what cannot be a token.
 */
export function parseToken(token: unknown, routeLength = 0): TokenParts | null {
  const dot = routeLength + ID_LENGTH
  return typeof token === 'string' && token.length === dot + 44 && /^[\w-]+\.[\w-]{43}$/.test(token)
    ? [token.slice(0, dot), token.slice(dot + 1)]
    : null
}

/** Whether a value can be a session id. */
export function isSessionId(id: unknown, routeLength = 0): id is string {
  return typeof id === 'string' && id.length === routeLength + ID_LENGTH && /^[\w-]+$/.test(id)
}

/** Compares two hashes of one length without stopping at the first difference. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
