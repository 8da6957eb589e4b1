/** Moves Lucia's sessions into Limen's table, and finds the ones that were moved by Lucia's ids. */
import type { SessionRecord } from '@limen/core'
import { sha256 } from '@limen/core/store-kit'
import { type LuciaDatabase, changing, reading } from './database.ts'
import type { BothSessions, FoundLuciaSession, LuciaSession } from './lucia-statements.ts'
import { movedSecret, newSalt } from './lucia-token.ts'
import type { OldTokens } from './old-tokens.ts'

/** How long Lucia's id opens a session after its new token was first seen, in milliseconds. */
const OVERLAP = 60_000

/** The attributes of a moved session while Lucia's id opens it too. */
const SALT = 'lucia:salt'
const TOKEN_SEEN_AT = 'lucia:tokenSeenAt'

interface Overlap {
  readonly [SALT]?: string
  readonly [TOKEN_SEEN_AT]?: number
}

/** The calls on Lucia's sessions after the upgrade. */
export interface MovedSessions {
  /**
   * Returns the token of the session that takes the place of an old one, which it moves if it has not
   * been moved; `null` when there is none.
   */
  tokenOf(token: string, now: number): Promise<string | null>
  /** Called when the new token of a session was used. */
  tokenSeen(session: SessionRecord<unknown>, now: number): Promise<void>
  /** Moves the sessions of a user that have not been moved. */
  moveByUser(userId: string, now: number): Promise<void>
  /** Moves at most `limit` sessions, and returns how many. */
  moveAll(now: number, limit: number): Promise<number>
}

/** Creates the calls over a database. */
export function movedSessions(
  { engine, theirs, store, canExist }: LuciaDatabase,
  tokens: OldTokens,
): MovedSessions {
  return {
    async tokenOf(sent, now) {
      const token = await tokens.parse(sent)
      if (!token) return null
      const id = await tokens.movedId(token.id)
      const { found, movedAttributes } = await bothOf(token.id, id)
      if (found) {
        const isExpired = found.session.idlePeriodExpiresAt <= now
        if (isExpired || !isRight(found, token.secretHash)) return null
        await move(found.session, token.secret, now)
      }
      const attributes = found ? await attributesOf(id) : movedAttributes
      const { [SALT]: salt, [TOKEN_SEEN_AT]: seenAt = Infinity } = overlapIn(attributes)
      if (salt === undefined || now >= seenAt + OVERLAP) return null
      return `${id}.${await movedSecret(token.secret, salt)}`
    },

    async tokenSeen(session, now) {
      const { [SALT]: salt, [TOKEN_SEEN_AT]: seenAt } = overlapIn(session.attributes)
      if (salt === undefined) return
      // Both are attributes of their own: a late write of the time does not restore the salt.
      if (seenAt === undefined) await store.update(session.id, { [TOKEN_SEEN_AT]: now })
      else if (now >= seenAt + OVERLAP) {
        await store.update(session.id, { [SALT]: undefined, [TOKEN_SEEN_AT]: undefined })
      }
    },

    async moveByUser(userId, now) {
      if (!theirs || !canExist(userId)) return
      const rows = await engine.query("list a user's sessions of Lucia", theirs.listByUser(userId))
      for (const row of rows) {
        const { session } = theirs.foundIn(row)
        if (session.idlePeriodExpiresAt > now) await move(session, session.id, now)
      }
    },

    async moveAll(now, limit) {
      if (!theirs) return 0
      const rows = await engine.query('list the sessions of Lucia', theirs.listValid(now, limit))
      for (const row of rows) {
        const { session } = theirs.foundIn(row)
        await move(session, session.id, now)
      }
      return rows.length
    },
  }

  async function attributesOf(movedId: string): Promise<unknown> {
    return (await store.read(movedId, { consistency: 'strong' }))?.session.attributes
  }

  /** A session of Lucia, and the attributes of the one that took the place of it. */
  async function bothOf(id: string, movedId: string): Promise<BothSessions> {
    if (!theirs) return { found: null, movedAttributes: await attributesOf(movedId) }
    const statement = theirs.readBoth(id, movedId)
    const [row] = await engine.query('read a session of Lucia', statement)
    return theirs.bothIn(row!)
  }

  /**
   * Moves one session in one transaction. Of several at once, the first moves it. One that was revoked
   * in the meantime is not moved, and it is locked until the transaction ends, so a revocation that
   * deletes from Lucia's table first finds it in one of the two.
   */
  async function move(session: LuciaSession, secret: string, now: number): Promise<void> {
    const salt = newSalt()
    const moved: SessionRecord<unknown> = {
      ...session,
      id: await tokens.movedId(session.id),
      secretHash: await sha256(await movedSecret(secret, salt)),
      createdAt: Math.min(now, session.createdAt),
      attributes: { ...(session.attributes as object), [SALT]: salt },
    }
    const lock = theirs!.lock(session.id)
    await engine.transaction('move a session of Lucia', [
      ...(lock ? [reading(lock)] : []),
      changing(theirs!.move(session.id, moved)),
      changing(theirs!.delete(session.id)),
    ])
  }
}

/** Whether the secret is that of the session; Lucia itself stores no hash of it. */
function isRight({ secretHash }: FoundLuciaSession, given: string | undefined): boolean {
  return given === undefined || (secretHash !== null && isEqual(secretHash, given))
}

/** Compares two hashes in a time that does not depend on where they differ. */
function isEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < other.length; index++) {
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  }
  return difference === 0
}

/** The attributes without those of the overlap. */
export function withoutOverlap(attributes: object): object {
  const { [SALT]: _, [TOKEN_SEEN_AT]: __, ...others } = attributes as Overlap
  return others
}

function overlapIn(attributes: unknown): Overlap {
  return (attributes ?? {}) as Overlap
}
