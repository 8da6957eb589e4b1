/** Stores sessions and users in D1: one statement for each call. */
import type { Store } from '@limen/core'
import { storeFailure } from '@limen/core/store-kit'
import {
  type D1,
  type D1Answer,
  type D1Connection,
  type FoundRow,
  type UserRow,
  foundIn,
  insertValues,
  mergeValues,
  statements,
  userIn,
} from '@limen/sql/sqlite'
import { checkBinding } from './check.ts'

const MIGRATE = 'Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote'
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
  db: D1,
): Store<UserAttributes, SessionAttributes> {
  checkBinding('d1Store', 'a D1 binding such as env.DB', db, 'prepare', 'withSession')

  async function run<Row>(
    connection: D1Connection,
    statement: string,
    ...values: readonly unknown[]
  ): Promise<D1Answer<Row>> {
    try {
      return await connection
        .prepare(statement)
        .bind(...values)
        .all<Row>()
    } catch (cause) {
      // D1 repeats a value whose type it does not take.
      const [line] = (cause as Error).message.split(' for value')
      const message = /no such/.test(line!) ? `${line}. ${MIGRATE}` : line!
      throw storeFailure(message, TOO_LARGE, REJECTED, cause)
    }
  }
  const change = async (statement: string, ...values: readonly unknown[]) =>
    (await run(db, statement, ...values)).meta.changes

  return {
    async read(sessionId, { consistency }) {
      const find = (constraint: 'first-unconstrained' | 'first-primary') =>
        run<FoundRow>(db.withSession(constraint), statements.read, text(sessionId))
      if (consistency === 'eventual') {
        const { results, meta } = await find('first-unconstrained')
        if (results[0]) return foundIn(results[0])
        if (meta.served_by_primary) return null
      }
      const [row] = (await find('first-primary')).results
      return row ? foundIn(row) : null
    },

    async insert(session) {
      const values = insertValues({
        ...session,
        id: text(session.id),
        userId: text(session.userId),
        attributes: JSON.stringify(session.attributes),
      })
      return userIn(session.userId, (await run<UserRow>(db, statements.insert, ...values)).results)
    },

    renew: async (sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) =>
      (await change(
        statements.renew,
        activePeriodExpiresAt,
        idlePeriodExpiresAt,
        text(sessionId),
      )) > 0,

    update: async (sessionId, attributes) =>
      (await change(statements.update, ...mergeValues(attributes), text(sessionId))) > 0,

    async delete(sessionId) {
      await change(statements.delete, text(sessionId))
    },

    async deleteByUser(userId, { except }) {
      await change(statements.deleteByUser, text(userId), text(except) ?? '')
    },

    async listByUser(userId) {
      const { results } = await run<FoundRow>(db, statements.listByUser, text(userId))
      return results.map((row) => foundIn(row))
    },

    deleteExpired: ({ now, limit }) => change(statements.deleteExpired, now, limit),

    createUser: async ({ id, attributes }) =>
      (await change(statements.createUser, text(id), JSON.stringify(attributes))) > 0,

    readUser: async (userId) =>
      userIn(userId, (await run<UserRow>(db, statements.readUser, text(userId))).results),

    updateUser: async (userId, attributes) =>
      (await change(statements.updateUser, ...mergeValues(attributes), text(userId))) > 0,

    async deleteUser(userId) {
      await change(statements.deleteUser, text(userId))
    },
  }
}

/** An id as it is, and `null`, which equals no id, for a value of another type: D1 would convert it. */
function text(id: unknown): string | null {
  return typeof id === 'string' ? id : null
}
