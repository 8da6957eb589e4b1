/** The error for an argument or option that can never work. */
import { AuthError } from '@limen/core'

/**
 * Names what was given and what is wanted.
 *
 * @param name The argument or option.
 * @param got What was given, as a text that holds no secret: see {@link shown} and {@link kindOf}.
 * @param wanted What it must be.
 */
export function misconfigured(name: string, got: string, wanted: string): AuthError {
  return new AuthError('AUTH_CONFIG', `redisStore(): ${name} must be ${wanted} (got ${got})`)
}

/** A value as it is written in code; of what has no short form, the kind. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : kindOf(value)
}

/** What kind of value it is. Of a text nothing is shown: an address or a token is a text. */
export function kindOf(value: unknown): string {
  if (value instanceof Promise) return 'a promise: await it first'
  if (Array.isArray(value)) return 'an array'
  switch (typeof value) {
    case 'string':
    case 'function':
    case 'symbol':
      return `a ${typeof value}`
    case 'object':
      return value === null ? 'null' : 'another object'
    default:
      return String(value)
  }
}
