/** An `auth` object with a user who is signed in, whose store resolves later and counts its calls. */
import { setTimeout } from 'node:timers/promises'
import { type AuthEvent, type InferSession, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

export const DAY = 86_400_000
const URL_OF_APP = 'https://app.example/'

/** Creates it. */
export async function createAuth() {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const events: AuthEvent['type'][] = []
  const memory = memoryStore<{ name: string }>()
  const store = {
    ...memory,
    async read(...args: Parameters<typeof memory.read>) {
      calls.push(`read ${args[1]?.consistency}`)
      await setTimeout(1)
      return memory.read(...args)
    },
    async renew(...args: Parameters<typeof memory.renew>) {
      calls.push('renew')
      return memory.renew(...args)
    },
  }
  const config = {
    store,
    now: () => clock.now,
    onEvent: ({ type }: AuthEvent) => void events.push(type),
    getUserAttributes: ({ name }: { name: string }) => ({ name }),
  }
  const auth = limen(config)
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const cookie = auth.createSessionCookie(session)
  /** Creates a navigation with the cookie of the session. */
  const visit = (path = '/', headers: Record<string, string> = {}, method = 'GET') =>
    new Request(new URL(path, URL_OF_APP), {
      method,
      headers: {
        Cookie: `${cookie.name}=${token}`,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
        ...headers,
      },
    })
  return { auth, calls, clock, config, cookie, events, session, visit }
}

export type AppSession = InferSession<Awaited<ReturnType<typeof createAuth>>['auth']>

/** The headers of a request that another site caused. */
export const CROSS_SITE = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }
