/** Options that can be a function of the session. */
import { fail } from './error.ts'
import { SYNC_FORM, functionFailed, orFunction, promisedResult, wrongResult } from './messages.ts'
import { type OptionRule, isObject, isPromise, isSync, shown, wantedBy } from './options.ts'

/** What a function of the session receives: stored, also where `getSessionAttributes` does not show it. */
export interface StoredSession<SessionAttributes = unknown> {
  /** The id of the session's user. */
  readonly userId: string
  /**
   * The stored attributes. A session that was created before the app stored an attribute does not have
   * it, whatever its type says: compare with `=== true` or use `??`.
   */
  readonly attributes: Readonly<SessionAttributes>
}

/** The rule of an option that is a value, or a function of the session. */
export function orFunctionOfSession(rule: OptionRule): OptionRule {
  const isFunction = (value: unknown) => typeof value === 'function'
  return [
    (value) => (isFunction(value) ? isSync : rule[0])(value),
    (value) => (isFunction(value) ? SYNC_FORM : orFunction(wantedBy(rule, value))),
  ]
}

/**
 * Resolves an option for a session.
 *
 * @param option The option's path, such as `sessionExpiresIn`.
 * @param value The value, or a function of the session: {@link orFunctionOfSession} has checked it.
 * @param rule The rule of the value.
 * @param complete Checks the value further and adds its defaults: once, or for each result.
 * @returns The function that resolves it. It throws `AUTH_CONFIG` when the app's function throws or
 * returns what does not fit: a wrong lifetime must neither admit a session nor sign a user out.
 */
export function perSession<SessionAttributes, Value, Complete = Value>(
  option: string,
  value: Value | ((session: StoredSession<SessionAttributes>) => Value),
  rule: OptionRule,
  complete: (value: Value, option: string) => Complete,
): (session: StoredSession<SessionAttributes>) => Complete {
  if (typeof value !== 'function') {
    const completed = complete(value, option)
    return () => completed
  }
  const call = `${option}()`
  const decide = value as (session: StoredSession<SessionAttributes>) => Value
  return ({ userId, attributes }) => {
    let result: Value
    try {
      // A copy: what the function changes must not be stored.
      result = decide({ userId, attributes: { ...attributes } })
    } catch (cause) {
      fail('AUTH_CONFIG', functionFailed(call), { cause })
    }
    const wanted = wantedBy(rule, result)
    if (isObject(result) && isPromise(result)) fail('AUTH_CONFIG', promisedResult(call, wanted))
    if (!rule[0](result)) fail('AUTH_CONFIG', wrongResult(call, wanted, shown(result)))
    return complete(result, call)
  }
}
