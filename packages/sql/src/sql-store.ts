/** Sessions and users in any SQL engine: one statement for each call. */
import {
  AuthError,
  type Consistency,
  type SessionAndUser,
  type Store,
  type UserRecord,
} from '@limen/core'
import { checkDriver } from './client.ts'
import { dialects } from './dialect.ts'
import type { SqlDriver } from './driver.ts'
import { type Call, failure } from './failure.ts'
import { isAsWritten } from './id-type.ts'
import { type SqlLayout, settle } from './layout.ts'
import type { Statement } from './sql.ts'
import { statementsOf } from './statements.ts'

/** How MySQL and MariaDB report that a unique column has the value already. */
const DUPLICATE = 1062

/**
 * Stores sessions and users in a SQL engine.
 *
 * Every call is one statement, and so atomic without a transaction. MySQL alone cannot return what it
 * found on an insert: there a sign-in costs one more before it, which reads the user. A new user
 * whose id is taken costs one more in MySQL and MariaDB. The tables come from `migrations()`.
 * Deleting a user deletes its sessions through their foreign key, which the engine must enforce.
 *
 * A call rejects with `AUTH_STORE_REJECTED` where the engine answered and will answer the same again:
 * a missing table, a constraint, a value that does not fit. It rejects with `AUTH_STORE_UNAVAILABLE`
 * where the same call may succeed later. The message has the engine's first line, without values.
 *
 * @param driver The engine, through a driver of this package or your own.
 * @param layout Names of tables and columns, where they are not the defaults; and columns for
 * attributes, so that your own user table can serve.
 * @returns The store for `limen({ store })`. With columns for attributes, a call rejects with
 * `AUTH_INVALID_ATTRIBUTES`, and nothing is stored, where an attribute has no column or a value that
 * does not fit; and with `AUTH_STORE_REJECTED` where a column holds a number that would be rounded.
 * @throws {AuthError} `AUTH_CONFIG` when the driver is none or the layout could never work.
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
  checkDriver('sqlStore()', driver)
  const { dialect } = driver
  const settled = settle(dialect, layout)
  const statements = statementsOf(dialect, settled)
  const { returning } = dialects[dialect]
  const { idType } = settled.user

  const query = async (call: Call, { text, values, once }: Statement, fresh?: Consistency) => {
    try {
      return await driver.query(text, values, fresh, once)
    } catch (cause) {
      throw failure(call, cause, values)
    }
  }
  const change = async (call: Call, { text, values, once }: Statement) => {
    try {
      return await driver.change(text, values, once)
    } catch (cause) {
      throw failure(call, cause, values)
    }
  }
  /** Whether there can be such a user: a uuid column has none named `ada`. */
  const canBe = (userId: string) => isAsWritten(dialect, idType, checkedId(userId))

  const readUser = async (userId: string): Promise<User | null> => {
    if (!canBe(userId)) return null
    const [row] = await query('readUser', statements.readUser(userId))
    return row ? (statements.userOf(userId, row) as User) : null
  }

  return {
    async read(sessionId, { consistency }) {
      const [row] = await query('read', statements.read(checkedId(sessionId)), consistency)
      return row ? (statements.foundOf(row) as Found) : null
    },

    async insert(session) {
      checkedId(session.id)
      if (!canBe(session.userId)) return null
      const statement = statements.insert(session)
      if (returning) {
        const [row] = await query('insert', statement)
        return row ? (statements.userOf(session.userId, row) as User) : null
      }
      // Read before: a user who is deleted after the insert was there when it was made.
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
      if (!canBe(userId)) return
      await change('deleteByUser', statements.deleteByUser(userId, checkedId(except ?? '')))
    },

    async listByUser(userId) {
      if (!canBe(userId)) return []
      const rows = await query('listByUser', statements.listByUser(userId))
      return rows.map((row) => statements.foundOf(row) as Found)
    },

    deleteExpired: async ({ now, limit }) =>
      change('deleteExpired', statements.deleteExpired(now, limit)),

    async createUser({ id, attributes }) {
      if (!canBe(id)) {
        throw new AuthError(
          'AUTH_CONFIG',
          `layout.user.idType is "${idType}": give createUser() a userId as the engine writes it, such as ${exampleOf(idType!)}`,
        )
      }
      try {
        return (await change('createUser', statements.createUser(id, attributes as object))) > 0
      } catch (error) {
        // It may have been another unique column of your own table: that is a failure.
        const { cause } = error as { cause?: { errno?: unknown } }
        if (cause?.errno === DUPLICATE && (await readUser(id))) return false
        throw error
      }
    },

    readUser,

    async updateUser(userId, attributes) {
      if (!canBe(userId)) return false
      return (await change('updateUser', statements.updateUser(userId, attributes))) > 0
    },

    async deleteUser(userId) {
      if (canBe(userId)) await change('deleteUser', statements.deleteUser(userId))
    },
  }
}

/**
 * An id, which must be text: MariaDB finds every text without a number at its beginning equal to 0.
 *
 * @throws {AuthError} `AUTH_STORE_REJECTED` when it is none.
 */
function checkedId(id: unknown): string {
  if (typeof id === 'string') return id
  throw new AuthError(
    'AUTH_STORE_REJECTED',
    `An id must be text (got ${id === null ? 'null' : `a value of the type ${typeof id}`})`,
  )
}

function exampleOf(idType: string): string {
  return /^uuid/i.test(idType) ? 'crypto.randomUUID()' : "'42'"
}
