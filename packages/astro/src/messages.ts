/** Every message of this package, one for each rule. `messages.test.ts` has a case for each. */

/** The form of the first argument, in an `AUTH_CONFIG` error. */
export const AUTH_FORM = 'what limen() returned, or a function of the context that returns it'

/** The form of an option that can depend on the context, in an `AUTH_CONFIG` error. */
export const CHOICE_FORM = 'true, false or a function of the context'

/** An app that runs Astro as middleware can pass `locals`: one object for all would mix up visitors. */
export const LOCALS_SHARED =
  'authenticate(): two requests have the same object as context.locals. Pass a new object for each request.'

/** The text of a 403. `reason` is the first word of the message of an `AUTH_UNTRUSTED_ORIGIN` error. */
export function forbidden(reason: string): string {
  return `Forbidden: ${reason}`
}
