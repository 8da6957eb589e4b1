/** Sessions in Limen's table, beside those in Lucia's that have not been moved. */
import type { Store } from '@limen/core'
import { checkedId } from '@limen/sql/sql-kit'
import type { LuciaDatabase } from './database.ts'

/** Limen's store, whose revocations also delete the sessions in Lucia's table. */
export function upgradedStore(database: LuciaDatabase): Store<unknown, unknown> {
  const { store, theirs, own, canExist } = database
  return {
    ...store,
    async deleteByUser(userId, { except = '' }) {
      if (!canExist(userId)) return
      await database.change("delete a user's sessions", [
        // First: it waits for a session that is being moved, which the next statement then finds.
        theirs?.deleteByUser(userId, ''),
        own.deleteByUser(userId, checkedId(except)),
      ])
    },
    deleteUser: (userId) => database.deleteUser(userId),
  }
}
