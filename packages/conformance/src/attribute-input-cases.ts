/** Hostile attributes and attribute names, written through `limen()` into a store. */
import { authOver, sessionAttributes, signedIn, userAttributes } from './case-auth.ts'
import { equal, holds, outcomeOf } from './expect.ts'
import { json, names, notJson, wholeJson } from './hostile.ts'
import type { CaseSession, CaseUser, StoreCase } from './store-case.ts'

type Update = (attributes: object) => Promise<unknown>

/** The cases. Where only names matter, attributes are those of {@link CaseUser}. */
export const attributeInputCases: readonly StoreCase[] = [
  {
    name: 'A7: rejects attributes that JSON cannot carry, and changes nothing',
    promise: 'contract',
    async run(store) {
      const { auth, calls } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      const { sessionId } = ada.session
      const before = calls.length
      const writes: Record<string, Update> = {
        createUser: (given) =>
          auth.createUser({ userId: 'eve', attributes: userAttributes(given) }),
        createSession: (given) =>
          auth.createSession({ userId: 'ada', attributes: sessionAttributes(given) }),
        updateUserAttributes: (given) => auth.updateUserAttributes('ada', given),
        updateSessionAttributes: (given) => auth.updateSessionAttributes(sessionId, given),
      }
      const positions: readonly (readonly [path: string, put: (value: unknown) => object])[] = [
        ['attributes.note', (value) => ({ name: '', note: value })],
        ['attributes.note.theme', (value) => ({ name: '', note: { a: 1, theme: value } })],
        ['attributes.note.list.1', (value) => ({ name: '', note: { list: ['a', value] } })],
      ]
      for (const [name, write] of Object.entries(writes)) {
        const rejects = async (given: unknown, path: string, made: string) => {
          const error = await write(given as object).then(
            () => null,
            (reason: { code?: unknown; message: string }) => reason,
          )
          const what = `${name}, given ${made} at ${path}`
          equal(error?.code, 'AUTH_INVALID_ATTRIBUTES', what)
          const { message } = error!
          const [start, next] = [message.slice(0, path.length), message[path.length]!]
          holds(start === path && '. '.includes(next), `${what}: ${message.slice(0, 200)}`)
        }
        for (const make of notJson) {
          for (const [path, put] of positions) await rejects(put(make()), path, String(make))
        }
        await rejects({ note: { a: undefined } }, 'attributes.note.a', 'undefined')
        await rejects({ note: [undefined] }, 'attributes.note.0', 'undefined')
        for (const key of ['\0', 'note\0', '\0note', '\uD800', 'note\uDC00']) {
          await rejects({ name: '', [key]: 1 }, 'attributes', JSON.stringify(key))
        }
        for (const make of notObjects) await rejects(make(), 'attributes', String(make))
      }
      equal(calls.length, before, 'calls of the store')
      await ada.isUnchanged()
      equal(await auth.getUser('eve'), null, 'a user whose attributes were rejected')
    },
  },
  {
    name: 'A7: stores exactly what JSON carries, and returns it as the next read does',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const values = { list: json, object: Object.fromEntries(json.entries()) }
      const written = { user: { name: 'Ada', note: values }, session: { device: '', seen: values } }
      const attributes = { user: written.user as object, session: written.session as object }
      const created = await auth.createUser({
        userId: 'ada',
        attributes: userAttributes(attributes.user),
      })
      equal(created.stored, written.user, 'createUser')
      equal(await auth.getUser('ada'), created, 'the next read')
      const session = await auth.createSession({
        userId: 'ada',
        attributes: sessionAttributes(attributes.session),
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
        const user = await auth.updateUserAttributes('ada', userAttributes({ note: value }))
        equal(user.stored, { name: 'Ada', note: value }, 'updateUserAttributes')
        const update = sessionAttributes({ seen: value } as object)
        const updated = await auth.updateSessionAttributes(session.sessionId, update)
        equal(updated.stored, { device: '', seen: value }, 'updateSessionAttributes')
        equal(updated.user, user, 'its user')
      }
      equal(await auth.getUser('ada'), created, 'the user in the end')
      equal(await read(), { ...session, fresh: false }, 'the session in the end')
    },
  },
  {
    name: 'A7: stores a string of 100,000 characters, or rejects it and stores nothing',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const ada = await signedIn(auth, 'ada')
      for (const text of ['x'.repeat(100_000), '\u{1F642}"'.repeat(33_333)]) {
        const user = await outcomeOf(() =>
          auth.createUser({ userId: 'eve', attributes: { name: 'Eve', note: text } }),
        )
        const isStored = user !== 'AUTH_RECORD_TOO_LARGE'
        equal(await auth.getUser('eve'), isStored ? user : null, 'the user, read')
        if (isStored)
          equal(user, { userId: 'eve', stored: { name: 'Eve', note: text } }, 'the user')
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
    name: 'A7: undefined removes an attribute in an update, and is omitted at creation',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const bob = await signedIn(auth, 'bob')
      const created = await auth.createUser({
        userId: 'ada',
        attributes: userAttributes({ note: undefined, settings: { theme: 'dark' }, name: 'Ada' }),
      })
      equal(created.stored, { name: 'Ada', settings: { theme: 'dark' } }, 'createUser')
      equal(await auth.getUser('ada'), created, 'the next read of the user')
      const session = await auth.createSession({
        userId: 'ada',
        attributes: sessionAttributes({ device: 'phone', seen: undefined }),
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
    name: 'stores attributes of any name',
    promise: 'contract',
    async run(store) {
      const { auth } = authOver(store)
      const numbered = Object.fromEntries(names.map((name, index) => [name, index]))
      // Another user and another session have the same attribute names: no update may change them.
      const bob = await auth.createUser({
        userId: 'bob',
        attributes: userAttributes({ name: 'Bob', ...numbered }),
      })
      equal(bob.stored, { name: 'Bob', ...numbered }, 'createUser')
      await auth.createUser({ userId: 'ada', attributes: { name: 'Ada' } })
      const session = await auth.createSession({
        userId: 'ada',
        attributes: sessionAttributes({ device: '', ...numbered }),
      })
      equal(session.stored, { device: '', ...numbered }, 'createSession')
      const { sessionId } = await auth.createSession({
        userId: 'ada',
        attributes: { device: 'phone' },
      })

      await namesAreApart({ name: 'Ada' }, async (update) => {
        return (await auth.updateUserAttributes('ada', userAttributes(update))).stored
      })
      await namesAreApart({ device: 'phone' }, async (update) => {
        const given = sessionAttributes(update)
        return (await auth.updateSessionAttributes(sessionId, given)).stored
      })
      equal(await auth.getUser('bob'), bob, 'another user')
      equal((await auth.getSession(session.sessionId))?.stored, session.stored, 'another session')
    },
  },
]

/** Values that are not an object of attributes. */
const notObjects: readonly (() => unknown)[] = [
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

/** Sets, replaces and removes attributes of all names; each change must not affect any other. */
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
  // Some engines need 20 ms for a call, so names change in batches. For each pair of names there is
  // a batch with one of them and without the other.
  for (let bit = 0; 2 ** bit < names.length; bit++) {
    for (const side of [0, 1]) {
      const batch = [...names.entries()].filter(([index]) => ((index >> bit) & 1) === side)
      const changed = batch.map(([index, name]) => {
        // Each name is replaced, removed and set again in turn, not all of a batch at the same time.
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
