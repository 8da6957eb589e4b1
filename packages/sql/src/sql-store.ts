/** Sessions and users in any SQL engine: one statement for each call. */
import type { Consistency, SessionAndUser, Store, UserRecord } from '@limen/core'
import { dialects } from './dialect.ts'
import type { SqlDriver, SqlRow, SqlValue } from './driver.ts'
import { failure } from './failure.ts'
import { isAsWritten } from './id-type.ts'
import { type SqlLayout, refuse, settle } from './layout.ts'
import { type Sql, rendered } from './sql.ts'
import { statementsOf } from './statements.ts'

/** How MySQL and MariaDB say that a unique column has the value already. */
const DUPLICATE = 1062

/**
 * Keeps sessions and users in a SQL engine.
 *
 * Every call is one statement, and so atomic without a transaction. MySQL alone cannot say what it
 * found on an insert: there a sign-in costs one more before it, which reads the user. A new user
 * whose id is taken costs one more in MySQL and MariaDB. The tables come from `migrations()`.
 * Deleting a user deletes its sessions through their foreign key, which the engine must enforce.
 *
 * @param driver The engine, through a driver of this package or your own.
 * @param layout Names of tables and columns, where they are not the defaults; and columns for
 * attributes, so that your own user table can serve.
 * @returns The store for `limen({ store })`. With columns for attributes, a call rejects with
 * `AUTH_CONFIG`, and nothing is kept, where an attribute has no column or a value that does not fit.
 * @throws {AuthError} `AUTH_CONFIG` when the layout could never work.
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
  const settled = settle(driver.dialect, layout)
  const statements = statementsOf(driver.dialect, settled)
  const { returning } = dialects[driver.dialect]

  const ask = async <Answer>(
    statement: Sql,
    send: (text: string, values: readonly SqlValue[]) => Promise<Answer>,
  ): Promise<Answer> => {
    const [text, values] = rendered(statement, driver.dialect)
    try {
      return await send(text, values)
    } catch (cause) {
      throw failure(cause, values)
    }
  }
  const query = (statement: Sql, consistency?: Consistency) =>
    ask(statement, (text, values) => driver.query(text, values, consistency))
  const change = (statement: Sql) => ask(statement, (text, values) => driver.change(text, values))

  const userOf = (row: SqlRow | undefined): User | null => {
    const user = JSON.parse((row?.found ?? 'null') as string)
    return user && { ...user, attributes: statements.user.parsed(user.attributes) }
  }
  const foundOf = (row: SqlRow): Found => {
    const { session, user } = JSON.parse(row.found as string)
    return {
      session: { ...session, attributes: statements.session.parsed(session.attributes) },
      user: { ...user, attributes: statements.user.parsed(user.attributes) },
    }
  }
  const readUser = async (userId: string) => userOf((await query(statements.readUser(userId)))[0])

  return {
    async read(sessionId, { consistency }) {
      const [row] = await query(statements.read(sessionId), consistency)
      return row ? foundOf(row) : null
    },

    async insert(session) {
      const statement = statements.insert(session)
      if (returning) return userOf((await query(statement))[0])
      // Read before: a user who is deleted after the insert was there when it was made.
      const user = await readUser(session.userId)
      return user && (await change(statement)) > 0 ? user : null
    },

    renew: async (sessionId, deadlines) =>
      (await change(statements.renew(sessionId, deadlines))) > 0,

    update: async (sessionId, attributes) =>
      (await change(statements.update(sessionId, attributes))) > 0,

    async delete(sessionId) {
      await change(statements.delete(sessionId))
    },

    async deleteByUser(userId, { except = '' }) {
      await change(statements.deleteByUser(userId, except))
    },

    async listByUser(userId) {
      return (await query(statements.listByUser(userId))).map(foundOf)
    },

    deleteExpired: ({ now, limit }) => change(statements.deleteExpired(now, limit)),

    async createUser({ id, attributes }) {
      const { idType } = settled.user
      if (!isAsWritten(idType, id)) refuse(`the user's id is not as ${idType} is written`)
      try {
        return (await change(statements.createUser(id, attributes as object))) > 0
      } catch (error) {
        // It may have been another unique column of your own table: that is a failure.
        const isDuplicate = (error as { errno?: unknown }).errno === DUPLICATE
        if (isDuplicate && (await readUser(id))) return false
        throw error
      }
    },

    readUser,

    updateUser: async (userId, attributes) =>
      (await change(statements.updateUser(userId, attributes))) > 0,

    async deleteUser(userId) {
      await change(statements.deleteUser(userId))
    },
  }
}
