/** Replaces @limen/workers. */
import type { D1Database } from '@cloudflare/workers-types'
import { QUESTION_MARK, parsed } from '../../../packages/sql/test/load-by-hand.ts'
import type { BareStore } from './core.ts'

export const withAuth = (_auth: unknown, handler: unknown) => handler

export const d1Store = (db: D1Database): BareStore => ({
  async read(sessionId) {
    const statement = db.withSession('first-unconstrained').prepare(QUESTION_MARK)
    const row = parsed(await statement.bind(sessionId).first())
    return row ? { session: row, user: { id: row.user_id, attributes: row.user_attributes } } : null
  },
})
