/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned, or a function of the event that returns it'

/** The form of an option that can depend on the event, in an `AUTH_CONFIG` error. */
export const CHOICE_FORM = 'true, false or a function of the event'

/** The text of a 403. `reason` is the first word of the message of an `AUTH_UNTRUSTED_ORIGIN` error. */
export function forbidden(reason: string): string {
  return `Forbidden: ${reason}`
}
