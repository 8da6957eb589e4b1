/** A session that replaces another one, or that a limit applies to, in SQLite: the statements of one transaction. */
import type { InsertOptions, SessionLimit, SessionRecord, UserRecord } from '@limen/core'
import { sessionLimitReached } from '@limen/core/store-kit'
import {
  DELETE_OLDEST,
  DELETE_REPLACED,
  INSERT,
  INSERT_BELOW_LIMIT,
  INSERT_REPLACEMENT,
  INSERT_REPLACEMENT_BELOW_LIMIT,
  READ_USER,
  READ_USER_TO_REPLACE,
} from './default-statements.ts'
import { type UserRow, insertValues, userIn } from './rows.ts'

/** A statement and its values. */
export type InsertStep = readonly [text: string, values: readonly (string | number)[]]

/**
 * The statements of `insert`, to be run in order in one transaction: one where there are no options.
 * Their conditions make the transaction change nothing where the first `insert` does not store the
 * session.
 *
 * @param session The session.
 * @param attributes Its attributes, as JSON.
 * @param options What `insert` was given.
 */
export function insertSteps(
  session: Omit<SessionRecord<unknown>, 'attributes'>,
  attributes: string,
  { replaces, limit }: InsertOptions = {},
): readonly InsertStep[] {
  const { id, userId } = session
  const refuses = limit?.onLimit === 'refuse'
  const values = insertValues(session, attributes)
  // The last one or two values are for what is returned.
  const [given, returned] = [values.slice(0, -1), values.slice(-1)]
  const replaced = replaces === undefined ? [] : [replaces]
  const counted = refuses ? [userId, limit.now, ...replaced, limit.most] : []
  const text =
    replaces === undefined
      ? refuses
        ? INSERT_BELOW_LIMIT
        : INSERT
      : refuses
        ? INSERT_REPLACEMENT_BELOW_LIMIT
        : INSERT_REPLACEMENT
  const steps: InsertStep[] = [[text, [...given, ...replaced, ...counted, ...returned]]]
  if (refuses) {
    steps.unshift(
      replaces === undefined ? [READ_USER, [userId]] : [READ_USER_TO_REPLACE, [replaces, userId]],
    )
  }
  if (replaces !== undefined) steps.push([DELETE_REPLACED, [replaces, id]])
  if (limit && !refuses) steps.push([DELETE_OLDEST, [userId, id, limit.now, limit.most - 1, id]])
  return steps
}

/**
 * What `insert` resolves with.
 *
 * @param results The rows of each statement of {@link insertSteps}.
 * @param limit The limit that `insert` was given.
 * @returns The user; `null` where there is none, or no session to replace.
 * @throws {AuthError} `AUTH_SESSION_LIMIT` when the limit refused the session.
 */
export function insertedIn<UserAttributes>(
  userId: string,
  results: readonly (readonly UserRow[])[],
  limit?: SessionLimit,
): UserRecord<UserAttributes> | null {
  const [first = [], second = []] = results
  if (limit?.onLimit !== 'refuse') return userIn(userId, first)
  // The first statement finds the user, and the second one stores the session below the limit.
  if (first.length > 0 && second.length === 0) throw sessionLimitReached(limit.most)
  return userIn(userId, second)
}
