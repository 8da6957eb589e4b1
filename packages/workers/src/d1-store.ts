/** Sessions and users in D1: one statement per validation, one per renewal, one per sign-in. */
import type { Store } from '@limen/core'
import type { D1, D1Connection } from './d1.ts'

/** What was found, as JSON: the column `found` of a user, or of a session with its user. */
interface Row {
  readonly found: string
}

/**
 * Keeps sessions and users in D1.
 *
 * Attributes are kept as JSON: use what JSON can carry, and update at most 49 at once. The tables
 * come from the migrations in this package: copy them, or point `migrations_dir` of the D1 binding at
 * `node_modules/@limen/workers/migrations`. On a database with read replicas, eventual reads may be
 * answered by one; what is not found there is asked of the primary before it counts as missing.
 *
 * @param db The D1 binding.
 * @returns The store for `limen({ store })`.
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
  const sql =
    (text: readonly string[], ...values: unknown[]) =>
    (from: D1Connection = db) =>
      from
        .prepare(text.join('?'))
        .bind(...values)
        .all<Row>()
  const change = async (text: readonly string[], ...values: unknown[]) =>
    (await sql(text, ...values)()).meta.changes

  return {
    async read(sessionId, { consistency }) {
      const find = sql`select found from limen_found where id = ${sessionId}`
      if (consistency === 'eventual') {
        const { results, meta } = await find(db.withSession('first-unconstrained'))
        if (results[0] || meta.served_by_primary) return one(results)
      }
      return one((await find(db.withSession('first-primary'))).results)
    },

    async insert(session) {
      const inserted = sql`insert into limen_session select ${session.id}, id, ${session.secretHash}, ${session.createdAt}, ${session.activePeriodExpiresAt}, ${session.idlePeriodExpiresAt}, ${JSON.stringify(session.attributes)} from limen_user where id = ${session.userId} returning (select found from limen_user where id = user_id) found`
      return one((await inserted()).results)
    },

    renew: async (sessionId, deadlines) =>
      (await change`update limen_session set active_expires_at = max(active_expires_at, ${deadlines.activePeriodExpiresAt}), idle_expires_at = max(idle_expires_at, ${deadlines.idlePeriodExpiresAt}) where id = ${sessionId}`) >
      0,

    update: (sessionId, attributes) => merge('session', sessionId, attributes),

    async delete(sessionId) {
      await change`delete from limen_session where id = ${sessionId}`
    },

    async deleteByUser(userId, { except = '' }) {
      await change`delete from limen_session where user_id = ${userId} and id != ${except}`
    },

    async listByUser(userId) {
      const found = sql`select found from limen_found where user_id = ${userId} order by created_at`
      return (await found()).results.map((row) => JSON.parse(row.found))
    },

    deleteExpired: ({ now, limit }) =>
      change`delete from limen_session where id in (select id from limen_session where idle_expires_at <= ${now} limit ${limit})`,

    createUser: async ({ id, attributes }) =>
      (await change`insert or ignore into limen_user values (${id}, ${JSON.stringify(attributes)})`) >
      0,

    async readUser(userId) {
      const user = sql`select found from limen_user where id = ${userId}`
      return one((await user()).results)
    },

    updateUser: (userId, attributes) => merge('user', userId, attributes),

    async deleteUser(userId) {
      await change`delete from limen_user where id = ${userId}`
    },
  }

  async function merge(table: 'session' | 'user', id: string, attributes: object) {
    let merged = 'attributes'
    const values = Object.entries(attributes).flatMap(([name, value]) => {
      // One call for each: a function takes no more than 32 arguments in D1.
      merged = `json_set(${merged}, ?, json(?))`
      return [`$.${JSON.stringify(name)}`, JSON.stringify(value ?? null)]
    })
    const text = `update limen_${table} set attributes = ${merged} where id = ?`
    return (await change([text], ...values, id)) > 0
  }
}

function one<Found>(rows: readonly Row[]): Found | null {
  return JSON.parse(rows[0]?.found ?? 'null')
}
