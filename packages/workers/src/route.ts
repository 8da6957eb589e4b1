/** Where a user's data is, told from the user id: the text that begins all its session ids. */

/** How many characters every route has: 128 bits as base64url. */
export const ROUTE_LENGTH = 22

/** The first half of the SHA-256 of a user id. */
export async function routeOf(userId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(userId))
  return btoa(String.fromCharCode(...new Uint8Array(digest, 0, 16)))
    .slice(0, ROUTE_LENGTH)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
