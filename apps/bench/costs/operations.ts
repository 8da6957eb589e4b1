/** What is counted on each store: the same operations of one visitor. */
import { type AnyStore, limen } from '@limen/core'

/** How often each unit that a provider bills was used; units that were not used are absent. */
export type Counts = Readonly<Record<string, number>>

export type Operation = 'page' | 'post' | 'renewal' | 'signIn' | 'signOut' | 'forged'

/** The counts of one store. */
export type Counted = Readonly<Record<Operation, Counts>>

const DAY = 86_400_000

/**
 * Counts the operations.
 *
 * @param store The store, whose calls are counted.
 * @param taken Returns the counts since its last call.
 */
export async function countOperations(
  store: AnyStore<object, object>,
  taken: () => Counts | Promise<Counts>,
): Promise<Counted> {
  let now = Date.now()
  const auth = limen({ store, now: () => now })
  const { userId } = await auth.createUser({})
  const counted = async (run: () => Promise<unknown>) => {
    await run()
    return taken()
  }
  const validate = (token: string, method = 'GET') => {
    const headers = {
      Cookie: `__Host-Http-session=${token}`,
      'Sec-Fetch-Site': 'same-origin',
    }
    return auth.handleRequest(new Request('https://app.example/', { method, headers })).validate()
  }
  // The first call of a store can do more, such as send a script to the server.
  const first = await auth.createSession({ userId })
  now += 2 * DAY
  await validate(auth.createBearerToken(first))
  await auth.invalidateSession(first.sessionId)
  await taken()

  const session = await auth.createSession({ userId })
  const signIn = await taken()
  const token = auth.createBearerToken(session)
  const page = await counted(() => validate(token))
  const post = await counted(() => validate(token, 'POST'))
  const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`
  const forged = await counted(() => validate(other))
  now += 2 * DAY
  const renewal = await counted(() => validate(token))
  const signOut = await counted(() => auth.invalidateSession(session.sessionId))
  return { page, post, renewal, signIn, signOut, forged }
}

/** A counter of units. */
export function counter(): { add: (unit: string, count?: number) => void; taken: () => Counts } {
  let counts: Record<string, number> = {}
  return {
    add: (unit, count = 1) => {
      if (count > 0) counts[unit] = (counts[unit] ?? 0) + count
    },
    taken() {
      const before = counts
      counts = {}
      return before
    },
  }
}
