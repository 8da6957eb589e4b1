/** Sessions and users in any SQL engine. */
import {
  AuthError,
  type Consistency,
  type InsertOptions,
  type SessionAndUser,
  type SessionRecord,
  type Store,
  type StoreCall,
  type UserRecord,
} from '@limen/core'
import { sessionLimitReached } from '@limen/core/store-kit'
import { checkedId } from './checked-id.ts'
import { checkDriver } from './checks.ts'
import type { EngineError } from './dialects/dialect.ts'
import { dialects } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'
import { engineCalls } from './engine-calls.ts'
import { exampleOf, isCanonicalId } from './id-type.ts'
import type { SqlLayout } from './layout.ts'
import { resolvedLayout } from './resolved-layout.ts'
import type { Statement } from './sql.ts'
import { statementsOver } from './statements.ts'

/** What fails, as a message says it after `Cannot`. */
const CALLS: Readonly<Record<StoreCall, string>> = {
  read: 'read a session',
  insert: 'create a session',
  renew: 'renew a session',
  update: "update a session's attributes",
  delete: 'delete a session',
  deleteByUser: "delete a user's sessions",
  listByUser: "list a user's sessions",
  deleteExpired: 'delete expired sessions',
  createUser: 'create a user',
  readUser: 'read a user',
  updateUser: "update a user's attributes",
  deleteUser: 'delete a user',
}

