/** The two assertions that the cases need, so that no test runner is imported. */

/** Throws when two JSON-like values differ; the order of keys does not matter. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [text(actual), text(expected)]
  if (a === b) return
  // With both at hand, test runners show where they differ.
  throw Object.assign(new Error(`${what}: expected ${b}, got ${a}`), { actual, expected })
}

/** Says whether two JSON-like values are the same; the order of keys does not matter. */
export function sameText(a: unknown, b: unknown): boolean {
  return text(a) === text(b)
}

/** Throws when a condition does not hold. */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

function text(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  )
}
