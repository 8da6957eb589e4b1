/** The statements over a table that the app wrote by a guide: its ids are found by those after the move. */
import { type Statement, raw, sql, value } from '@limen/sql/sql-kit'
import type { LuciaStatements } from './lucia-statements.ts'

/** The first and the last of some ids. */
export type IdRange = readonly [first: string, last: string]

/** The statements over the table of a guide. */
export interface GuideStatements {
  /** Reads the sessions whose ids are in a range. */
  read(range: IdRange): Statement
  /** Deletes the sessions whose ids are in a range. */
  delete(range: IdRange): Statement
  /** Deletes the sessions of a user, except those whose ids are in a range. */
  deleteOthers(userId: string, except: IdRange): Statement
}

/** Builds the statements. */
export function guideStatements({ parts }: LuciaStatements): GuideStatements {
  const { select, sessions, key, uncached, isOwner, render } = parts
  // Two comparisons, as an index has them in every engine.
  const isIn = (id: string, [first, last]: IdRange) =>
    sql`${raw(id)} >= ${value(first)} and ${raw(id)} <= ${value(last)}`
  return {
    read: (range) =>
      render(sql`
        ${select}
        where ${isIn(`s.${key}`, range)}${raw(uncached)}
      `),

    delete: (range) =>
      render(sql`
        delete from ${sessions}
        where ${isIn(key, range)}
      `),

    deleteOthers: (userId, except) =>
      render(sql`
        delete from ${sessions}
        where ${isOwner(userId)} and not (${isIn(key, except)})
      `),
  }
}
