/** What becomes of hostile ids, attributes and names on their way through `limen()` into a store. */
import { limen } from '@limen/core'
import { equal, holds, outcomeOf } from './expect.ts'
import { json, lookalikes, names, noJson, noTexts, wholeJson } from './hostile.ts'
import type { CaseSession, AnyCaseStore, CaseUser, StoreCase } from './store-cases.ts'

/** `limen()` over a store, whose sessions and users show all that is stored. */
function authOver(store: AnyCaseStore) {
  let calls = 0
  const counted = new Proxy(store, {
    get(target, call) {
      const member: unknown = Reflect.get(target, call, target)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls++
        return Reflect.apply(member, target, args)
      }
    },
  })
  const auth = limen({
    store: counted,
    // Below one name: an attribute may have the name of a field, or be called "then".
    getUserAttributes: (stored) => ({ stored }),
    getSessionAttributes: (stored) => ({ stored }),
  })
  return { auth, calls: () => calls }
}

type CaseAuth = ReturnType<typeof authOver>['auth']
type Call = (auth: CaseAuth, given: string) => Promise<unknown>
type Update = (attributes: object) => Promise<unknown>

const attributesOfUser = (attributes: object) => attributes as CaseUser
const attributesOfSession = (attributes: object) => attributes as CaseSession

const NO_USER = 'AUTH_INVALID_USER_ID'
const NO_SESSION = 'AUTH_INVALID_SESSION_ID'
const NO_JSON = 'AUTH_INVALID_ATTRIBUTES'

/** Calls that take a user id, and their outcome for what cannot be one. */
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

/** Calls that take a session id, and their outcome for what cannot be one. */
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

/** Calls that take a token, and their outcome for what cannot be one. */
const tokenCalls: typeof userCalls = [
  ['validateSession', NO_SESSION, (auth, token) => auth.validateSession(token)],
  [
    'validateToken',
    { valid: false, reason: 'malformed' },
    (auth, token) => auth.validateToken({ token, consistency: 'strong' }),
  ],
]

/** A user with a session, to be found unchanged. */
async function signedIn(auth: CaseAuth, userId: string) {
  const user = await auth.createUser({
    userId,
    attributes: attributesOfUser({ name: userId, note: `note of ${userId}` }),
  })
  const session = await auth.createSession({ userId, attributes: { device: 'phone', seen: 1 } })
  const token = auth.createBearerToken(session)
  return {
    session,
    token,
    async isUnchanged() {
      equal(await auth.getUser(userId), user, `user ${userId}`)
      const expected = { ...session, fresh: false }
      const validated = await auth.validateToken({ token, consistency: 'strong' })
      equal(validated, { valid: true, session: expected }, `session of ${userId}`)
      equal(await auth.getAllUserSessions(userId), [expected], `sessions of ${userId}`)
    },
  }
}

