/**
 * For authors of stores: what stores have in common.
 *
 * @module
 */
export { routeOf, withPlainIds } from './plain-ids.ts'
export type { PlainStore } from './plain-ids.ts'
export { ROUTE_LENGTH, idOf } from './store.ts'
export type { EitherStore, StoreId } from './store.ts'
export { routeIn } from './store-route.ts'
export { endedByLimit, sessionLimitReached } from './store-limit.ts'
export { laterDeadlines, mergedAttributes, removedNames, withoutUndefined } from './store-merge.ts'
export { sha256 } from './digest.ts'
export { randomText } from './token.ts'
export { GENERATION_LENGTH, newGeneration } from './store-generation.ts'
export { RETRY, retrying } from './store-retry.ts'
export type { RetryOptions } from './store-retry.ts'
export { firstLineOf, recordTooLarge, storeFailure } from './store-failure.ts'
export { checkCallOptions, checkClient, hasMethod, wholeNumber } from './store-options.ts'
export {
  BOOLEAN,
  FUNCTION,
  OBJECT,
  checkOption,
  checkOptions,
  isCount,
  isObject,
  kindOf,
  shown,
} from './options.ts'
export type { OptionRule } from './options.ts'
