/** E-mail addresses. */

const LONGEST = 254
// Only an e-mail shows whether an address exists. This excludes what cannot be one, and the characters
// with which one text contains several addresses or a name.
const ADDRESS = /^[^\s@\p{C}"(),:;<>[\]\\]+@[^\s@\p{C}"(),:;<>[\]\\]+$/u

/** Returns an address in the form in which it is stored, or `null` if it cannot be one. */
export function parseEmail(text: string): string | null {
  const email = text.normalize('NFKC').trim().toLowerCase()
  return email.length <= LONGEST && ADDRESS.test(email) ? email : null
}
