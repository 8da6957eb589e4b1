/** Makes, splits and checks session tokens: `id.secret`, the id public, the secret shown once. */

const ID_LENGTH = 22 // 128 bits as base64url
const SECRET_LENGTH = 43 // 256 bits as base64url
const ID = /^[\w-]+$/
const TOKEN = /^[\w-]+\.[\w-]{43}$/

/** A new id: 128 random bits. */
export function createId(): string {
  return randomText(16)
}

/** A new secret: 256 random bits. */
export function createSecret(): string {
  return randomText(32)
}

function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** Bytes as unpadded base64url text (RFC 4648, section 5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/**
 * Splits a token after checking its length and alphabet, before anything is hashed or read.
 *
 * @param token What a visitor sent.
 * @param routeLength How many characters the store's route puts before the random id.
 * @returns Its id and its secret, or `null` for what cannot be a token.
 */
export function parseToken(
  token: string,
  routeLength: number,
): [id: string, secret: string] | null {
  const idLength = routeLength + ID_LENGTH
  if (token.length !== idLength + 1 + SECRET_LENGTH || !TOKEN.test(token)) return null
  return [token.slice(0, idLength), token.slice(idLength + 1)]
}

/** Says whether a text could be a session id. */
export function isSessionId(id: string, routeLength: number): boolean {
  return id.length === routeLength + ID_LENGTH && ID.test(id)
}

/** Compares two hashes of one length without stopping at the first difference. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
