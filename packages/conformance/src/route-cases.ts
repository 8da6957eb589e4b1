/** How core calls a store: with ids in the form that the store's traits specify. */
import { routeOf } from '@limen/core/store-kit'
import { authOver } from './case-auth.ts'
import { equal } from './expect.ts'
import type { StoreCase } from './store-case.ts'

/** Calls whose first argument is a record. */
const OF_RECORDS = ['insert', 'createUser']

/** The cases. */
export const routeCases: readonly StoreCase[] = [
  {
    name: 'is called with plain ids or, with the trait routed, with routes that match the ids',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      const create = () => auth.createSession({ userId: 'ada', attributes: { device: 'phone' } })
      const [{ sessionId }, { sessionId: except }] = [await create(), await create()]
      await auth.getSession(sessionId)
      await auth.updateSessionAttributes(sessionId, { seen: 1 })
      await auth.invalidateSession(sessionId)
      await auth.updateUserAttributes('ada', { note: 'new' })
      await auth.invalidateAllUserSessions('ada', { except })
      await auth.getAllUserSessions('ada')
      await auth.getUser('ada')
      await auth.deleteUser('ada')

      const isRouted = store.traits?.routed === true
      const route = isRouted ? await routeOf('ada') : ''
      for (const [name, first] of calls) {
        const given = OF_RECORDS.includes(name) ? (first as { id: unknown }).id : first
        const id = isRouted ? (given as { id: unknown }).id : given
        const known = ['ada', sessionId, except].includes(String(id)) ? id : 'one of the ids'
        equal(given, isRouted ? { route, id: known } : known, `the id in ${name}`)
      }
      for (const id of [sessionId, except]) {
        equal(id.slice(0, -22), route, 'what comes before the random part of a session id')
      }
    },
  },
]
