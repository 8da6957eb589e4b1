/** better-auth over its memory adapter, without and with its cookie cache. */
import { type BetterAuthOptions, betterAuth } from 'better-auth'
import { inThePast } from '../src/cookies.ts'
import { ORIGIN } from '../src/requests.ts'
import { DAY, type Subject, USER, ageOf, forged } from '../src/subject.ts'

const CSRF = 'checks the origin only on its own routes'
/** The settings of every better-auth that is measured. */
export const settings = {
  secret: 'a secret of more than thirty-two characters, for the bench',
  session: { expiresIn: (15 * DAY) / 1000, updateAge: DAY / 1000 },
  emailAndPassword: {
    enabled: true,
    // Password hashing is not measured.
    password: { hash: async (password) => password, verify: async () => true },
  },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { disabled: true },
} satisfies BetterAuthOptions

const credentials = { email: 'ada@example.com', password: 'correct horse', name: USER }

function subjectOf(name: string, cached: boolean): Subject {
  return {
    name,
    cannot: {
      csrf: CSRF,
      ...(cached && {
        revoked: 'valid as long as its cookie cache',
        unknown: 'valid as long as its cookie cache',
        idle: 'not renewed while the cookie cache is valid',
      }),
    },
    async open() {
      // better-auth imports it dynamically. With a static import beside that, esbuild does not run it.
      const { memoryAdapter } = await import('better-auth/adapters/memory')
      const tables: Record<string, { userId?: string; token?: string }[]> = {
        user: [],
        session: [],
        account: [],
        verification: [],
      }
      const auth = betterAuth({
        ...settings,
        baseURL: ORIGIN,
        database: memoryAdapter(tables),
        session: {
          ...settings.session,
          cookieCache: { enabled: cached, maxAge: (15 * DAY) / 1000 },
        },
      })
      await auth.api.signUpEmail({ body: credentials })

      async function signIn(): Promise<string[]> {
        const response = await auth.api.signInEmail({ body: credentials, asResponse: true })
        return response.headers.getSetCookie()
      }

      return {
        async validate({ headers }) {
          const found = await auth.api.getSession({ headers })
          return found ? found.user.name : null
        },
        async signIn() {
          const cookies = await signIn()
          // Its memory adapter searches all rows, so keep them few.
          if (tables['session']!.length > 100) tables['session']!.pop()
          return cookies[0]!
        },
        async cookie(state) {
          const cookies = await inThePast(ageOf(state), signIn)
          if (state === 'revoked' || state === 'unknown') tables['session']!.pop()
          return cookies
            .map((cookie) => cookie.split(';')[0]!)
            .map((text) =>
              state === 'malformed'
                ? `${text.split('=')[0]}=malformed`
                : state === 'forged'
                  ? forged(text)
                  : text,
            )
            .join('; ')
        },
      }
    },
  }
}

export const betterAuthUncached = subjectOf('better-auth', false)
export const betterAuthCached = subjectOf('better-auth, cookie cache', true)
