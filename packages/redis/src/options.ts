/** The options of the stores in Redis. */
import { checkCallOptions } from '@limen/core/store-kit'
import { PREFIX_FORM } from './messages.ts'

/** How Redis is used. */
export interface RedisStoreOptions {
  /** The start of every key, after a brace: not empty, and without braces. Default `limen`. */
  readonly prefix?: string | undefined
}

/**
 * The prefix that a store was given.
 *
 * @param call The name of the function that creates the store, for the message.
 * @param options What it was given.
 * @throws {AuthError} `AUTH_CONFIG` when an option can never work.
 */
export function prefixIn(call: string, options: RedisStoreOptions | undefined): string {
  const { prefix = 'limen' } = checkCallOptions(call, options, { prefix: [isPrefix, PREFIX_FORM] })
  return prefix
}

/** Whether UTF-8 can carry a text, and it does not end the braces that name a hash slot. */
function isPrefix(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/[{}\p{Surrogate}]/u.test(value)
}
