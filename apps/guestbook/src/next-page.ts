/** Where to go after signing in: a page of the book, and never another site. */

const LONGEST = 200

// A slash, segments that are not empty, and perhaps a query: no "//host", no backslash, no scheme, no
// percent sign that a proxy could decode into one of these, no control character or space.
const PAGE = /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?(?:\?[\w.~%&=+-]*)?$/

/** The path to go to, or `/` for whatever is no plain path on this site. */
export function nextPage(text = ''): string {
  return text.length <= LONGEST && PAGE.test(text) ? text : '/'
}

/** The address of the sign-in or sign-up page that leads on to another. */
export function withNext(path: '/sign-in' | '/sign-up', next: string): string {
  return next === '/' ? path : `${path}?${new URLSearchParams({ next }).toString()}`
}
