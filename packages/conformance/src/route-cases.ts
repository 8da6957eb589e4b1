/** How core calls a store: with ids in the form that the store's traits specify. */
import type { InsertOptions, SessionRecord } from '@limen/core'
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
      const maxSessionsPerUser = { limit: 5, onLimit: 'revoke-oldest' } as const
      const { auth, calls } = authOver(store, { maxSessionsPerUser })
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      await auth.createUser({ userId: 'bob', attributes: { name: 'Bob' } })
      const create = () => auth.createSession({ userId: 'ada', attributes: { device: 'phone' } })
      const [first, second] = [await create(), await create()]
      const replacement = await auth.replaceSession(first)
      const moved = await auth.replaceSession(replacement, { userId: 'bob' })
      const { sessionId } = second
      await auth.getSession(sessionId)
      await auth.updateSessionAttributes(sessionId, { seen: 1 })
      await auth.updateUserAttributes('ada', { note: 'new' })
      await auth.invalidateAllUserSessions('ada', { except: sessionId })
      await auth.invalidateSession(sessionId, { userId: 'ada' })
      await auth.getAllUserSessions('ada')
      await auth.getUser('ada')
      await auth.deleteUser('ada')

      const isRouted = store.traits?.routed === true
      const routes = new Map<string, string>()
      for (const userId of ['ada', 'bob']) {
        const route = isRouted ? await routeOf(userId) : ''
        routes.set(userId, route)
        const sessions = userId === 'ada' ? [first, second, replacement] : [moved]
        for (const session of sessions) {
          routes.set(session.sessionId, route)
          equal(session.sessionId.slice(0, -22), route, 'what comes before the random part')
        }
      }
      const checkId = (given: unknown, name: string) => {
        const id = isRouted ? (given as { readonly id: unknown }).id : given
        const known = routes.has(String(id)) ? id : 'one of the ids'
        const route = routes.get(String(id))
        equal(given, isRouted ? { route, id: known } : known, `the id in ${name}`)
      }
      for (const [name, argument] of calls) {
        const isRecord = OF_RECORDS.includes(name)
        checkId(isRecord ? (argument as { readonly id: unknown }).id : argument, name)
      }
      const inserts = calls.filter(([name]) => name === 'insert')
      const replaced = inserts.map(([, argument, options]) => {
        const { userId, createdAt } = argument as SessionRecord<unknown, unknown>
        const { replaces, limit } = options as InsertOptions<unknown>
        const expected = { most: 5, onLimit: 'revoke-oldest', now: createdAt }
        equal({ ...limit, now: createdAt }, expected, 'the limit')
        if (replaces !== undefined) checkId(replaces, 'replaces')
        return [userId, isRouted ? (replaces as { readonly id: string })?.id : replaces]
      })
      const expected = [
        ['ada', undefined],
        ['ada', undefined],
        ['ada', first.sessionId],
        ['bob', replacement.sessionId],
      ]
      equal(replaced, expected, 'what each insert replaces')
    },
  },
]
