/** Reads the route that a routed store receives. */
import { AuthError } from './error.ts'
import { routeMissing } from './messages.ts'
import { ROUTE_LENGTH, type RoutedId } from './store.ts'

/**
 * Reads the route in what a routed store receives in place of an id. Call it before each use of a
 * route: a plain id has none, and without this check all users would share one record.
 *
 * @param store The name of the function that creates the store, for the message.
 * @param id What the store received.
 * @returns The route.
 * @throws {AuthError} `AUTH_STORE_REJECTED` when there is no route of the right length. The store was
 * called without its traits, as after `const { createUser, readUser } = store`.
 *
 * @example
 * routeIn('myStore', { route: 'JGccpnTPQkcpWV4pVjM59g', id: 'ada' })
 * // 'JGccpnTPQkcpWV4pVjM59g'
 */
export function routeIn(store: string, { route }: RoutedId): string {
  if (typeof route !== 'string' || route.length !== ROUTE_LENGTH) {
    throw new AuthError('AUTH_STORE_REJECTED', routeMissing(store))
  }
  return route
}
