/** What the store must do on every server; each of their test files calls it. */
import { type CaseSession, type CaseUser, type Subject, storeSuite } from '@limen/conformance'
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
