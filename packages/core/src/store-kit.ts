/**
 * For authors of stores: what stores have in common.
 *
 * @module
 */
export { routeOf, withPlainIds } from './plain-ids.ts'
export type { PlainStore } from './plain-ids.ts'
export { ROUTE_LENGTH } from './store.ts'
