/** What a store must do to limit the sessions of a user. */
import type { SessionLimit } from '@limen/core'
import { equal } from './expect.ts'
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

/** Stores sessions of `ada`, each created a millisecond after the one before. */
async function withSessions(store: CaseStore, letters: string) {
  const record = await recordsFor(store)
  await store.createUser(ada)
  for (const [index, letter] of [...letters].entries()) {
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

/** What the call rejects with: its code. */
async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  )
}

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
      const refused = store.insert(record('d'), { limit: limitOf(3, 'refuse') })
      equal(await codeOf(refused), 'AUTH_SESSION_LIMIT', 'at the limit')
      const above = store.insert(record('d'), { limit: limitOf(1, 'refuse') })
      equal(await codeOf(above), 'AUTH_SESSION_LIMIT', 'above the limit')
      equal(await lettersOf(store), 'abc', 'the sessions')
      equal(await store.insert(record('d'), { limit: limitOf(4, 'refuse') }), ada, 'below')
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
      const options = { limit: limitOf(2, 'refuse', NOW + 15 * DAY) }
      const added = record('c', { createdAt: NOW + 15 * DAY, idlePeriodExpiresAt: NOW + 30 * DAY })
      equal(await store.insert(added, options), ada, 'the others expire at this time')
      const last = { limit: limitOf(1, 'refuse', NOW + 15 * DAY) }
      equal(await codeOf(store.insert(record('d'), last)), 'AUTH_SESSION_LIMIT', 'a valid one')
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
      equal(await codeOf(store.insert(record('d'), other)), 'AUTH_SESSION_LIMIT', 'refused')
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
      await store.insert(record('g', { userId: 'bob' }))
      const options = {
        replaces: record('g', { userId: 'bob' }).id,
        limit: limitOf(2, 'revoke-oldest'),
      }
      equal(await store.insert(record('c', { createdAt: NOW + 9 }), options), ada, 'insert')
      equal(await lettersOf(store), 'bc', 'the sessions of the user')
      equal(await lettersOf(store, 'bob'), '', 'the sessions of the other')
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
      equal(refused, Array(expected).fill('AUTH_SESSION_LIMIT'), 'the refused sign-ins')
      equal((await store.listByUser('ada')).length, 3, 'the sessions')
    },
  })),
]
