/** What a store must do to limit the sessions of a user. */
import type { SessionLimit } from '@limen/core'
import { equal, outcomeOf } from './expect.ts'
import {
  type CaseStore,
  type WrittenCase,
  DAY,
  NOW,
  ada,
  bob,
  read,
  recordsFor,
} from './store-case.ts'

const SIGN_INS = 50
const REFUSED = 'AUTH_SESSION_LIMIT'

/** Stores sessions of `ada`, each created a millisecond after the one before. */
async function withSessions(store: CaseStore, letters: string) {
  const record = await recordsFor(store)
  await store.createUser(ada)
  for (const [index, letter] of letters.split('').entries()) {
    await store.insert(record(letter, { createdAt: NOW + index }))
  }
  return record
}

async function lettersOf(store: CaseStore, userId = 'ada'): Promise<string> {
  const listed = await store.listByUser(userId)
  return listed.map(({ session }) => session.id.at(-1)).join('')
}

const limitOf = (most: number, onLimit: SessionLimit['onLimit'], now = NOW): SessionLimit => ({
  most,
  onLimit,
  now,
})

export const limitCases: readonly WrittenCase[] = [
  {
    name: 'revokes the oldest sessions of a user above the limit',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'abcd')
      await store.createUser(bob)
      await store.insert(record('z', { userId: 'bob', createdAt: NOW - DAY }))
      const options = { limit: limitOf(3, 'revoke-oldest') }
      equal(await store.insert(record('e', { createdAt: NOW + 9 }), options), ada, 'insert')
      equal(await lettersOf(store), 'cde', 'the sessions of the user')
      equal(await read(store, 'a'), null, 'the oldest session')
      equal(await lettersOf(store, 'bob'), 'z', 'the sessions of another')
    },
  },
  {
    name: 'refuses a session above the limit, and stores nothing',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'abc')
      const refusedAt = (most: number) =>
        outcomeOf(() => store.insert(record('d'), { limit: limitOf(most, 'refuse') }))
      equal(await refusedAt(3), REFUSED, 'at the limit')
      equal(await refusedAt(1), REFUSED, 'above the limit')
      equal(await lettersOf(store), 'abc', 'the sessions')
      equal(await read(store, 'd'), null, 'the refused session')
      equal(await refusedAt(4), ada, 'below the limit')
      equal((await read(store, 'd'))?.session, record('d'), 'the stored session')
    },
  },
  {
    name: 'stores a session below the limit, and revokes none',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'ab')
      const added = record('c', { createdAt: NOW + 9 })
      equal(await store.insert(added, { limit: limitOf(3, 'revoke-oldest') }), ada, 'insert')
      equal(await lettersOf(store), 'abc', 'the sessions')
    },
  },
  {
    name: 'keeps only the new session at a limit of 1, also when a clock runs behind',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'abc')
      const added = record('d', { createdAt: NOW - DAY })
      await store.insert(added, { limit: limitOf(1, 'revoke-oldest') })
      equal(await lettersOf(store), 'd', 'the sessions')
    },
  },
  {
    name: 'does not count expired sessions',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'ab')
      const now = NOW + 15 * DAY
      const valid = (letter: string) =>
        record(letter, { createdAt: now, idlePeriodExpiresAt: NOW + 30 * DAY })
      const first = { limit: limitOf(1, 'refuse', now) }
      equal(await store.insert(valid('c'), first), ada, 'the others expire at this time')
      equal(await outcomeOf(() => store.insert(valid('d'), first)), REFUSED, 'a valid one counts')
      const second = { limit: limitOf(2, 'revoke-oldest', now) }
      equal(await store.insert(valid('d'), second), ada, 'a second one')
      equal((await read(store, 'c'))?.session, valid('c'), 'the valid session stays')
    },
  },
  {
    name: 'does not count revoked sessions',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'abcd')
      const added = (letter: string) => record(letter, { createdAt: NOW + 9 })
      await store.delete(record('a').id)
      await store.insert(added('e'), { limit: limitOf(4, 'revoke-oldest') })
      equal(await lettersOf(store), 'bcde', 'after one was revoked')
      await store.deleteByUser('ada', { except: record('d').id })
      await store.insert(added('f'), { limit: limitOf(2, 'refuse') })
      equal(await lettersOf(store), 'df', 'after all others were revoked')
      await store.deleteUser('ada')
      await store.createUser(ada)
      equal(await store.insert(added('g'), { limit: limitOf(1, 'refuse') }), ada, 'a new user')
    },
  },
  {
    name: 'does not count the replaced session',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'ab')
      const added = record('c', { createdAt: NOW + 9 })
      const options = { replaces: record('a').id, limit: limitOf(2, 'refuse') }
      equal(await store.insert(added, options), ada, 'insert')
      equal(await lettersOf(store), 'bc', 'the sessions')
      const other = { replaces: record('b').id, limit: limitOf(1, 'refuse') }
      equal(await outcomeOf(() => store.insert(record('d'), other)), REFUSED, 'above the limit')
      equal(await lettersOf(store), 'bc', 'nothing was changed')
      const gone = { replaces: record('a').id, limit: limitOf(1, 'revoke-oldest') }
      equal(await store.insert(record('d'), gone), null, 'a session that is gone')
      equal(await lettersOf(store), 'bc', 'nothing was revoked')
    },
  },
  {
    name: 'counts the sessions of the new user when a session of another is replaced',
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'ab')
      await store.createUser(bob)
      const ofBob = (letter: string) => record(letter, { userId: 'bob' })
      for (const letter of 'gh') await store.insert(ofBob(letter))
      const added = record('c', { createdAt: NOW + 9 })
      const insert = (most: number, onLimit: SessionLimit['onLimit']) =>
        outcomeOf(() =>
          store.insert(added, { replaces: ofBob('g').id, limit: limitOf(most, onLimit) }),
        )
      equal(await insert(2, 'refuse'), REFUSED, 'a limit that refuses')
      equal(await lettersOf(store), 'ab', 'no session is stored')
      equal(await lettersOf(store, 'bob'), 'gh', 'and none is replaced')
      equal(await insert(2, 'revoke-oldest'), ada, 'a limit that revokes')
      equal(await lettersOf(store), 'bc', 'the sessions of the user')
      equal(await lettersOf(store, 'bob'), 'h', 'the sessions of the other')
      const gone = { replaces: ofBob('g').id, limit: limitOf(1, 'revoke-oldest') }
      equal(await store.insert(record('d'), gone), null, 'a session that is gone')
      equal(await lettersOf(store), 'bc', 'nothing was revoked')
    },
  },
  {
    name: 'returns null for a user that does not exist, whatever the limit',
    promise: 'contract',
    async run(store) {
      const record = await recordsFor(store)
      for (const onLimit of ['refuse', 'revoke-oldest'] as const) {
        equal(await store.insert(record('a'), { limit: limitOf(1, onLimit) }), null, onLimit)
      }
    },
  },
  ...(['refuse', 'revoke-oldest'] as const).map((onLimit): WrittenCase => ({
    name: `holds a limit during ${SIGN_INS} concurrent sign-ins (${onLimit})`,
    promise: 'contract',
    async run(store) {
      const record = await withSessions(store, 'a')
      const signIns = Array.from({ length: SIGN_INS }, (_, index) => {
        const id = `s${String(index).padStart(21, '0')}`
        return store.insert(record('s', { id, createdAt: NOW + 1 + index }), {
          limit: limitOf(3, onLimit),
        })
      })
      const results = await Promise.allSettled(signIns)
      const refused = results.flatMap((result) =>
        result.status === 'rejected' ? [(result.reason as { code?: unknown }).code] : [],
      )
      const expected = onLimit === 'refuse' ? SIGN_INS - 2 : 0
      equal(refused, Array(expected).fill(REFUSED), 'the refused sign-ins')
      equal((await store.listByUser('ada')).length, 3, 'the sessions')
    },
  })),
]
