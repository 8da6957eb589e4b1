/** Sessions and users in D1: one statement per validation, one per renewal, one per sign-in. */
import type { Store } from '@limen/core'
import { checkBinding } from './check.ts'
import type { D1, D1Connection } from './d1.ts'
import { storeFailure } from './failure.ts'

const MIGRATE = 'Apply the migrations: npx wrangler d1 migrations apply DB --local, or --remote'

/** What was found, as JSON: the column `found` of a user, or of a session with its user. */
interface Row {
  readonly found: string
}

/**
 * Keeps sessions and users in D1.
 *
 * Attributes are stored as JSON. The tables come from the migrations in this package: copy them, or
 * point `migrations_dir` of the D1 binding at `node_modules/@limen/workers/migrations`. On a database
 * with read replicas, an eventual read can be answered by a replica; a miss is read again from the
 * primary.
 *
 * @param db The D1 binding, such as `env.DB`.
 * @returns The store for `limen({ store })`. Its calls reject with `AUTH_STORE_REJECTED` for what D1
 * refuses and will refuse again, such as a missing table, with `AUTH_RECORD_TOO_LARGE` for attributes
 * that do not fit into a row, and with `AUTH_STORE_UNAVAILABLE` otherwise.
 * @throws {AuthError} `AUTH_CONFIG` when it is given no D1 binding.
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
  const sql =
    (text: readonly string[], ...values: unknown[]) =>
    async (from: D1Connection = db) => {
      try {
        return await from
          .prepare(text.join('?'))
          .bind(...values)
          .all<Row>()
      } catch (cause) {
        // D1 repeats a value whose type it does not take.
        const [line] = (cause as Error).message.split(' for value')
        throw storeFailure(
          /no such/.test(line!) ? `${line}. ${MIGRATE}` : line!,
          /SQLITE_TOOBIG/,
          /SQLITE_(ERROR|CONSTRAINT)|TYPE_ERROR/,
          cause,
        )
      }
    }
  const change = async (text: readonly string[], ...values: unknown[]) =>
    (await sql(text, ...values)()).meta.changes

  return {
    async read(sessionId, { consistency }) {
      const find = sql`select found from limen_found where id = ${id(sessionId)}`
      if (consistency === 'eventual') {
        const { results, meta } = await find(db.withSession('first-unconstrained'))
        if (results[0] || meta.served_by_primary) return one(results)
      }
      return one((await find(db.withSession('first-primary'))).results)
    },

    async insert(session) {
      const inserted = sql`insert into limen_session select ${id(session.id)}, id, ${session.secretHash}, ${session.createdAt}, ${session.activePeriodExpiresAt}, ${session.idlePeriodExpiresAt}, ${JSON.stringify(session.attributes)} from limen_user where id = ${id(session.userId)} returning (select found from limen_user where id = user_id) found`
      return one((await inserted()).results)
    },

    renew: async (sessionId, deadlines) =>
      (await change`update limen_session set active_expires_at = max(active_expires_at, ${deadlines.activePeriodExpiresAt}), idle_expires_at = max(idle_expires_at, ${deadlines.idlePeriodExpiresAt}) where id = ${id(sessionId)}`) >
      0,

    update: (sessionId, attributes) => merge('session', sessionId, attributes),

    async delete(sessionId) {
      await change`delete from limen_session where id = ${id(sessionId)}`
    },

    async deleteByUser(userId, { except }) {
      await change`delete from limen_session where user_id = ${id(userId)} and id is not ${id(except)}`
    },

    async listByUser(userId) {
      const found = sql`select found from limen_found where user_id = ${id(userId)} order by created_at`
      return (await found()).results.map((row) => JSON.parse(row.found))
    },

    deleteExpired: ({ now, limit }) =>
      change`delete from limen_session where id in (select id from limen_session where idle_expires_at <= ${now} limit ${limit})`,

    createUser: async ({ id: userId, attributes }) =>
      (await change`insert or ignore into limen_user values (${id(userId)}, ${JSON.stringify(attributes)})`) >
      0,

    async readUser(userId) {
      const user = sql`select found from limen_user where id = ${id(userId)}`
      return one((await user()).results)
    },

    updateUser: (userId, attributes) => merge('user', userId, attributes),

    async deleteUser(userId) {
      await change`delete from limen_user where id = ${id(userId)}`
    },
  }

  /**
   * SQLite before 3.46 has no JSON path for a name with quotes: json_patch removes the old values, and
   * the new ones are written behind the rest. JSON leaves out those that are undefined.
   */
  async function merge(table: 'session' | 'user', rowId: string, attributes: object) {
    const removal = Object.fromEntries(Object.keys(attributes).map((name) => [name, null]))
    const text = `update limen_${table} set attributes = (select '{' || trim(substr(rest, 2, length(rest) - 2) || ',' || ?, ',') || '}' from (select json_patch(attributes, ?) as rest)) where id = ?`
    const added = JSON.stringify(attributes).slice(1, -1)
    return (await change([text], added, JSON.stringify(removal), id(rowId))) > 0
  }
}

/** An id as it is, and `null`, which equals nothing, for what is no string: D1 would convert it. */
function id(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function one<Found>(rows: readonly Row[]): Found | null {
  return JSON.parse(rows[0]?.found ?? 'null')
}
