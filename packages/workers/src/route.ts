/** Says where a user's data is: a hash of the user id, which begins all its session ids. */

/** How many characters every route has: 128 bits as base64url. */
export const ROUTE_LENGTH = 22

/** The first half of the SHA-256 of a user id. */
export async function routeOf(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(idText(userId)))
  return btoa(String.fromCharCode(...new Uint8Array(digest, 0, 16)))
    .slice(0, ROUTE_LENGTH)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}

/**
 * An id as text. What is no string becomes a text that no id is, as the core refuses NUL in ids:
 * turned into text by JavaScript, `['ada']` would be the user `ada`.
 */
export function idText(id: unknown): string {
  return typeof id === 'string' ? id : '\0'
}
