/** Auth.js's core with database sessions in a Map, called as its own integrations call it. */
import { Auth, type AuthConfig } from '@auth/core'
import { cookiesOf } from '../src/cookies.ts'
import { ORIGIN } from '../src/requests.ts'
import { DAY, type Subject, USER } from '../src/subject.ts'

const NAME = '__Secure-authjs.session-token'

interface Row {
  sessionToken: string
  userId: string
  expires: Date
}

export const authCore: Subject = {
  name: '@auth/core',
  cannot: { signIn: 'only through a provider', csrf: 'checks only its own routes' },
  async open() {
    const sessions = new Map<string, Row>()
    const user = { id: USER, email: 'ada@example.com', emailVerified: null }
    const unused = async () => null
    const config: AuthConfig = {
      secret: 'a secret of more than thirty-two characters, for the bench',
      trustHost: true,
      basePath: '/auth',
      providers: [],
      session: { strategy: 'database', maxAge: (15 * DAY) / 1000, updateAge: DAY / 1000 },
      callbacks: { session: ({ session, user: { id } }) => ({ ...session, user: { id } }) },
      adapter: {
        createUser: async () => user,
        updateUser: async () => user,
        getUser: async () => user,
        getUserByEmail: unused,
        getUserByAccount: unused,
        linkAccount: async () => {},
        createSession: async (session) => session,
        async getSessionAndUser(token) {
          const session = sessions.get(token)
          return session ? { session, user } : null
        },
        async updateSession(session) {
          const updated = { ...sessions.get(session.sessionToken)!, ...session }
          sessions.set(session.sessionToken, updated)
          return updated
        },
        async deleteSession(token) {
          sessions.delete(token)
        },
      },
    }

    async function signIn(): Promise<string> {
      const sessionToken = crypto.randomUUID()
      const expires = new Date(Date.now() + 15 * DAY)
      sessions.set(sessionToken, { sessionToken, userId: USER, expires })
      return `${NAME}=${sessionToken}`
    }

    return {
      async validate({ headers }) {
        const response = await Auth(new Request(`${ORIGIN}/auth/session`, { headers }), config)
        const session = (await response.json()) as { user: { id: string } } | null
        return session ? session.user.id : null
      },
      cookie: cookiesOf({ signIn, revoke: (token) => sessions.delete(token) }),
    }
  },
}
