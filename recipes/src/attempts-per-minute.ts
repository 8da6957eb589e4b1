/** The rate limit of the counters in the app's own database. */

/** How many attempts with one key are allowed in a minute. */
export const ATTEMPTS_PER_MINUTE = 10