/** The cases. Where only their names matter, attributes are those of {@link CaseUser}. */
export const inputCases: readonly StoreCase[] = [
  {
    name: 'A2: an id that is no well-formed string matches no user',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      // What the values become as text, as JSON or as numbers; and more ids that begin with a letter.
      const others = ['0', '7', 'true', 'null', 'undefined', 'NaN', '[object Object]', 'bob', 'eve']
      const users = await Promise.all(
        others.map((userId) => auth.createUser({ userId, attributes: { name: userId } })),
      )
      const before = calls()
      for (const make of noTexts) {
        const value = make('ada')
        for (const [name, expected, call] of userCalls) {
          // Without an id, a random one is made.
          if (name === 'createUser' && value === undefined) continue
          const outcome = await outcomeOf(() => call(auth, value as string))
          equal(outcome, expected, `${name}, given ${String(make)}`)
        }
      }
      equal(calls(), before, 'calls of the store')
      await ada.isUnchanged()
      equal(await Promise.all(others.map((id) => auth.getUser(id))), users, 'other users')
      const random = await auth.createUser({ userId: undefined, attributes: { name: 'Eve' } })
      equal(await auth.getUser(random.userId), random, 'a user without an id')
    },
  },
  {
    name: 'A2: an id or token that cannot be one matches no session',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      const { sessionId } = ada.session
      const before = calls()
      const ends = ['.', '%', '_%', '\n', '\u00E9', '\u{1F642}']
      const texts = (text: string) => [
        ...ends.map((end) => text.slice(0, -end.length) + end),
        '',
        text.slice(1),
        ` ${text.slice(1)}`,
        `${text}A`,
        text.repeat(2),
      ]
      const refused = async (
        given: unknown,
        made: string,
        [name, expected, call]: (typeof userCalls)[0],
      ) => {
        const outcome = await outcomeOf(() => call(auth, given as string))
        equal(outcome, expected, `${name}, given ${made}`)
      }
      const exceptCase = ['except', NO_SESSION, exceptCall] as const
      for (const call of [...sessionCalls, exceptCase]) {
        for (const make of noTexts) {
          const value = make(sessionId)
          const isNone = call === exceptCase && (value === null || value === undefined)
          if (!isNone) await refused(value, String(make), call)
        }
        for (const text of texts(sessionId)) await refused(text, JSON.stringify(text), call)
        await refused(ada.token, 'a token', call)
      }
      for (const call of tokenCalls) {
        for (const make of noTexts) await refused(make(ada.token), String(make), call)
        for (const text of texts(ada.token).filter((one) => !/^[\w.-]{66}$/.test(one))) {
          await refused(text, 'a changed token', call)
        }
        await refused(sessionId, 'a session id', call)
      }
      equal(calls(), before, 'calls of the store')
      await ada.isUnchanged()
    },
  },
  {
    name: 'A3: a nullish except is no exception',
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
  {
    name: 'A7: attributes that JSON cannot carry are refused, and change nothing',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      const { sessionId } = ada.session
      const before = calls()
      const writes: Record<string, Update> = {
        createUser: (given) =>
          auth.createUser({ userId: 'eve', attributes: attributesOfUser(given) }),
        createSession: (given) =>
          auth.createSession({ userId: 'ada', attributes: attributesOfSession(given) }),
        updateUserAttributes: (given) => auth.updateUserAttributes('ada', given),
        updateSessionAttributes: (given) => auth.updateSessionAttributes(sessionId, given),
      }
      const places: readonly (readonly [path: string, put: (value: unknown) => object])[] = [
        ['attributes.note', (value) => ({ name: '', note: value })],
        ['attributes.note.theme', (value) => ({ name: '', note: { a: 1, theme: value } })],
        ['attributes.note.list.1', (value) => ({ name: '', note: { list: ['a', value] } })],
      ]
      for (const [name, write] of Object.entries(writes)) {
        const refused = async (given: unknown, path: string, made: string) => {
          const error = await write(given as object).then(
            () => null,
            (reason: { code?: unknown; message: string }) => reason,
          )
          const what = `${name}, given ${made} at ${path}`
          equal(error?.code, NO_JSON, what)
          const { message } = error!
          const [start, next] = [message.slice(0, path.length), message[path.length]!]
          holds(start === path && '. '.includes(next), `${what}: ${message.slice(0, 200)}`)
        }
        for (const make of noJson) {
          for (const [path, put] of places) await refused(put(make()), path, String(make))
        }
        await refused({ note: { a: undefined } }, 'attributes.note.a', 'undefined')
        await refused({ note: [undefined] }, 'attributes.note.0', 'undefined')
        for (const key of ['\0', 'note\0', '\0note', '\uD800', 'note\uDC00']) {
          await refused({ name: '', [key]: 1 }, 'attributes', JSON.stringify(key))
        }
        for (const make of noObjects) await refused(make(), 'attributes', String(make))
      }
      equal(calls(), before, 'calls of the store')
      await ada.isUnchanged()
      equal(await auth.getUser('eve'), null, 'a user whose attributes were refused')
    },
  },
  {
    name: 'A7: keeps what JSON carries exactly, and returns it as the next read does',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const values = { list: json, object: Object.fromEntries(json.entries()) }
      const written = { user: { name: 'Ada', note: values }, session: { device: '', seen: values } }
      const attributes = { user: written.user as object, session: written.session as object }
      const created = await auth.createUser({
        userId: 'ada',
        attributes: attributesOfUser(attributes.user),
      })
      equal(created.stored, written.user, 'createUser')
      equal(await auth.getUser('ada'), created, 'the next read')
      const session = await auth.createSession({
        userId: 'ada',
        attributes: attributesOfSession(attributes.session),
      })
      equal(session.stored, written.session, 'createSession')
      equal(session.user, created, 'the user of createSession')
      const read = () => auth.getSession(session.sessionId)
      equal(await read(), { ...session, fresh: false }, 'the next read of the session')
      equal(await auth.getAllUserSessions('ada'), [await read()], 'the list')
      const token = auth.createBearerToken(session)
      const validated = await auth.validateToken({ token, consistency: 'eventual' })
      equal(validated, { valid: true, session: await read() }, 'an eventual read')

      for (const value of [...wholeJson, values]) {
        const user = await auth.updateUserAttributes('ada', attributesOfUser({ note: value }))
        equal(user.stored, { name: 'Ada', note: value }, 'updateUserAttributes')
        const update = attributesOfSession({ seen: value } as object)
        const updated = await auth.updateSessionAttributes(session.sessionId, update)
        equal(updated.stored, { device: '', seen: value }, 'updateSessionAttributes')
        equal(updated.user, user, 'its user')
      }
      equal(await auth.getUser('ada'), created, 'the user in the end')
      equal(await read(), { ...session, fresh: false }, 'the session in the end')
    },
  },
  {
    name: 'A7: keeps a string of 100,000 characters, or refuses it and keeps nothing',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      for (const text of ['x'.repeat(100_000), '\u{1F642}"'.repeat(33_333)]) {
        const user = await outcomeOf(() =>
          auth.createUser({ userId: 'eve', attributes: { name: 'Eve', note: text } }),
        )
        const isKept = user !== 'AUTH_RECORD_TOO_LARGE'
        equal(await auth.getUser('eve'), isKept ? user : null, 'the user, read')
        if (isKept) equal(user, { userId: 'eve', stored: { name: 'Eve', note: text } }, 'the user')
        await auth.deleteUser('eve')

        const update = { note: text }
        const updated = await outcomeOf(() => auth.updateUserAttributes('ada', update))
        if (updated === 'AUTH_RECORD_TOO_LARGE') await ada.isUnchanged()
        else equal(updated, { userId: 'ada', stored: { name: 'ada', note: text } }, 'updated')
        await auth.updateUserAttributes('ada', { note: 'note of ada' })
      }
      await ada.isUnchanged()
    },
  },
  {
    name: 'A7: undefined removes an attribute in an update, and is left out at creation',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const bob = await signedIn(auth, 'bob')
      const created = await auth.createUser({
        userId: 'ada',
        attributes: attributesOfUser({ note: undefined, settings: { theme: 'dark' }, name: 'Ada' }),
      })
      equal(created.stored, { name: 'Ada', settings: { theme: 'dark' } }, 'createUser')
      equal(await auth.getUser('ada'), created, 'the next read of the user')
      const session = await auth.createSession({
        userId: 'ada',
        attributes: attributesOfSession({ device: 'phone', seen: undefined }),
      })
      equal(session.stored, { device: 'phone' }, 'createSession')
      const read = async () => (await auth.getSession(session.sessionId))!
      equal((await read()).stored, session.stored, 'the next read of the session')

      const users: [update: Partial<CaseUser>, expected: object][] = [
        [
          { note: 'a', settings: undefined },
          { name: 'Ada', note: 'a' },
        ],
        [{ note: undefined }, { name: 'Ada' }],
        [{ note: undefined, settings: undefined }, { name: 'Ada' }],
        [{ note: null }, { name: 'Ada', note: null }],
        [{ name: 'Eve', note: undefined }, { name: 'Eve' }],
        [{ note: 'b' }, { name: 'Eve', note: 'b' }],
        [{}, { name: 'Eve', note: 'b' }],
      ] as [Partial<CaseUser>, object][]
      for (const [update, expected] of users) {
        const user = await auth.updateUserAttributes('ada', update)
        equal(user.stored, expected, 'updateUserAttributes')
        equal((await read()).user, user, 'the user of the session')
      }
      const sessions: [update: Partial<CaseSession>, expected: object][] = [
        [{ seen: 5 }, { device: 'phone', seen: 5 }],
        [{ seen: undefined, device: 'laptop' }, { device: 'laptop' }],
        [{ seen: undefined }, { device: 'laptop' }],
        [{ seen: null }, { device: 'laptop', seen: null }],
        [{ seen: undefined }, { device: 'laptop' }],
      ] as [Partial<CaseSession>, object][]
      for (const [update, expected] of sessions) {
        const updated = await auth.updateSessionAttributes(session.sessionId, update)
        equal(updated.stored, expected, 'updateSessionAttributes')
      }
      equal(await auth.getAllUserSessions('ada'), [await read()], 'the list')
      await bob.isUnchanged()
    },
  },
  {
    name: 'keeps attributes whatever their names are',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const numbered = Object.fromEntries(names.map((name, index) => [name, index]))
      // The neighbours have attributes of the same names: no update may reach them.
      const bob = await auth.createUser({
        userId: 'bob',
        attributes: attributesOfUser({ name: 'Bob', ...numbered }),
      })
      equal(bob.stored, { name: 'Bob', ...numbered }, 'createUser')
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      const session = await auth.createSession({
        userId: 'ada',
        attributes: attributesOfSession({ device: '', ...numbered }),
      })
      equal(session.stored, { device: '', ...numbered }, 'createSession')
      const { sessionId } = await auth.createSession({
        userId: 'ada',
        attributes: { device: 'phone' },
      })

      await namesAreApart({ name: 'Ada' }, async (update) => {
        return (await auth.updateUserAttributes('ada', attributesOfUser(update))).stored
      })
      await namesAreApart({ device: 'phone' }, async (update) => {
        const given = attributesOfSession(update)
        return (await auth.updateSessionAttributes(sessionId, given)).stored
      })
      equal(await auth.getUser('bob'), bob, 'another user')
      equal((await auth.getSession(session.sessionId))?.stored, session.stored, 'another session')
    },
  },
]

