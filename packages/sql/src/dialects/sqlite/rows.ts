/** Rows of the default layout in SQLite, and the values of its statements. */
import type { SessionAndUser, SessionRecord, UserRecord } from '@limen/core'
import type { TicketRecord } from '@limen/core/tickets'
import { removalOf } from '../merge-patch.ts'

/** A row of `read` or `listByUser`. */
export interface FoundRow extends Omit<SessionRecord<unknown>, 'attributes'> {
  /** JSON. */
  readonly attributes: string
  /** The user's id. */
  readonly owner: string
  /** JSON. */
  readonly ownerAttributes: string
}

/** A row of `insert` or `readUser`. */
export type UserRow = Pick<FoundRow, 'ownerAttributes'>

/** The session and the user in a row of `read` or `listByUser`. */
export function foundIn<UserAttributes, SessionAttributes>({
  owner,
  ownerAttributes,
  ...session
}: FoundRow): SessionAndUser<UserAttributes, SessionAttributes> {
  return {
    session: { ...session, attributes: JSON.parse(session.attributes) },
    user: { id: owner, attributes: JSON.parse(ownerAttributes) },
  }
}

/** The user with that id in the first row of `insert` or `readUser`; `null` where there is none. */
export function userIn<UserAttributes>(
  id: string,
  [row]: readonly UserRow[],
): UserRecord<UserAttributes> | null {
  return row ? { id, attributes: JSON.parse(row.ownerAttributes) } : null
}

/** A row of `take` or `attempt` of a ticket. */
export interface TicketRow extends Omit<TicketRecord, 'data'> {
  /** JSON. */
  readonly data: string
}

/** The ticket in the first row of `take` or `attempt`; `null` where there is none. */
export function ticketIn([row]: readonly TicketRow[]): TicketRecord | null {
  return row ? { ...row, data: JSON.parse(row.data) } : null
}

/** The values of `put` of a ticket. */
export function ticketValues(ticket: TicketRecord): readonly (string | number)[] {
  const { id, codeHash, attemptsLeft, expiresAt, data } = ticket
  return [id, codeHash, attemptsLeft, expiresAt, JSON.stringify(data)]
}

/** The values of `insert`. The attributes are JSON. */
export function insertValues(
  session: Omit<SessionRecord<unknown>, 'attributes'>,
  attributes: string,
): readonly (string | number)[] {
  return [
    session.id,
    session.secretHash,
    session.createdAt,
    session.activePeriodExpiresAt,
    session.idlePeriodExpiresAt,
    attributes,
    session.userId,
    session.userId,
  ]
}

/** The values of `update` and `updateUser` before the id. Attributes that are `undefined` are removed. */
export function mergeValues(attributes: object): readonly [removal: string, attributes: string] {
  return [removalOf(Object.keys(attributes)), JSON.stringify(attributes)]
}
