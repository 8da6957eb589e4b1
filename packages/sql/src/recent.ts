/** A cache for what is made from texts. */

/** Enough for the statements of several stores. */
const MOST = 256

/**
 * Caches what is made from a text. The cache has at most 256 entries, as a driver can receive any
 * number of statements; the oldest entry is removed first.
 *
 * @param make Makes it from a text that is not in the cache.
 */
export function recent<Made>(make: (text: string) => Made): (text: string) => Made {
  const made = new Map<string, Made>()
  return (text) => {
    const known = made.get(text)
    if (known !== undefined) return known
    const [oldest] = made.keys()
    if (made.size >= MOST && oldest !== undefined) made.delete(oldest)
    const fresh = make(text)
    made.set(text, fresh)
    return fresh
  }
}
