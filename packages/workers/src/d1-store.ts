/** Stores sessions and users in D1: one round trip for each call. */
import type { Store } from '@limen/core'
import * as sqlite from '@limen/sql/sqlite'
import { d1Client } from './d1-client.ts'

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
  db: sqlite.D1WithBatch,
): Store<UserAttributes, SessionAttributes> {
  const { run, runAll, change } = d1Client('d1Store', db)
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

    insert: async (session, options) => {
      const steps = sqlite.insertSteps(session, JSON.stringify(session.attributes), options)
      return sqlite.insertedIn(session.userId, await runAll<sqlite.UserRow>(steps), options?.limit)
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
