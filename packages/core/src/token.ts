/** Creates, splits and checks session tokens: `id.secret`. The id is public, the secret is shown once. */

const ID_LENGTH = 22

/** Random bytes in an id: 128 bits. */
export const ID_BYTES = 16

/** Random bytes in a secret: 256 bits. */
export const SECRET_BYTES = 32

/** Random bytes as base64url text. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** Bytes as unpadded base64url text (RFC 4648, section 5). */
export function base64url(bytes: ArrayBuffer | Uint8Array): string {
  // In workerd, spreading the bytes into arguments costs more than everything else here.
  return btoa(String.fromCharCode.apply(null, new Uint8Array(bytes) as unknown as number[]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** A well-formed token, split. */
export type TokenParts = readonly [id: string, secret: string]

/**
 * Splits a token after checking its length and alphabet, before anything is hashed or read.
 *
 * @param token The value that a visitor or an app passed: it can have any type.
 * @param routeLength Characters of the route that precedes the random id.
 * @returns The parts, or `null` for a malformed token.
 */
export function parseToken(token: unknown, routeLength = 0): TokenParts | null {
  const dot = routeLength + ID_LENGTH
  return typeof token === 'string' && token.length === dot + 44 && /^[\w-]+\.[\w-]{43}$/.test(token)
    ? [token.slice(0, dot), token.slice(dot + 1)]
    : null
}

/** Checks whether a value has the form of a session id. */
export function isSessionId(id: unknown, routeLength = 0): id is string {
  return typeof id === 'string' && id.length === routeLength + ID_LENGTH && /^[\w-]+$/.test(id)
}

/** How tokens and ids are created and recognized. */
export interface TokenFormat {
  /** Creates an id that begins with `route`, a secret, and the token that has both. */
  create(route: string): { readonly id: string; readonly secret: string; readonly token: string }
  /** As {@link parseToken}. */
  parse(token: unknown): TokenParts | null
  /** As {@link isSessionId}. */
  isId(id: unknown): id is string
}

/** The format `id.secret`. */
export function tokenFormat(routeLength: number): TokenFormat {
  return {
    create(route) {
      const id = route + randomText(ID_BYTES)
      const secret = randomText(SECRET_BYTES)
      return { id, secret, token: `${id}.${secret}` }
    },
    parse: (token) => parseToken(token, routeLength),
    isId: (id): id is string => isSessionId(id, routeLength),
  }
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
