/** The keys of users and sessions. `redis-store.ts` describes what they contain. */
import type { RoutedId } from '@limen/core'
import { routeIn } from '@limen/core/store-kit'
import { REDIS_STORE } from './messages.ts'

/** The version of the layout, in every key. */
const LAYOUT = 2

/** The keys of one user, with that of one session. */
interface Keys {
  /** The user. */
  readonly user: string
  /** The index of the user's sessions. */
  readonly sessions: string
  /** The session. */
  readonly session: string
  /** The session id without the route. */
  readonly rest: string
}

/** Returns the keys for an id, all in one hash slot. */
export type KeysOf = (id: RoutedId) => Keys

/** Returns the function that names the keys with a prefix. */
export function keysWith(prefix: string): KeysOf {
  return (given) => {
    const route = routeIn(REDIS_STORE, given)
    const rest = given.id.slice(route.length)
    const slot = `{${prefix}:${LAYOUT}:${route}}`
    return {
      user: `${slot}:user`,
      sessions: `${slot}:sessions`,
      session: `${slot}:session:${rest}`,
      rest,
    }
  }
}
