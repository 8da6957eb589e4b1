/** Sessions in Lucia's own table: what the app uses before the upgrade. */
import { AuthError, type InsertOptions, type Store } from '@limen/core'
import { sessionLimitReached, sha256 } from '@limen/core/store-kit'
import { checkedId } from '@limen/sql/sql-kit'
import { type LuciaDatabase, changing, reading } from './database.ts'
import type { FoundLuciaSession, LuciaSession, LuciaStatements } from './lucia-statements.ts'
import { isCreatedId } from './lucia-token.ts'
import { extensionMissing } from './messages.ts'

/** Stores sessions in Lucia's table, so that Lucia reads them too. A session's id is its token. */
export function luciaStore(
  database: LuciaDatabase,
  statements: LuciaStatements,
): Store<unknown, unknown> {
  const { tables, engine, store: users, canExist } = database

  const withHash = async ({ session, user }: FoundLuciaSession) => ({
    session: { ...session, secretHash: await sha256(session.id) },
    user,
  })

  /** Each statement has its own conditions, so the transaction needs no decision of the client's. */
  const insertWith = async (
    session: LuciaSession,
    { replaces, limit }: InsertOptions,
  ): Promise<boolean> => {
    const refuses = limit?.onLimit === 'refuse'
    const replaced = replaces === undefined ? undefined : statements.lock(checkedId(replaces))
    const locks = [statements.lockUser(session.userId), ...(replaced ? [replaced] : [])]
    const deletions = [
      ...(replaces === undefined ? [] : [statements.deleteReplaced(replaces, session.id)]),
      ...(limit && !refuses ? [statements.deleteOldest(session, limit)] : []),
    ]
    const results = await engine.transaction('create a session', [
      ...locks.map(reading),
      changing(statements.insert(session, { replaces, limit })),
      ...deletions.map(changing),
    ])
    const isStored = results[locks.length]!.count > 0
    const isFound = results.slice(0, locks.length).every(({ count }) => count > 0)
    if (!isStored && isFound && refuses) throw sessionLimitReached(limit.most)
    return isStored
  }

  return {
    async read(id) {
      const [row] = await engine.query('read a session', statements.read(checkedId(id)))
      return row ? withHash(statements.foundIn(row)) : null
    },

    async insert(session, options = {}) {
      if (!isCreatedId(session.id)) {
        throw new AuthError('AUTH_CONFIG', extensionMissing(tables.call))
      }
      if (!canExist(session.userId)) return null
      const user = await users.readUser(session.userId)
      if (!user) return null
      const { replaces, limit } = options
      const isStored =
        replaces !== undefined || limit
          ? await insertWith(session, options)
          : (await engine.change('create a session', statements.insert(session, {}))) > 0
      return isStored ? user : null
    },

    renew: async (id, deadlines) =>
      (await engine.change('renew a session', statements.renew(checkedId(id), deadlines))) > 0,

    async update(id, attributes) {
      const statement = statements.update(checkedId(id), attributes as object)
      return (await engine.change("update a session's attributes", statement)) > 0
    },

    async delete(id) {
      await engine.change('delete a session', statements.delete(checkedId(id)))
    },

    async deleteByUser(userId, { except = '' }) {
      if (!canExist(userId)) return
      const statement = statements.deleteByUser(userId, checkedId(except))
      await engine.change("delete a user's sessions", statement)
    },

    async listByUser(userId) {
      if (!canExist(userId)) return []
      const rows = await engine.query("list a user's sessions", statements.listByUser(userId))
      return Promise.all(rows.map((row) => withHash(statements.foundIn(row))))
    },

    deleteExpired: ({ now, limit }) =>
      engine.change('delete expired sessions', statements.deleteExpired(now, limit)),

    createUser: (user) => users.createUser(user),
    readUser: (userId) => users.readUser(userId),
    updateUser: (userId, attributes) => users.updateUser(userId, attributes as object),
    deleteUser: (userId) => database.deleteUser(userId),
  }
}
