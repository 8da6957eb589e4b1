/** What was made from texts, for the texts that were used last. */

/** More than one store has statements. */
const MOST = 256

/**
 * Remembers what is made from a text. At most 256 are kept: a driver may be given any number of
 * statements.
 *
 * @param make Makes it, from a text that is not remembered.
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
