/** Every message of this package, one for each rule. */

/** The form of the first argument of `authenticate()`, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** The form of the first argument of the guards, in an `AUTH_CONFIG` error. */
export const GET_AUTH_FORM = 'the second function that authenticate() returned'

/** The form of the option `redirectTo`, in an `AUTH_CONFIG` error. */
export const REDIRECT_FORM = 'a path such as "/sign-in"'
