/** What the store must do on every server; each of their test files calls it. */
import {
  type CaseSession,
  type CaseUser,
  type Subject,
  recordsFor,
  storeSuite,
} from '@limen/conformance'
import type { Store } from '@limen/core'
import { describe, expect, inject, it } from 'vitest'
import { type SqlDialect, type SqlLayout, migrate, sqlStore } from '../src/index.ts'
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

      it.each(['read committed', 'repeatable read'])(
        'P2: deleteByUser() deletes a session that is replacing another one, where the default isolation level is %s',
        async (level) => {
          const database = await engine.open()
          const { maker } = database
          await migrate(maker)
          const [first, second] = [database.connect(1), database.connect(1)]
          await second.batch([isolated(maker.dialect, level)])
          const [signingIn, revoking] = [first, second].map((driver) =>
            sqlStore<CaseUser, CaseSession>(driver),
          ) as [Store<CaseUser, CaseSession>, Store<CaseUser, CaseSession>]
          const record = await recordsFor(signingIn)
          const ada = { id: 'ada', attributes: { name: 'Ada' } }
          await signingIn.createUser(ada)
          // InnoDB finds a new session whose key follows that of the row for which it waits.
          const [created, replaced] = [record('a'), record('b')]
          await signingIn.insert(replaced)
          await maker.batch(slowInsert[maker.dialect as keyof typeof slowInsert])

          const signIn = signingIn.insert(created, { replaces: replaced.id })
          const unlocked = `select id from limen_session where id = '${replaced.id}' for update skip locked`
          while ((await maker.query(unlocked, [])).length > 0);
          await revoking.deleteByUser('ada', {})

          expect(await signIn).toEqual(ada)
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
      it.each(storeSuite(subject, { histories: 50, ...inject('soak') }))('$name', ({ run }) =>
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

/** Sets the isolation level of the transactions of a connection that name none. */
const isolated = (dialect: SqlDialect, level: string) =>
  dialect === 'postgres'
    ? `set session characteristics as transaction isolation level ${level}`
    : `set session transaction isolation level ${level}`

/** Makes the insert of a session take 300 ms: a replacement has locked the old one before it. */
const slowInsert = {
  postgres: [
    'create function wait() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return new; end $$',
    'create trigger slow before insert on limen_session for each row execute function wait()',
  ],
  mariadb: ['create trigger slow before insert on limen_session for each row do sleep(0.3)'],
}
