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

/** How tokens and ids are created and recognized. */
export interface TokenFormat {
  /** Creates an id that begins with `route`, a secret, and the token that has both. */
  create(route: string): { readonly id: string; readonly secret: string; readonly token: string }
  /**
   * Splits a token after checking its length and alphabet, before anything is hashed or read.
   *
   * @param token The value that a visitor or an app passed: it can have any type.
   * @returns The parts, or `null` for a malformed token.
   */
  parse(token: unknown): TokenParts | null
  /** Checks whether a value has the form of a session id. */
  isId(id: unknown): id is string
}

/**
 * The format `id.secret`.
 *
 * @param routeLength Characters of the route that precedes the random part of an id.
 */
export function tokenFormat(routeLength: number): TokenFormat {
  const idLength = routeLength + ID_LENGTH
  return {
    create(route) {
      const id = route + randomText(ID_BYTES)
      const secret = randomText(SECRET_BYTES)
      return { id, secret, token: `${id}.${secret}` }
    },
    parse: (token) =>
      typeof token === 'string' &&
      token.length === idLength + 44 &&
      /^[\w-]+\.[\w-]{43}$/.test(token)
        ? [token.slice(0, idLength), token.slice(idLength + 1)]
        : null,
    isId: (id): id is string =>
      typeof id === 'string' && id.length === idLength && /^[\w-]+$/.test(id),
  }
}

/** Compares two hashes in constant time. */
export function sameHash(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
