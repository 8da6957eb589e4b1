/** Replaces @limen/core in an app that is measured without Limen: the same read, and no check. */

interface Found {
  readonly session: { readonly id: string; readonly attributes: object }
  readonly user: { readonly id: string; readonly attributes: object }
}

/** Reads a session with its user. */
export interface BareStore {
  read(sessionId: string): Promise<Found | null>
}

export class AuthError extends Error {}
export const isAuthError = (error: unknown): boolean => error instanceof AuthError

interface BareConfig {
  readonly store: BareStore
  readonly sessionCookie: { readonly name: string }
}

export function limen({ store, sessionCookie }: BareConfig) {
  return {
    openRequest: ({ headers }: Request) => ({
      origin: { trusted: true },
      async validate() {
        const token = headers.get('Cookie')?.split(`${sessionCookie.name}=`)[1]
        const id = token?.split('.')[0]
        const found = id ? await store.read(id) : null
        if (!found) return null
        const { session, user } = found
        return { sessionId: session.id, user: { ...user.attributes, userId: user.id } }
      },
    }),
  }
}
