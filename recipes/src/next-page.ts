/** The page to open after the sign-in: a page of this site, never another site. */

const LONGEST = 200

// A slash, non-empty segments and an optional query. It excludes "//host", backslashes, schemes, control
// characters, spaces, and percent signs, which a proxy could decode into one of these.
const PAGE = /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?(?:\?[\w.~%&=+-]*)?$/

/** Returns the path, or `/` if the text is not a plain path on this site. */
export function nextPage(text = ''): string {
  return text.length <= LONGEST && PAGE.test(text) ? text : '/'
}

/** The address of a page that opens another page afterwards. */
export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?${new URLSearchParams({ next }).toString()}`
}
