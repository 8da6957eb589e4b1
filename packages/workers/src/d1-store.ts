/** Stores sessions and users in D1: one statement for each call. */
import type { Store } from '@limen/core'
import { firstLineOf, storeFailure } from '@limen/core/store-kit'
import * as sqlite from '@limen/sql/sqlite'
import { checkBinding } from './check.ts'
import { D1_BINDING, missingTable } from './messages.ts'

const TOO_LARGE = /SQLITE_TOOBIG/
const REJECTED = /SQLITE_(ERROR|CONSTRAINT)|TYPE_ERROR/

/**
 * Stores sessions and users in D1.
 *
 * Attributes are stored as JSON. The tables come from the migrations in this package: copy them, or
 * point `migrations_dir` of the D1 binding at `node_modules/@limen/workers/migrations`. With read
 * replicas, an eventual read can come from a replica; a session that is not found there is read again
 * from the primary.
 *
 * @param db The D1 binding, such as `env.DB`.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_STORE_REJECTED` where D1
 * refuses the same call each time, such as a missing table; with `AUTH_RECORD_TOO_LARGE` for
 * attributes that exceed a row; and with `AUTH_STORE_UNAVAILABLE` otherwise.
 * @throws {AuthError} `AUTH_CONFIG` when it is not given a D1 binding.
 * @see {@link https://developers.cloudflare.com/d1/best-practices/read-replication/ D1 read replication}
 *
 * @example
 * const auth = limen({
 *   store: d1Store<{ name: string }, { device: string }>(env.DB),
 *   getUserAttributes: ({ name }) => ({ name }),
 * })
 */
export function d1Store<UserAttributes = object, SessionAttributes = object>(
  db: sqlite.D1,
): Store<UserAttributes, SessionAttributes> {
  checkBinding('d1Store', D1_BINDING, db, 'prepare', 'withSession')

  async function run<Row>(
    statement: string,
    values: readonly unknown[],
    connection: sqlite.D1Connection = db,
  ): Promise<sqlite.D1Answer<Row>> {
    try {
      return await connection
        .prepare(statement)
        .bind(...values)
        .all<Row>()
    } catch (cause) {
      // D1 repeats a value whose type it does not take.
      const [line] = firstLineOf(cause).split(' for value')
      const message = /no such/.test(line!) ? missingTable(line!) : line!
      throw storeFailure(message, TOO_LARGE, REJECTED, cause)
    }
  }
  const change = async (statement: string, ...values: readonly unknown[]) =>
    (await run(statement, values)).meta.changes
  const matches = async (statement: string, ...values: readonly unknown[]) =>
    (await change(statement, ...values)) > 0

  return {
    async read(sessionId, { consistency }) {
      const find = (constraint: 'first-unconstrained' | 'first-primary') =>
        run<sqlite.FoundRow>(sqlite.READ, [sessionId], db.withSession(constraint))
      let { results, meta } = await find(
        consistency === 'strong' ? 'first-primary' : 'first-unconstrained',
      )
      if (!results[0] && consistency === 'eventual' && !meta.served_by_primary) {
        ;({ results } = await find('first-primary'))
      }
      return results.map((row) => sqlite.foundIn<UserAttributes, SessionAttributes>(row))[0] ?? null
    },

    insert: async (session) => {
      const values = sqlite.insertValues(session, JSON.stringify(session.attributes))
      return sqlite.userIn(
        session.userId,
        (await run<sqlite.UserRow>(sqlite.INSERT, values)).results,
      )
    },

    renew: (sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) =>
      matches(sqlite.RENEW, activePeriodExpiresAt, idlePeriodExpiresAt, sessionId),

    update: (sessionId, attributes) =>
      matches(sqlite.UPDATE, ...sqlite.mergeValues(attributes), sessionId),

    async delete(sessionId) {
      await change(sqlite.DELETE, sessionId)
    },

    async deleteByUser(userId, { except = '' }) {
      await change(sqlite.DELETE_BY_USER, userId, except)
    },

    listByUser: async (userId) =>
      (await run<sqlite.FoundRow>(sqlite.LIST_BY_USER, [userId])).results.map((row) =>
        sqlite.foundIn(row),
      ),

    deleteExpired: ({ now, limit }) => change(sqlite.DELETE_EXPIRED, now, limit),

    createUser: ({ id, attributes }) => matches(sqlite.CREATE_USER, id, JSON.stringify(attributes)),

    readUser: async (userId) =>
      sqlite.userIn(userId, (await run<sqlite.UserRow>(sqlite.READ_USER, [userId])).results),

    updateUser: (userId, attributes) =>
      matches(sqlite.UPDATE_USER, ...sqlite.mergeValues(attributes), userId),

    async deleteUser(userId) {
      await change(sqlite.DELETE_USER, userId)
    },
  }
}
