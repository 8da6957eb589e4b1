/** Sessions in Limen's table, beside those in a table that the app wrote by a guide. */
import type { Extension, Store } from '@limen/core'
import { checkedId } from '@limen/sql/sql-kit'
import { admitting } from './after-upgrade.ts'
import type { LuciaDatabase } from './database.ts'
import type { GuideFormat } from './guide-formats.ts'
import { guideStatements } from './guide-statements.ts'
import type { FoundLuciaSession } from './lucia-statements.ts'

/** Admits visitors with the old cookie or token. */
export function guideExtension(database: LuciaDatabase, format: GuideFormat): Extension {
  const { parse, newId } = format
  return admitting(database, { parse, movedId: async (id) => newId(id) }, () => ({}))
}

/** Limen's store, whose revocations also delete the sessions that were not moved. */
export function guideStore(
  database: LuciaDatabase,
  { newId, oldIds }: GuideFormat,
): Store<unknown, unknown> {
  const { engine, store, theirs, own, canExist } = database
  const statements = theirs && guideStatements(theirs)
  /** A session that was not moved, as it will be: its secret is not known before. */
  const asMoved = ({ session, user }: FoundLuciaSession) => ({
    session: { ...session, id: newId(session.id), secretHash: '' },
    user,
  })
  return {
    ...store,

    async read(id, options) {
      const moved = await store.read(id, options)
      // For `getSession()` of a listed session, and for the owner of one that is revoked.
      if (moved || !statements || options.consistency === 'eventual') return moved
      const statement = statements.read(oldIds(checkedId(id)))
      const [row] = await engine.query('read an old session', statement)
      return row ? asMoved(theirs!.foundIn(row)) : store.read(id, options)
    },

    async delete(id) {
      const isMoved = (await engine.change('delete a session', own.delete(checkedId(id)))) > 0
      if (isMoved || !statements) return
      await database.change('delete a session', [
        // First: it waits for a session that is being moved, which the next statement then finds.
        statements.delete(oldIds(id)),
        own.delete(checkedId(id)),
      ])
    },

    async deleteByUser(userId, { except }) {
      if (!canExist(userId)) return
      await database.change("delete a user's sessions", [
        except === undefined
          ? theirs?.deleteByUser(userId, '')
          : statements?.deleteOthers(userId, oldIds(except)),
        own.deleteByUser(userId, checkedId(except ?? '')),
      ])
    },

    async listByUser(userId) {
      if (!theirs || !canExist(userId)) return store.listByUser(userId)
      // First: a session that is moved in between is then found by the second query.
      const rows = await engine.query("list a user's old sessions", theirs.listByUser(userId))
      const listed = await store.listByUser(userId)
      const moved = new Set(listed.map(({ session }) => session.id))
      const others = rows
        .map((row) => asMoved(theirs.foundIn(row)))
        .filter(({ session }) => !moved.has(session.id))
      return [...others, ...listed]
    },

    deleteUser: (userId) => database.deleteUser(userId),
  }
}
