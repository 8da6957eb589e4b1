/** Merge patches of JSON. */

/**
 * A merge patch that removes keys of an object.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7396 RFC 7396}
 */
export function removalOf(names: readonly string[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))
}
