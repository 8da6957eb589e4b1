/** Moves Lucia's sessions into Limen's table, and finds the ones that were moved by Lucia's ids. */
import type { SessionRecord } from '@limen/core'
import { sha256 } from '@limen/core/store-kit'
import { type LuciaDatabase, changing, reading } from './database.ts'
import type { LuciaSession } from './lucia-statements.ts'
import { isLuciaId, movedId, movedSecret, newSalt } from './lucia-token.ts'

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
   * Returns the token of the session that takes the place of one of Lucia's, which it moves if it has
   * not been moved; `null` when there is none.
   */
  tokenOf(luciaId: string, now: number): Promise<string | null>
  /** Called when the new token of a session was used. */
  tokenSeen(session: SessionRecord<unknown>, now: number): Promise<void>
  /** Moves the sessions of a user that have not been moved. */
  moveByUser(userId: string, now: number): Promise<void>
  /** Moves at most `limit` sessions, and returns how many. */
  moveAll(now: number, limit: number): Promise<number>
}

/** Creates the calls over a database. */
export function movedSessions({ engine, theirs, store, canExist }: LuciaDatabase): MovedSessions {
  return {
    async tokenOf(luciaId, now) {
      if (!isLuciaId(luciaId)) return null
      // Lucia's table first: a session that is moved in between is then found in Limen's.
      const [row] = theirs
        ? await engine.query('read a session of Lucia', theirs.read(luciaId))
        : []
      if (row) {
        const { session } = theirs!.foundIn(row)
        if (session.idlePeriodExpiresAt <= now) return null
        await move(session, now)
      }
      const id = await movedId(luciaId)
      const found = await store.read(id, { consistency: 'strong' })
      const { [SALT]: salt, [TOKEN_SEEN_AT]: seenAt = Infinity } = overlapOf(found?.session)
      if (salt === undefined || now >= seenAt + OVERLAP) return null
      return `${id}.${await movedSecret(luciaId, salt)}`
    },

    async tokenSeen(session, now) {
      const { [SALT]: salt, [TOKEN_SEEN_AT]: seenAt } = overlapOf(session)
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
        if (session.idlePeriodExpiresAt > now) await move(session, now)
      }
    },

    async moveAll(now, limit) {
      if (!theirs) return 0
      const rows = await engine.query('list the sessions of Lucia', theirs.listValid(now, limit))
      for (const row of rows) await move(theirs.foundIn(row).session, now)
      return rows.length
    },
  }

  /**
   * Moves one session in one transaction. Of several at once, the first moves it. One that was revoked
   * in the meantime is not moved, and it is locked until the transaction ends, so a revocation that
   * deletes from Lucia's table first finds it in one of the two.
   */
  async function move(session: LuciaSession, now: number): Promise<void> {
    const salt = newSalt()
    const moved: SessionRecord<unknown> = {
      ...session,
      id: await movedId(session.id),
      secretHash: await sha256(await movedSecret(session.id, salt)),
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

/** The attributes without those of the overlap. */
export function withoutOverlap(attributes: object): object {
  const { [SALT]: _, [TOKEN_SEEN_AT]: __, ...others } = attributes as Overlap
  return others
}

function overlapOf(session: SessionRecord<unknown> | undefined): Overlap {
  return (session?.attributes ?? {}) as Overlap
}
