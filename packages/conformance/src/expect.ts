/** The assertions of the cases: no test runner is imported. */

/** How much of a value an error's message shows. */
const SHOWN = 2000

/** Throws when two JSON values differ, in a type or a key too; the order of keys does not matter. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [text(actual), text(expected)]
  if (a === b) return
  const message = `${what}: expected ${b.slice(0, SHOWN)}, got ${a.slice(0, SHOWN)}`
  // Test runners show the difference of these two properties.
  throw Object.assign(new Error(message), { actual, expected })
}

/** Whether two JSON values are the same; the order of keys does not matter. */
export function sameText(a: unknown, b: unknown): boolean {
  return text(a) === text(b)
}

/** Throws when a condition does not hold. */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

/** The result of a call, or the code of its error. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code === 'string') return code
    throw error
  }
}

/** JSON with sorted keys, except that nothing is omitted or converted: -0, NaN, `undefined`, dates. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${Array.from(value, text).join(',')}]`
  if (typeof value === 'string') return JSON.stringify(value)
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return `Date(${+value})`
  const keys = Object.keys(value).toSorted()
  const entries = keys.map(
    (key) => `${JSON.stringify(key)}:${text((value as Record<string, unknown>)[key])}`,
  )
  return `{${entries.join(',')}}`
}
