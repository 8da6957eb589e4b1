/** Gives each failure of an engine its code. */
export { storeFailure } from '@limen/core/store-kit'
