/** Replaces @limen/workers. */
import type { D1Database } from '@cloudflare/workers-types'
import { type FoundRow, READ, foundIn } from '@limen/sql/sqlite'
import type { BareStore } from './core.ts'

export const withAuth = (_auth: unknown, handler: unknown) => handler

export const d1Store = (db: D1Database): BareStore => ({
  async read(sessionId) {
    const statement = db.withSession('first-unconstrained').prepare(READ)
    const [row] = (await statement.bind(sessionId).all<FoundRow>()).results
    return row ? foundIn(row) : null
  },
})
