/** Stands in for @limen/core where an app is measured without it: the same one read, and no check. */

interface Found {
  readonly session: { readonly id: string; readonly attributes: object }
  readonly user: { readonly id: string; readonly attributes: object }
}

/** Reads a session with its user. */
export interface BareStore {
  read(sessionId: string): Promise<Found | null>
}

export class AuthError extends Error {}

export function limen({ store }: { store: BareStore }) {
  return {
    openRequest: ({ headers }: Request) => ({
      origin: { trusted: true },
      async validate() {
        const id = /__Host-Http-session=([\w-]+)/.exec(headers.get('Cookie') ?? '')?.[1]
        const found = id ? await store.read(id) : null
        if (!found) return null
        const { session, user } = found
        return { sessionId: session.id, user: { ...user.attributes, userId: user.id } }
      },
    }),
  }
}