/**
 * Stores sessions and users in a SQL engine.
 *
 * Every call is one statement, and so atomic without a transaction. There are four exceptions. A
 * sign-in that replaces a session, or that a limit applies to, is a transaction of two to four
 * statements. In PostgreSQL, MySQL and MariaDB, `deleteByUser` is a transaction of two: the first locks
 * the user's row. In MySQL, which has no `RETURNING`, any other sign-in is two statements: the first
 * reads the user. In MySQL and MariaDB, `createUser` with a taken id is two.
 *
 * The tables come from `migrations()`. Deleting a user deletes its sessions through their foreign key,
 * which the engine must enforce.
 *
 * A call rejects with `AUTH_STORE_REJECTED` where the engine answered and will answer the same again:
 * a missing table, a constraint, a value that does not fit. It rejects with `AUTH_STORE_UNAVAILABLE`
 * where the same call can succeed later. The message has the engine's first line, without values.
 *
 * @param driver The engine, through a driver of this package or your own.
 * @param layout Names of tables and columns, where they are not the defaults; and columns for
 * attributes, so that your own user table can serve.
 * @returns The store for `limen({ store })`. With columns for attributes, a call rejects with
 * `AUTH_INVALID_ATTRIBUTES`, and nothing is stored, where an attribute has no column or a value that
 * does not fit; and with `AUTH_STORE_REJECTED` where a column holds a number that would be rounded.
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or the layout can never work.
 *
 * @example
 * const auth = limen({
 *   store: sqlStore<{ name: string }, { device: string }>(nodeSqlite(db)),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function sqlStore<UserAttributes = object, SessionAttributes = object>(
  driver: SqlDriver,
  layout?: SqlLayout<UserAttributes, SessionAttributes>,
): Store<UserAttributes, SessionAttributes> {
  type User = UserRecord<UserAttributes>
  type Found = SessionAndUser<UserAttributes, SessionAttributes>
  checkDriver('sqlStore', driver)
  const dialect = dialects[driver.dialect]
  const resolved = resolvedLayout(driver.dialect, layout)
  const statements = statementsOver(resolved, dialect)
  const { idType } = resolved.user

  const engine = engineCalls(driver, dialect)
  const query = (call: StoreCall, statement: Statement, consistency?: Consistency) =>
    engine.query(CALLS[call], statement, consistency)
  const change = (call: StoreCall, statement: Statement) => engine.change(CALLS[call], statement)
  /** Whether a user can have that id: a uuid column has none named `ada`. */
  const canExist = (userId: string) => isCanonicalId(dialect, idType, checkedId(userId))

  const readUser = async (userId: string): Promise<User | null> => {
    if (!canExist(userId)) return null
    const [row] = await query('readUser', statements.readUser(userId))
    return row ? (statements.userIn(userId, row) as User) : null
  }

  /** Inserts in one transaction. Each statement has its own conditions: the client decides nothing in between. */
  const insertWith = async (
    session: SessionRecord<SessionAttributes>,
    { replaces, limit }: InsertOptions,
  ): Promise<User | null> => {
    const { lockFirst, returning } = dialect.statements
    const refuses = limit?.onLimit === 'refuse'
    const find = { ...statements.findUser(session.userId, replaces), returnsRows: true }
    const insert = {
      ...statements.insert(session, { replaces, limit }),
      returnsRows: returning,
    }
    const deletions = [
      ...(replaces === undefined ? [] : [statements.deleteReplaced(replaces, session.id)]),
      ...(limit && !refuses ? [statements.deleteOldest(session, limit)] : []),
    ].map((statement) => ({ ...statement, returnsRows: false }))
    // Where there are no locks, only a refusal needs to know whether there is such a user.
    const found = lockFirst || refuses ? [find] : []
    const results = await engine.transaction(CALLS.insert, [...found, insert, ...deletions])
    const inserted = results[found.length]!
    const [first] = results[0]!.rows
    if (first && refuses && inserted.count === 0) throw sessionLimitReached(limit.most)
    if (inserted.count === 0) return null
    // Between the two statements, another client can create the user or the session to replace.
    const row = returning ? inserted.rows[0] : first
    return row ? (statements.userIn(session.userId, row) as User) : readUser(session.userId)
  }

  return {
    async read(sessionId, { consistency }) {
      const [row] = await query('read', statements.read(checkedId(sessionId)), consistency)
      return row ? (statements.foundIn(row) as Found) : null
    },

    async insert(session, options = {}) {
      checkedId(session.id)
      const { replaces, limit } = options
      if (replaces !== undefined) checkedId(replaces)
      if (!canExist(session.userId)) return null
      if (replaces !== undefined || limit) return insertWith(session, options)
      const statement = statements.insert(session)
      if (dialect.statements.returning) {
        const [row] = await query('insert', statement)
        return row ? (statements.userIn(session.userId, row) as User) : null
      }
      // Read first: a user who is deleted after the insert existed when the session was created.
      const user = await readUser(session.userId)
      return user && (await change('insert', statement)) > 0 ? user : null
    },

    renew: async (sessionId, deadlines) =>
      (await change('renew', statements.renew(checkedId(sessionId), deadlines))) > 0,

    update: async (sessionId, attributes) =>
      (await change('update', statements.update(checkedId(sessionId), attributes))) > 0,

    async delete(sessionId) {
      await change('delete', statements.delete(checkedId(sessionId)))
    },

    async deleteByUser(userId, { except }) {
      if (!canExist(userId)) return
      const deletion = statements.deleteByUser(userId, checkedId(except ?? ''))
      const { lockUser } = statements
      if (!lockUser) {
        await change('deleteByUser', deletion)
        return
      }
      // A deletion that waits for a session that is being replaced does not see the one that replaces
      // it. So wait for the transactions of the user's sign-ins before the deletion begins.
      await engine.transaction(CALLS.deleteByUser, [
        { ...lockUser(userId), returnsRows: true },
        { ...deletion, returnsRows: false },
      ])
    },

    async listByUser(userId) {
      if (!canExist(userId)) return []
      const rows = await query('listByUser', statements.listByUser(userId))
      return rows.map((row) => statements.foundIn(row) as Found)
    },

    deleteExpired: async ({ now, limit }) =>
      change('deleteExpired', statements.deleteExpired(now, limit)),

    async createUser({ id, attributes }) {
      if (!canExist(id)) {
        throw new AuthError(
          'AUTH_CONFIG',
          `layout.user.idType is "${idType}": pass a userId in that form to createUser(), such as ${exampleOf(idType!)}`,
        )
      }
      try {
        return (await change('createUser', statements.createUser(id, attributes as object))) > 0
      } catch (error) {
        const cause = Object((error as Error).cause) as EngineError
        // A duplicate in another unique column of the app's own table is a failure.
        if (dialect.failures.isDuplicate?.(cause) && (await readUser(id))) return false
        throw error
      }
    },

    readUser,

    async updateUser(userId, attributes) {
      if (!canExist(userId)) return false
      return (await change('updateUser', statements.updateUser(userId, attributes))) > 0
    },

    async deleteUser(userId) {
      if (canExist(userId)) await change('deleteUser', statements.deleteUser(userId))
    },
  }
}
