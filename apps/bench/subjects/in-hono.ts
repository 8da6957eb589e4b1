/** Opens a session library that needs Hono, in the smallest app. */
import { cookiesOf } from '../src/cookies.ts'
import { newRequest } from '../src/requests.ts'
import { type Opened } from '../src/subject.ts'

/** The bindings of the app, through which it returns the user. */
export interface Seen {
  userId?: string | null
  signIn?: true
}

interface App {
  readonly fetch: (request: Request, env: Seen) => Response | Promise<Response>
}
interface Peer {
  /** Deletes the session that was set last, whose cookie has this value. */
  readonly revoke: (value: string) => unknown
}

/**
 * @param app Its `/entries` signs in if `c.env.signIn` is set. Otherwise it responds with the user's
 * id and stores it in `c.env.userId`.
 */
export function openInHono(app: App, { revoke }: Peer): Opened {
  async function signIn(): Promise<string> {
    const response = await app.fetch(newRequest('GET', null), { signIn: true })
    return response.headers.get('Set-Cookie')!
  }

  return {
    async validate(request) {
      const seen: Seen = {}
      await app.fetch(request, seen)
      return seen.userId ?? null
    },
    handle: (request) => app.fetch(request, {}),
    signIn,
    cookie: cookiesOf({ signIn, revoke }),
  }
}
