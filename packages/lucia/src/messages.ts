/** Every message of this package: one for each rule. Their code is AUTH_CONFIG. `messages.test.ts` has a case for each. */

/** What `user`, `session` and `key` must be. */
export const TABLE_FORM = 'an object with the names of the table and its columns'

/** What `session` can be after the upgrade. */
export const SESSION_FORM =
  'an object with the names of the table and its columns, or null when the table was dropped'

/** What the name of a table or a column must be. */
export const NAME_FORM = 'a text that is not empty'

/** What `session.time` must be. */
export const timeForm = (types: readonly string[]): string => `one of ${types.join(', ')}`

/** What `upgrade` must be. */
export const UPGRADE_FORM = 'true or false'

/** The app replaced what an option of `limen()` had, and old cookies would not be read. */
export const cookieNotRead = (call: string, name: string): string =>
  `limen({ sessionCookie }) does not read the cookie "${name}". Keep what ${call}() returned: sessionCookie: { ...lucia.sessionCookie, … }`

/** The app replaced the name of the cookie that Lucia reads too. */
export const cookieRenamed = (call: string, name: string, given: string): string =>
  `limen({ sessionCookie }): before the upgrade, the name must be Lucia's, "${name}" (got "${given}"). Pass it to ${call}()`

/** The app replaced the list of extensions. */
export const extensionMissing = (call: string): string =>
  `limen({ extensions }) lacks the extension of ${call}(). Keep it: extensions: [...lucia.extensions, …]`

/** What the first argument of `luciaGuide()` must be. */
export const FORMAT_FORM = 'guide2024, svAddOn, guide2025 or guide2026'

/** What the `limit` of `moveAll()` must be. */
export const LIMIT_FORM = 'a whole number of sessions above 0'

/** Two options that name one table. */
export const sameTable = (call: string, table: string): string =>
  `${call}(): session.table and limenSession.table cannot both be "${table}"`

/** The hash is not by scrypt of Lucia. `scheme` is what it begins with, if that is an algorithm's name. */
export const unknownHash = (scheme: string): string =>
  `hash is no scrypt hash of Lucia: it must be "s2:salt:key" or "salt:key"${scheme && ` (it begins with "${scheme}$")`}. docs/lucia-passwords.md says what verifies others`
