/** Every message of this package, one for each rule. */

/** The form of the argument `auth`, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned'

/** Refuses to run around a server function only, in an `AUTH_CONFIG` error. */
export const NO_RESPONSE =
  'authenticate(): there is no response for cookies. Add its middleware to requestMiddleware in src/start.ts.'
