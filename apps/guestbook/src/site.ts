/** One Worker serves two sites: the guestbook on `localhost`, and its attacker on `127.0.0.1`. */

const OTHER: Readonly<Record<string, string>> = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }

/** Whether a request is for the attacker's site, which exists only in development. */
export function isAttackerSite(url: string): boolean {
  return new URL(url).hostname === '127.0.0.1'
}

/** The origin of the other site, or `null` if there is none. */
export function otherSite(url: string): string | null {
  const own = new URL(url)
  const hostname = OTHER[own.hostname]
  return hostname ? `${own.protocol}//${hostname}${own.port && `:${own.port}`}` : null
}
