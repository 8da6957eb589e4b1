/** A store with the trait `routed` over one without it, which checks each route that it receives. */
import type { RoutedId, RoutedStore, Store } from '@limen/core'
import { routeOf } from '@limen/core/store-kit'

export function routedStore<UserAttributes, SessionAttributes>(
  plain: Store<UserAttributes, SessionAttributes>,
): RoutedStore<UserAttributes, SessionAttributes> {
  return {
    traits: { ...plain.traits, routed: true },
    read: async (id, options) => plain.read(sessionId(id), options),
    async insert(session, options) {
      const id = sessionId(session.id)
      if (session.id.route !== (await routeOf(session.userId))) throw new Error('another route')
      const replaces = options?.replaces && sessionId(options.replaces)
      return plain.insert({ ...session, id }, { replaces, limit: options?.limit })
    },
    renew: async (id, deadlines) => plain.renew(sessionId(id), deadlines),
    update: async (id, attributes) => plain.update(sessionId(id), attributes),
    delete: async (id) => plain.delete(sessionId(id)),
    deleteByUser: async (id, options) => plain.deleteByUser(await userId(id), options),
    listByUser: async (id) => plain.listByUser(await userId(id)),
    ...(plain.deleteExpired && { deleteExpired: (options) => plain.deleteExpired!(options) }),
    createUser: async (user) => plain.createUser({ ...user, id: await userId(user.id) }),
    readUser: async (id) => plain.readUser(await userId(id)),
    updateUser: async (id, attributes) => plain.updateUser(await userId(id), attributes),
    deleteUser: async (id) => plain.deleteUser(await userId(id)),
  }
}

function sessionId({ route, id }: RoutedId): string {
  if (route.length !== 22 || !id.startsWith(route)) throw new Error('not the route of this session')
  return id
}

async function userId({ route, id }: RoutedId): Promise<string> {
  if (route !== (await routeOf(id))) throw new Error('not the route of this user')
  return id
}
