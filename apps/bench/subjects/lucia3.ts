/** Lucia 3.2 over a Map, with the settings of its guide. */
import { Lucia, TimeSpan, verifyRequestOrigin } from 'lucia3'
import { cookiesOf } from '../src/cookies.ts'
import { type Subject, USER } from '../src/subject.ts'

interface Row {
  id: string
  userId: string
  expiresAt: Date
  attributes: object
}

export const lucia3: Subject = {
  name: 'lucia 3.2',
  async open() {
    const sessions = new Map<string, Row>()
    const user = { id: USER, attributes: {} }
    const auth = new Lucia(
      {
        getSessionAndUser: async (id) => {
          const session = sessions.get(id)
          return session ? [session, user] : [null, null]
        },
        getUserSessions: async () => [...sessions.values()],
        setSession: async (session) => void sessions.set(session.id, session),
        updateSessionExpiration: async (id, expiresAt) =>
          void sessions.set(id, { ...sessions.get(id)!, expiresAt }),
        deleteSession: async (id) => void sessions.delete(id),
        deleteUserSessions: async () => sessions.clear(),
        deleteExpiredSessions: async () => {},
      },
      { sessionExpiresIn: new TimeSpan(15, 'd') },
    )
    const pending = { cookie: '' }

    async function signIn(): Promise<string> {
      const session = await auth.createSession(USER, {})
      return auth.createSessionCookie(session.id).serialize()
    }

    return {
      async validate({ headers, method }) {
        if (method !== 'GET') {
          const origin = headers.get('Origin')
          const host = headers.get('Host')
          if (!origin || !host || !verifyRequestOrigin(origin, [host])) return null
        }
        const id = auth.readSessionCookie(headers.get('Cookie') ?? '')
        if (!id) return null
        const { session, user: found } = await auth.validateSession(id)
        if (!session) pending.cookie = auth.createBlankSessionCookie().serialize()
        else if (session.fresh) pending.cookie = auth.createSessionCookie(session.id).serialize()
        return found ? found.id : null
      },
      signIn,
      // A token is an id alone, so a forged one is unknown.
      cookie: cookiesOf({ signIn, revoke: (id) => auth.invalidateSession(id), malformed: '?' }),
    }
  },
}
