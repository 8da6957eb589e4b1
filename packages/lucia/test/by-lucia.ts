/** What Lucia itself finds in its tables. */
import type { Database } from './engines.ts'

/** A session as Lucia validates it; `null` where it finds none. */
export interface LuciasSession {
  readonly userId: string
  readonly name: unknown
  readonly country: unknown
  /** When it expires, in milliseconds since the epoch. */
  readonly expiresAt: number
  readonly isFresh: boolean
}

/** Validates a session by Lucia. */
export async function validateByLucia(
  database: Database,
  version: 2 | 3,
  id: string,
): Promise<LuciasSession | null> {
  if (version === 2) {
    const session = await database
      .lucia2()
      .validateSession(id)
      .catch((error: Error) => {
        if (error.message === 'AUTH_INVALID_SESSION_ID') return null
        throw error
      })
    if (!session) return null
    const { user, fresh, idlePeriodExpiresAt, ...fields } = session as unknown as {
      readonly fresh: boolean
      readonly idlePeriodExpiresAt: Date
      readonly country: unknown
      readonly user: { readonly userId: string; readonly name: unknown }
    }
    return {
      userId: user.userId,
      name: user.name,
      country: fields.country,
      expiresAt: idlePeriodExpiresAt.getTime(),
      isFresh: fresh,
    }
  }
  const { session, user } = await database.lucia3().validateSession(id)
  if (!session) return null
  const { country } = session as unknown as { readonly country: unknown }
  return {
    userId: user.id as string,
    name: (user as { readonly name?: unknown }).name,
    country,
    expiresAt: session.expiresAt.getTime(),
    isFresh: session.fresh,
  }
}

/** The `Set-Cookie` header with which Lucia sends a session. */
export function cookieByLucia(database: Database, version: 2 | 3, id: string): string {
  if (version === 3) return database.lucia3().createSessionCookie(id).serialize()
  const idlePeriodExpiresAt = new Date()
  return database
    .lucia2()
    .createSessionCookie({ sessionId: id, idlePeriodExpiresAt } as never)
    .serialize()
}

/** Signs out by Lucia. */
export async function signOutByLucia(
  database: Database,
  version: 2 | 3,
  id: string,
): Promise<void> {
  await (version === 2 ? database.lucia2() : database.lucia3()).invalidateSession(id)
}
