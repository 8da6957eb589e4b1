/** One Worker, two sites: the book on `localhost`, and on `127.0.0.1` a stranger who attacks it. */

const OTHER: Readonly<Record<string, string>> = { localhost: '127.0.0.1', '127.0.0.1': 'localhost' }

/** Whether a request was sent to the stranger's site. Deployed, there is none. */
export function isStrangers(url: string): boolean {
  return new URL(url).hostname === '127.0.0.1'
}

/** The origin of the other site, or `null` where there is only one. */
export function otherSite(url: string): string | null {
  const own = new URL(url)
  const hostname = OTHER[own.hostname]
  return hostname ? `${own.protocol}//${hostname}${own.port && `:${own.port}`}` : null
}
