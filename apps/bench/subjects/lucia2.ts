/** Lucia 2.7 over a Map, with its `web()`. */
import { lucia } from 'lucia2'
import { web } from 'lucia2/middleware'
import { cookiesOf } from '../src/cookies.ts'
import { DAY, type Subject, USER } from '../src/subject.ts'

interface SessionRow {
  id: string
  user_id: string
  active_expires: number
  idle_expires: number
}

export const lucia2: Subject = {
  name: 'lucia 2.7',
  async open() {
    const sessions = new Map<string, SessionRow>()
    const users = new Map<string, { id: string }>()
    const auth = lucia({
      env: 'PROD',
      middleware: web(),
      sessionExpiresIn: { activePeriod: DAY, idlePeriod: 14 * DAY },
      adapter: () => ({
        getSessionAndUser: async (id: string) => {
          const session = sessions.get(id)
          const user = session && users.get(session.user_id)
          return session && user ? [session, user] : [null, null]
        },
        getSession: async (id: string) => sessions.get(id) ?? null,
        getSessionsByUserId: async (userId: string) =>
          [...sessions.values()].filter(({ user_id }) => user_id === userId),
        setSession: async (session: SessionRow) => void sessions.set(session.id, session),
        updateSession: async (id: string, part: Partial<SessionRow>) =>
          void sessions.set(id, { ...sessions.get(id)!, ...part }),
        deleteSession: async (id: string) => void sessions.delete(id),
        deleteSessionsByUserId: async () => sessions.clear(),
        getUser: async (id: string) => users.get(id) ?? null,
        setUser: async (user: { id: string }) => void users.set(user.id, user),
        updateUser: async () => {},
        deleteUser: async () => {},
        getKey: async () => null,
        getKeysByUserId: async () => [],
        setKey: async () => {},
        updateKey: async () => {},
        deleteKey: async () => {},
        deleteKeysByUserId: async () => {},
      }),
    })
    await auth.createUser({ userId: USER, key: null, attributes: {} })

    async function signIn(): Promise<string> {
      const session = await auth.createSession({ userId: USER, attributes: {} })
      return auth.createSessionCookie(session).serialize()
    }

    return {
      async validate(request) {
        const session = await auth.handleRequest(request).validate()
        return session ? session.user.userId : null
      },
      signIn,
      // A token is an id alone, so a forged one is unknown.
      cookie: cookiesOf({ signIn, revoke: auth.invalidateSession, malformed: '?' }),
    }
  },
}
