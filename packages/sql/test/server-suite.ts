/** What the store must do on every server; each of their test files calls it. */
import {
  type CaseSession,
  type CaseUser,
  type Subject,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import { describe, expect, inject, it } from 'vitest'
import { type SqlLayout, migrate, sqlStore } from '../src/index.ts'
import type { ServerEngine } from './engines.ts'
import { knownExceptionsOfColumns, ownLayout, ownTable } from './own-tables.ts'
import { races } from './races.ts'

/** Describes the store on a server. Without an engine it is skipped, and the closing line reports that. */
export function describeStore(server: string, engines: readonly ServerEngine[]): void {
  if (engines.length === 0) describe.skip(`sqlStore() in ${server}`, () => {})
  for (const engine of engines) {
    describe(`sqlStore() in ${engine.name}`, () => {
      const suite = storeSuite(subjectOf(engine), {
        histories: engine.histories,
        ...inject('soak'),
      })
      it.each(suite)('$name', ({ run }) => run())

      it('replaces several attributes in one update, in every order', async () => {
        const database = await engine.open()
        await migrate(database.maker)
        const store = sqlStore<Record<string, number>>(database.connect())
        await store.createUser({ id: 'ada', attributes: { a: 1, b: 1, c: 1 } })
        for (const names of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
          const attributes = Object.fromEntries(names.split('').map((name) => [name, 2]))
          expect(await store.updateUser('ada', attributes)).toBe(true)
          expect(await store.readUser('ada')).toEqual({ id: 'ada', attributes })
        }
        await database.close()
      })

      it.each(levels)(
        'P2: deleteByUser() deletes a session that is replacing another one, where the default isolation level is %s',
        async (level) => {
          const { database, isLocked, connected, ada, record } = await withSlow(
            'insert',
            engine,
            level,
          )
          const [signingIn, revoking] = [connected(), connected()]
          const replaced = record('b')

          const signIn = signingIn.insert(record('a'), { replaces: replaced.id })
          await isLocked(replaced.id)
          await revoking.deleteByUser('ada', {})

          expect(await signIn).toEqual(ada)
          expect(await signingIn.listByUser('ada')).toEqual([])
          await database.close()
        },
      )

      it.each(levels)(
        'P2: no session is replaced while deleteByUser() waits for another one, where the default isolation level is %s',
        async (level) => {
          const { database, isLocked, connected, record } = await withSlow('update', engine, level)
          const [renewing, revoking, signingIn] = [connected(), connected(), connected()]
          const [renewed, replaced] = [record('b'), record('c')]

          const renewal = renewing.renew(renewed.id, renewed)
          await isLocked(renewed.id)
          const revocation = revoking.deleteByUser('ada', {})
          await new Promise((resolve) => setTimeout(resolve, 100))
          // InnoDB has read past the place of this key when it waits.
          await signingIn.insert(record('a'), { replaces: replaced.id })

          await Promise.all([renewal, revocation])
          expect(await signingIn.listByUser('ada')).toEqual([])
          await database.close()
        },
      )

      it.each(races)('$name', async ({ run }) => {
        const database = await engine.open()
        await migrate(database.maker)
        const clients = Array.from({ length: 8 }, () =>
          sqlStore<CaseUser, CaseSession>(database.connect(1)),
        )
        await run(clients)
        await database.close()
      })
    })

    describe(`sqlStore() over columns in ${engine.name}`, () => {
      const subject = { ...subjectOf(engine, ownLayout), knownExceptions: knownExceptionsOfColumns }
      it.each(storeSuite(subject, { histories: 25, ...inject('soak') }))('$name', ({ run }) =>
        run(),
      )
    })
  }
}

function subjectOf(engine: ServerEngine, layout?: SqlLayout<CaseUser, CaseSession>): Subject {
  return {
    async open() {
      const database = await engine.open()
      if (layout) await database.maker.batch([ownTable(database.maker.dialect)])
      await migrate(database.maker, layout)
      return {
        connect: (pace) => sqlStore(pace(database.connect()), layout),
        close: () => database.close(),
      }
    },
  }
}

const levels = ['read committed', 'repeatable read']

/**
 * A database with a user who has the sessions `b` and `c`. From then on, each insert or update of a
 * session takes 400 ms, in which what its transaction has locked stays locked.
 */
async function withSlow(write: 'insert' | 'update', engine: ServerEngine, level: string) {
  const database = await engine.open()
  const { maker } = database
  await migrate(maker)
  const store = sqlStore<CaseUser, CaseSession>(maker)
  const record = await recordsFor(store)
  const ada = { id: 'ada', attributes: { name: 'Ada' } }
  await store.createUser(ada)
  for (const letter of ['b', 'c']) await store.insert(record(letter))
  const slow = `create trigger slow ${write === 'insert' ? 'before' : 'after'} ${write} on limen_session for each row`
  await maker.batch(
    maker.dialect === 'postgres'
      ? [
          'create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.4); return new; end $$',
          `${slow} execute function wait()`,
        ]
      : [`${slow} do sleep(0.4)`],
  )
  const session = maker.dialect === 'postgres' ? 'session characteristics as' : 'session'
  const drivers = Array.from({ length: 3 }, () => database.connect(1))
  for (const driver of drivers) {
    await driver.batch([`set ${session} transaction isolation level ${level}`])
  }
  return {
    database,
    ada,
    record,
    /** A store with a connection of its own. */
    connected: () => sqlStore<CaseUser, CaseSession>(drivers.pop()!),
    /** Resolves when a transaction has locked a session. */
    isLocked: async (id: string) => {
      const unlocked = `select id from limen_session where id = '${id}' for update skip locked`
      while ((await maker.query(unlocked, [])).length > 0);
    },
  }
}
