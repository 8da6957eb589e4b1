/**
 * Every message of this package: one for each rule, grouped by code.
 *
 * Messages of Redis follow its name and hold no values. `messages.test.ts` has a case for each.
 */

/**
 * Before the message of Redis or of the client, whose code can be any of `AUTH_STORE_…` and
 * `AUTH_RECORD_TOO_LARGE`. The codes are those of the client's errors, such as `ECONNREFUSED`.
 */
export const redis = (line: string, codes = ''): string =>
  codes === '' ? `Redis: ${line}` : `Redis: ${line} (${codes})`

/** A client rejected with a value that is no error. */
export const NO_REASON = 'no reason was given'

/** The store of tickets, in the messages below. */
export const REDIS_TICKET_STORE = 'redisTicketStore'

// AUTH_CONFIG

/** What `redisStore()` and `redisTicketStore()` need. */
export const CLIENT_FORM =
  'a client of node-redis, ioredis or @upstash/redis, or an object with eval() and evalsha()'

/** What `prefix` must be. */
export const PREFIX_FORM = 'a string such as "limen", without braces'

// AUTH_STORE_REJECTED

/** The store that refuses a call without a route. `@limen/core/store-kit` has the rest of the message. */
export const REDIS_STORE = 'redisStore'

/** A script joins the texts that are stored, and does not parse them. */
export const NOT_A_RECORD =
  'Redis: a key holds a text that is no record. Does another program use the same prefix?'

// AUTH_STORE_UNAVAILABLE

/** A client returned something else than what one of our scripts returns. */
export const NOT_AN_ANSWER = 'Redis: the reply is not the answer of a script'

/** Each list of the user's sessions was outdated by another sign-in. */
export const gaveUp = (call: string, attempts: number): string =>
  `${call} gave up after ${attempts} concurrent sign-ins of the user. Call it again.`
