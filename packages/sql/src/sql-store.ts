/** Sessions and users in any SQL engine: one statement for each call. */
import {
  AuthError,
  type Consistency,
  type SessionAndUser,
  type Store,
  type UserRecord,
} from '@limen/core'
import { checkDriver } from './checks.ts'
import type { EngineError } from './dialects/dialect.ts'
import { dialects } from './dialects/index.ts'
import type { SqlDriver } from './driver.ts'
import { type Call, failure } from './failure.ts'
import { exampleOf, isCanonicalId } from './id-type.ts'
import type { SqlLayout } from './layout.ts'
import { resolvedLayout } from './resolved-layout.ts'
import type { Statement } from './sql.ts'
import { statementsOver } from './statements.ts'

/**
 * Stores sessions and users in a SQL engine.
 *
 * Every call is one statement, and so atomic without a transaction. There are two exceptions. In
 * MySQL, which has no `RETURNING`, a sign-in is two statements: the first reads the user. In MySQL and
 * MariaDB, `createUser` with a taken id is two. The tables come from `migrations()`. Deleting a user
 * deletes its sessions through their foreign key, which the engine must enforce.
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

  const query = async (
    call: Call,
    { text, values, once }: Statement,
    consistency?: Consistency,
  ) => {
    try {
      return await driver.query(text, values, consistency, once)
    } catch (cause) {
      throw failure(call, cause, values, dialect)
    }
  }
  const change = async (call: Call, { text, values, once }: Statement) => {
    try {
      return await driver.change(text, values, once)
    } catch (cause) {
      throw failure(call, cause, values, dialect)
    }
  }
  /** Whether a user can have that id: a uuid column has none named `ada`. */
  const canExist = (userId: string) => isCanonicalId(dialect, idType, checkedId(userId))

  const readUser = async (userId: string): Promise<User | null> => {
    if (!canExist(userId)) return null
    const [row] = await query('readUser', statements.readUser(userId))
    return row ? (statements.userIn(userId, row) as User) : null
  }

  return {
    async read(sessionId, { consistency }) {
      const [row] = await query('read', statements.read(checkedId(sessionId)), consistency)
      return row ? (statements.foundIn(row) as Found) : null
    },

    async insert(session) {
      checkedId(session.id)
      if (!canExist(session.userId)) return null
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
      await change('deleteByUser', statements.deleteByUser(userId, checkedId(except ?? '')))
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

/**
 * Checks that an id is text: to MariaDB, every text that does not begin with a digit equals 0.
 *
 * @throws {AuthError} `AUTH_STORE_REJECTED` when it is not.
 */
function checkedId(id: unknown): string {
  if (typeof id === 'string') return id
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `An id must be text (got ${id === null ? 'null' : `a value of the type ${typeof id}`})`,
  )
}
