/** What a store declares of itself, for a store that stands in front of it. */
import type { Store } from './store.ts'

type Declared = Pick<Store<unknown, unknown>, 'route' | 'routeLength' | 'staleMisses'>

/** What a store declares, to be spread into the store that asks it. */
export function declaredBy(store: Declared): Declared {
  const { routeLength, staleMisses } = store
  return {
    ...(store.route && { route: store.route.bind(store) }),
    ...(routeLength !== undefined && { routeLength }),
    ...(staleMisses && { staleMisses }),
  }
}
