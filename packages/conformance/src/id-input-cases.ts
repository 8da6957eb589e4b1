/** Hostile ids and tokens, passed through `limen()` to a store. */
import { type StoreAuth, authOver, signedIn } from './case-auth.ts'
import { equal, outcomeOf } from './expect.ts'
import { lookalikes, notTexts } from './hostile.ts'
import type { StoreCase } from './store-case.ts'

type Call = (auth: StoreAuth, given: string) => Promise<unknown>

const NO_USER = 'AUTH_INVALID_USER_ID'
const NO_SESSION = 'AUTH_INVALID_SESSION_ID'

/** Calls that take a user id, and their outcome for a malformed one. */
const userCalls: readonly (readonly [name: string, outcome: unknown, call: Call])[] = [
  ['getUser', null, (auth, userId) => auth.getUser(userId)],
  ['getAllUserSessions', [], (auth, userId) => auth.getAllUserSessions(userId)],
  [
    'createSession',
    NO_USER,
    (auth, userId) => auth.createSession({ userId, attributes: { device: 'none' } }),
  ],
  ['createUser', NO_USER, (auth, userId) => auth.createUser({ userId, attributes: { name: '' } })],
  [
    'updateUserAttributes',
    NO_USER,
    (auth, userId) => auth.updateUserAttributes(userId, { note: '' }),
  ],
  ['invalidateAllUserSessions', NO_USER, (auth, userId) => auth.invalidateAllUserSessions(userId)],
  ['deleteUser', NO_USER, (auth, userId) => auth.deleteUser(userId)],
]

/** Calls that take a session id, and their outcome for a malformed one. */
const sessionCalls: typeof userCalls = [
  ['getSession', null, (auth, sessionId) => auth.getSession(sessionId)],
  [
    'updateSessionAttributes',
    NO_SESSION,
    (auth, sessionId) => auth.updateSessionAttributes(sessionId, { seen: 0 }),
  ],
  ['invalidateSession', NO_SESSION, (auth, sessionId) => auth.invalidateSession(sessionId)],
]

const exceptCall: Call = (auth, except) => auth.invalidateAllUserSessions('ada', { except })

/** Calls that take a token, and their outcome for a malformed one. */
const tokenCalls: typeof userCalls = [
  ['validateSession', NO_SESSION, (auth, token) => auth.validateSession(token)],
  [
    'validateToken',
    { valid: false, reason: 'malformed' },
    (auth, token) => auth.validateToken({ token, consistency: 'strong' }),
  ],
]

/** The cases. */
export const idInputCases: readonly StoreCase[] = [
  {
    name: 'A2: an id that is not a well-formed string matches no user',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      // The values as text, as JSON or as numbers; and more ids that begin with a letter.
      const others = ['0', '7', 'true', 'null', 'undefined', 'NaN', '[object Object]', 'bob', 'eve']
      const users = await Promise.all(
        others.map((userId) => auth.createUser({ userId, attributes: { name: userId } })),
      )
      const before = calls.length
      for (const make of notTexts) {
        const value = make('ada')
        for (const [name, expected, call] of userCalls) {
          // Without an id, a random one is created.
          if (name === 'createUser' && value === undefined) continue
          const outcome = await outcomeOf(() => call(auth, value as string))
          equal(outcome, expected, `${name}, given ${String(make)}`)
        }
      }
      equal(calls.length, before, 'calls of the store')
      await ada.isUnchanged()
      equal(await Promise.all(others.map((id) => auth.getUser(id))), users, 'other users')
      const random = await auth.createUser({ userId: undefined, attributes: { name: 'Eve' } })
      equal(await auth.getUser(random.userId), random, 'a user without an id')
    },
  },
  {
    name: 'A2: a malformed id or token matches no session',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      const { sessionId } = ada.session
      const before = calls.length
      const ends = ['.', '%', '_%', '\n', '\u00E9', '\u{1F642}']
      const texts = (text: string) => [
        ...ends.map((end) => text.slice(0, -end.length) + end),
        '',
        text.slice(1),
        ` ${text.slice(1)}`,
        `${text}A`,
        text.repeat(2),
      ]
      const rejects = async (
        given: unknown,
        made: string,
        [name, expected, call]: (typeof userCalls)[0],
      ) => {
        const outcome = await outcomeOf(() => call(auth, given as string))
        equal(outcome, expected, `${name}, given ${made}`)
      }
      const exceptCase = ['except', NO_SESSION, exceptCall] as const
      for (const call of [...sessionCalls, exceptCase]) {
        for (const make of notTexts) {
          const value = make(sessionId)
          const isNone = call === exceptCase && (value === null || value === undefined)
          if (!isNone) await rejects(value, String(make), call)
        }
        for (const text of texts(sessionId)) await rejects(text, JSON.stringify(text), call)
        await rejects(ada.token, 'a token', call)
      }
      for (const call of tokenCalls) {
        for (const make of notTexts) await rejects(make(ada.token), String(make), call)
        for (const text of texts(ada.token).filter((one) => !/^[\w.-]{66}$/.test(one))) {
          await rejects(text, 'a changed token', call)
        }
        await rejects(sessionId, 'a session id', call)
      }
      equal(calls.length, before, 'calls of the store')
      await ada.isUnchanged()
    },
  },
  {
    name: 'A3: an except that is null or undefined excepts no session',
    promise: 'P2',
    async run(store) {
      const { auth } = authOver(store)
      const bob = await signedIn(auth, 'bob')
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      const options = [{ except: null }, { except: undefined }, {}, undefined]
      for (const [index, given] of options.entries()) {
        const attributes = { device: 'phone' }
        await auth.createSession({ userId: 'ada', attributes })
        await auth.createSession({ userId: 'ada', attributes })
        await auth.invalidateAllUserSessions('ada', given)
        equal(await auth.getAllUserSessions('ada'), [], `left by options ${index}`)
      }
      await bob.isUnchanged()
    },
  },
  {
    name: 'A2: ids that engines compare as equal are different users',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const users = await Promise.all(
        lookalikes.map((userId) => auth.createUser({ userId, attributes: { name: userId } })),
      )
      const deleted = ['0', '7', 'ada', '\u00E5', 'K']
      for (const userId of deleted) await auth.deleteUser(userId)
      const left = users.map((user) => (deleted.includes(user.userId) ? null : user))
      const read = await Promise.all(lookalikes.map((userId) => auth.getUser(userId)))
      equal(read, left, 'all but those that were deleted')
    },
  },
]