/** Values that are no object of attributes. */
const noObjects: readonly (() => unknown)[] = [
  () => null,
  () => 'text',
  () => '',
  () => 7,
  () => true,
  () => 1n,
  () => [],
  () => [['name', 'Eve']],
  () => () => ({ name: 'Eve' }),
  () => Symbol('name'),
  () => new Date(0),
  () => new Map([['name', 'Eve']]),
  () => new Set(['name']),
  () => Promise.resolve({ name: 'Eve' }),
  () => Object('text'),
  () => new Uint8Array(2),
  () => Object.create({ name: 'Eve' }),
]

/** Sets, replaces and removes attributes of all names; each change must leave all others as they are. */
async function namesAreApart(start: object, write: Update): Promise<void> {
  const expected = new Map<string, unknown>(Object.entries(start))
  const updated = async (entries: readonly (readonly [string, unknown])[], what: string) => {
    for (const [name, value] of entries) {
      if (value === undefined) expected.delete(name)
      else expected.set(name, value)
    }
    equal(await write(Object.fromEntries(entries)), Object.fromEntries(expected), what)
  }
  const all = (value: unknown) => names.map((name) => [name, value] as const)

  await updated(all('all'), 'all names at once')
  // Some engines take one call in 20 ms, so names change in batches. For each pair of names there is
  // a batch that holds the one and not the other.
  for (let bit = 0; 2 ** bit < names.length; bit++) {
    for (const side of [0, 1]) {
      const batch = [...names.entries()].filter(([index]) => ((index >> bit) & 1) === side)
      const changed = batch.map(([index, name]) => {
        // Each name is replaced, removed and set again in turn, and not all of a batch at once.
        const isRemoved = (bit + index) % 3 === 1
        return [name, isRemoved ? undefined : `${bit} ${side}`] as const
      })
      await updated(changed, `the names whose bit ${bit} is ${side}`)
    }
  }
  await updated(all(undefined), 'all names removed')
  for (const name of ['', '__proto__', 'a"b', '*']) {
    await updated([[name, 'alone']], `${JSON.stringify(name)}, set alone`)
    await updated([[name, undefined]], `${JSON.stringify(name)}, removed alone`)
  }
}
