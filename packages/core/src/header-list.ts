/** Splits a header whose value is a comma-separated list. */

/**
 * Splits a list-valued header, such as `Vary`.
 *
 * @param value The header's value; `null` when it is missing.
 * @returns Its items in lower case, trimmed.
 */
export function listItems(value: string | null): readonly string[] {
  return (value ?? '').split(',').map((item) => item.trim().toLowerCase())
}
