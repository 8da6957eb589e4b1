/** What the tests share: an auth object with a signed-in user, over a store that logs its calls. */
import { type LimenConfig, limen } from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'

export const DAY = 86_400_000
export const COOKIE = '__Host-Http-session'

interface Attributes {
  readonly name: string
}

type Options = Pick<
  LimenConfig<Attributes, object, Attributes, object, [], never>,
  'sessionCookie' | 'extensions'
>

/** Creates an auth object with a user who is signed in. */
export async function createAuth(options: Options = {}) {
  const clock = { now: 1_700_000_000_000 }
  const calls: string[] = []
  const outage = { isOn: false }
  const memory = memoryStore<Attributes>()
  const store: typeof memory = {
    ...memory,
    async read(...args) {
      calls.push(`read ${args[1]?.consistency}`)
      // A database takes some time, too.
      await new Promise((resolve) => setTimeout(resolve, 1))
      if (outage.isOn) throw new Error('down')
      return memory.read(...args)
    },
    renew(...args) {
      calls.push('renew')
      return memory.renew(...args)
    },
  }
  const auth = limen({
    store,
    getUserAttributes: ({ name }: Attributes) => ({ name }),
    now: () => clock.now,
    ...options,
  })
  const { userId } = await auth.createUser({ attributes: { name: 'Ada' } })
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  return { auth, calls, clock, outage, session, token, userId }
}

/** The headers of a navigation with the session cookie. */
export const visit = (token: string): Record<string, string> => ({
  Cookie: `${COOKIE}=${token}`,
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'navigate',
})

/** The headers of a form of the app. */
export const form = (token?: string): Record<string, string> => ({
  ...(token && { Cookie: `${COOKIE}=${token}` }),
  'Content-Type': 'multipart/form-data; boundary=x',
  Origin: 'https://app.example',
  'Sec-Fetch-Site': 'same-origin',
})

/** The code and the message of the error that a call throws, or rejects with. */
export async function errorOf(
  act: () => unknown,
): Promise<readonly [code: string, message: string]> {
  try {
    await act()
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return [code, message]
  }
  throw new Error('It did not throw')
}
