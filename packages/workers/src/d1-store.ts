/** Sessions and users in D1: one statement per validation, one per renewal, one per sign-in. */
import type { SessionAndUser, SessionRecord, Store } from '@limen/core'

const SELECT = 'SELECT * FROM limen_session_and_user WHERE '

type Row = SessionRecord<string> & { readonly userAttributes: string }

/**
 * Keeps sessions and users in D1.
 *
 * Attributes are kept as JSON: use what JSON can carry. The tables come from the migrations in this
 * package: copy them, or point `migrations_dir` of the D1 binding at
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
  db: D1Database,
): Store<UserAttributes, SessionAttributes> {
  const prepare = (sql: string, ...values: unknown[]) => db.prepare(sql).bind(...values)
  const change = async (sql: string, ...values: unknown[]) =>
    (await prepare(sql, ...values).run()).meta.changes

  return {
    async read(sessionId, { consistency }) {
      const read = (from: D1SessionConstraint) =>
        db.withSession(from).prepare(`${SELECT}id = ?`).bind(sessionId).all<Row>()
      let { results, meta } = await read(
        consistency === 'strong' ? 'first-primary' : 'first-unconstrained',
      )
      if (!results[0] && !meta.served_by_primary) ({ results } = await read('first-primary'))
      return results[0] ? toFound(results[0]) : null
    },

    async insert({ id, userId, secretHash, createdAt, attributes, ...deadlines }) {
      const row = await prepare(
        'INSERT INTO limen_session SELECT ?, id, ?, ?, ?, ?, ? FROM limen_user WHERE id = ? RETURNING (SELECT attributes FROM limen_user WHERE id = user_id) attributes',
        id,
        secretHash,
        createdAt,
        deadlines.activePeriodExpiresAt,
        deadlines.idlePeriodExpiresAt,
        JSON.stringify(attributes),
        userId,
      ).first<{ attributes: string }>()
      return row && { id: userId, attributes: JSON.parse(row.attributes) }
    },

    async renew(sessionId, { activePeriodExpiresAt, idlePeriodExpiresAt }) {
      const changes = await change(
        'UPDATE limen_session SET active_expires_at = max(active_expires_at, ?), idle_expires_at = max(idle_expires_at, ?) WHERE id = ?',
        activePeriodExpiresAt,
        idlePeriodExpiresAt,
        sessionId,
      )
      return changes > 0
    },

    update: (sessionId, attributes) => merge('session', sessionId, attributes),

    async delete(sessionId) {
      await change('DELETE FROM limen_session WHERE id = ?', sessionId)
    },

    async deleteByUser(userId, { except = null }) {
      await change('DELETE FROM limen_session WHERE user_id = ? AND id IS NOT ?', userId, except)
    },

    async listByUser(userId) {
      const sql = `${SELECT}userId = ? ORDER BY createdAt`
      return (await prepare(sql, userId).all<Row>()).results.map(toFound)
    },

    deleteExpired: ({ now, limit }) =>
      change(
        'DELETE FROM limen_session WHERE id IN (SELECT id FROM limen_session WHERE idle_expires_at <= ? LIMIT ?)',
        now,
        limit,
      ),

    async createUser({ id, attributes }) {
      const sql = 'INSERT INTO limen_user VALUES (?, ?) ON CONFLICT DO NOTHING'
      return (await change(sql, id, JSON.stringify(attributes))) > 0
    },

    async readUser(userId) {
      const sql = 'SELECT attributes FROM limen_user WHERE id = ?'
      const row = await prepare(sql, userId).first<{ attributes: string }>()
      return row && { id: userId, attributes: JSON.parse(row.attributes) }
    },

    updateUser: (userId, attributes) => merge('user', userId, attributes),

    async deleteUser(userId) {
      await change('DELETE FROM limen_user WHERE id = ?', userId)
    },
  }

  function toFound({
    userAttributes,
    attributes,
    ...session
  }: Row): SessionAndUser<UserAttributes, SessionAttributes> {
    return {
      session: { ...session, attributes: JSON.parse(attributes) },
      user: { id: session.userId, attributes: JSON.parse(userAttributes) },
    }
  }

  async function merge(table: 'session' | 'user', id: string, attributes: object) {
    const values = Object.entries(attributes)
    const sql = `UPDATE limen_${table} SET attributes = json_set(attributes${', ?, json(?)'.repeat(values.length)}) WHERE id = ?`
    const paths = values.flatMap(([name, value]) => [`$."${name}"`, JSON.stringify(value ?? null)])
    return (await change(sql, ...paths, id)) > 0
  }
}
