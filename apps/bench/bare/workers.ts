/** Replaces @limen/workers. */
import type { D1Database } from '@cloudflare/workers-types'
import type { BareStore } from './core.ts'

export const withAuth = (_auth: unknown, handler: unknown) => handler

export const d1Store = (db: D1Database): BareStore => ({
  async read(sessionId) {
    const statement = db
      .withSession('first-unconstrained')
      .prepare('select found from limen_found where id = ?')
    const { results } = await statement.bind(sessionId).all<{ found: string }>()
    return JSON.parse(results[0]?.found ?? 'null')
  },
})
