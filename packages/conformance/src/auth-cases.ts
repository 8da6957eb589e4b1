/** What `limen({ store })` does over every store: it revokes, replaces and limits the sessions of users. */
import { authOver, signedIn } from './case-auth.ts'
import { equal, outcomeOf } from './expect.ts'
import type { StoreCase } from './store-case.ts'

const NO_SESSION = 'AUTH_INVALID_SESSION_ID'
const NO_USER = 'AUTH_INVALID_USER_ID'
const LIMIT = 'AUTH_SESSION_LIMIT'

/** The cases. */
export const authCases: readonly StoreCase[] = [
  {
    name: 'invalidateSession() with a userId revokes only a session of this user',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const [ada, bob] = [await signedIn(auth, 'ada'), await signedIn(auth, 'bob')]
      const { sessionId } = ada.session
      await auth.createUser({ userId: 'ADA', attributes: { name: 'a user of a similar id' } })
      for (const userId of ['bob', 'ADA', 'ada ', 'zoe']) {
        const refused = await outcomeOf(() => auth.invalidateSession(sessionId, { userId }))
        equal(refused, NO_SESSION, `revoked by ${userId}`)
      }
      await ada.isUnchanged()
      await auth.invalidateSession(sessionId, { userId: 'ada' })
      equal(await auth.getAllUserSessions('ada'), [], 'after the user has revoked it')
      const again = await outcomeOf(() => auth.invalidateSession(sessionId, { userId: 'ada' }))
      equal(again, NO_SESSION, 'a session that was revoked')
      await bob.isUnchanged()
    },
  },
  {
    name: 'P1: replaceSession() ends a session and creates another, also of another user',
    promise: 'P1',
    async run(store) {
      const { auth } = authOver(store)
      const [ada, bob] = [await signedIn(auth, 'ada'), await signedIn(auth, 'bob')]
      const validated = (token: string) => auth.validateToken({ token, consistency: 'strong' })
      const guest = await auth.createUser({ userId: 'guest', attributes: { name: 'Guest' } })
      const first = await auth.createSession({ userId: 'guest', attributes: { device: 'phone' } })
      const unknownUser = () => auth.replaceSession(first, { userId: 'zoe' })
      equal(await outcomeOf(unknownUser), NO_USER, 'replaced for a user who does not exist')

      const second = await auth.replaceSession(first, { attributes: { seen: 1 } })
      equal(second.stored, { device: 'phone', seen: 1 }, 'merged attributes')
      equal(second.user, guest, 'the user')
      const third = await auth.replaceSession(second, { userId: 'ada' })
      const ofAda = await auth.getUser('ada')
      equal(third.user, ofAda, 'the new user')
      for (const replaced of [first, second]) {
        const outcome = await validated(auth.createBearerToken(replaced))
        equal(outcome, { valid: false, reason: 'unknown' }, 'the token of a replaced session')
        const again = await outcomeOf(() => auth.replaceSession(replaced))
        equal(again, NO_SESSION, 'a session that was replaced')
      }
      const expected = { ...third, fresh: false }
      const result = await validated(auth.createBearerToken(third))
      equal(result, { valid: true, session: expected }, 'the token of the new session')
      equal(await auth.getAllUserSessions('guest'), [], 'the sessions of the former user')
      await auth.invalidateSession(third.sessionId)
      await ada.isUnchanged()
      await bob.isUnchanged()
    },
  },
  ...(['refuse', 'revoke-oldest'] as const).map((onLimit): StoreCase => ({
    name: `maxSessionsPerUser holds for sign-ins and replacements (${onLimit})`,
    promise: 'contract',
    async run(store) {
      const start = Date.now()
      let seconds = 0
      const maxSessionsPerUser = { limit: 2, onLimit }
      const now = () => start + 1000 * seconds
      const { auth } = authOver(store, { maxSessionsPerUser, now })
      const bob = await signedIn(auth, 'bob')
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      const create = () => {
        seconds++
        return auth.createSession({ userId: 'ada', attributes: { device: 'phone' } })
      }
      const idsOf = async (userId: string) =>
        (await auth.getAllUserSessions(userId)).map(({ sessionId }) => sessionId)
      const [first, second] = [await create(), await create()]
      seconds++
      const third = await auth.replaceSession(first)
      equal(await idsOf('ada'), [second.sessionId, third.sessionId], 'a replacement at the limit')
      if (onLimit === 'refuse') {
        equal(await outcomeOf(create), LIMIT, 'a sign-in above the limit')
        const moved = () => auth.replaceSession(bob.session, { userId: 'ada' })
        equal(await outcomeOf(moved), LIMIT, 'a session of another user above the limit')
        equal(await idsOf('ada'), [second.sessionId, third.sessionId], 'after both')
      } else {
        const fourth = await create()
        equal(await idsOf('ada'), [third.sessionId, fourth.sessionId], 'a sign-in above the limit')
      }
      await bob.isUnchanged()
    },
  })),
]
