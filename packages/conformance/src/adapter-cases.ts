/** What every adapter must do to a response: one case, one sentence. */
import {
  type Auth,
  type AuthRequest,
  type InferSession,
  type OriginRequest,
  type RequestContext,
  limen,
} from '@limen/core'
import { memoryStore } from '@limen/core/memory-store'
import { equal, holds } from './expect.ts'

const DAY = 86_400_000
const COOKIE = '__Host-Http-session'
const OWN = 'theme=dark; Path=/'

/** The `auth` object that the cases hand to an adapter, with somebody signed in. */
export type CaseAuth = Auth<
  object,
  object,
  object,
  object,
  [request: OriginRequest],
  RequestContext
>

/** A handler as the cases write it, whatever the adapter calls it with. */
export type CaseHandler = (
  authRequest: AuthRequest<InferSession<CaseAuth>>,
) => Response | Promise<Response>

/** An adapter under test. */
export interface CaseAdapter {
  /** Joins `auth` and a handler to a server, as the adapter's users would. */
  readonly serve: (auth: CaseAuth, handler: CaseHandler) => (request: Request) => Promise<Response>
  /** A response that switches protocols, where the runtime can make one outside a real connection. */
  readonly upgrade?: () => Response
}

/** One thing that an adapter must do. */
export interface AdapterCase {
  readonly name: string
  /** True when the case needs {@link CaseAdapter.upgrade}. */
  readonly upgrades?: boolean
  /** Runs the case; rejects when the adapter does not do it. */
  readonly run: (adapter: CaseAdapter) => Promise<void>
}

async function signedIn() {
  const clock = { now: 1_700_000_000_000 }
  const auth = limen({ store: memoryStore(), now: () => clock.now })
  const { userId } = await auth.createUser({})
  const session = await auth.createSession({ userId })
  const token = auth.createBearerToken(session)
  const visit = (headers: Record<string, string> = {}, method = 'GET') =>
    new Request('https://app.example/page', {
      method,
      headers: {
        Cookie: `${COOKIE}=${token}`,
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
        ...headers,
      },
    })
  const set = `${COOKIE}=${token}; Path=/; Max-Age=1296000; HttpOnly; Secure; SameSite=Lax`
  return { auth, clock, session, set, visit }
}

const gone = `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`
const page = (body: BodyInit | null = 'page') =>
  new Response(body, { headers: { 'Set-Cookie': OWN } })
const asked =
  (answer: () => Response): CaseHandler =>
  async (authRequest) => {
    await authRequest.validate()
    return answer()
  }

/** The cases, for any test runner to loop over. */
export const adapterCases: readonly AdapterCase[] = [
  {
    name: 'leaves a response alone whose handler asked nothing',
    async run({ serve }) {
      const { auth, visit } = await signedIn()
      const response = await serve(auth, () => page())(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), null, 'Cache-Control')
      equal(response.headers.get('Vary'), null, 'Vary')
    },
  },
  {
    name: 'sends no cookie on an active session, and keeps the page out of shared caches',
    async run({ serve }) {
      const { auth, visit } = await signedIn()
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN], 'cookies')
      equal(response.headers.get('Cache-Control'), 'private, no-store', 'Cache-Control')
      equal(response.headers.get('Vary'), 'Cookie', 'Vary')
    },
  },
  {
    name: 'sends the cookie of a sign-in beside the app’s own',
    async run({ serve }) {
      const { auth, session, set, visit } = await signedIn()
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
      equal(await response.text(), 'page', 'body')
    },
  },
  {
    name: 'sends a renewed cookie again',
    async run({ serve }) {
      const { auth, clock, set, visit } = await signedIn()
      clock.now += DAY
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies')
    },
  },
  {
    name: 'deletes the cookie of a session that is gone',
    async run({ serve }) {
      const { auth, session, visit } = await signedIn()
      await auth.invalidateSession(session.sessionId)
      const response = await serve(auth, asked(page))(visit())
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'sends one cookie, the sign-out, where a renewal came before it',
    async run({ serve }) {
      const { auth, clock, visit } = await signedIn()
      clock.now += DAY
      const handler: CaseHandler = async (authRequest) => {
        await authRequest.validate()
        authRequest.setSession(null)
        return page()
      }
      const response = await serve(auth, handler)(visit({}, 'POST'))
      equal(response.headers.getSetCookie(), [OWN, gone], 'cookies')
    },
  },
  {
    name: 'copes with a redirect whose headers are immutable',
    async run({ serve }) {
      const { auth, clock, set, visit } = await signedIn()
      clock.now += DAY
      const redirect = () => Response.redirect('https://app.example/next', 303)
      const response = await serve(auth, asked(redirect))(visit())
      equal(response.status, 303, 'status')
      equal(response.headers.get('Location'), 'https://app.example/next', 'Location')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'lets a streamed body stream',
    async run({ serve }) {
      const { auth, clock, set, visit } = await signedIn()
      clock.now += DAY
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const response = await serve(
        auth,
        asked(() => page(readable)),
      )(visit())
      equal(response.headers.getSetCookie(), [OWN, set], 'cookies, before the body is written')
      const writer = writable.getWriter()
      const written = (async () => {
        for (const part of ['one ', 'two']) await writer.write(new TextEncoder().encode(part))
        await writer.close()
      })()
      equal(await response.text(), 'one two', 'body')
      await written
    },
  },
  {
    name: 'answers 403 where setSession refused a foreign request, without a cookie',
    async run({ serve }) {
      const { auth, session, visit } = await signedIn()
      const handler: CaseHandler = (authRequest) => {
        authRequest.setSession(session)
        return page()
      }
      const foreign = visit({ 'Sec-Fetch-Site': 'cross-site' }, 'POST')
      const response = await serve(auth, handler)(foreign)
      equal(response.status, 403, 'status')
      equal(response.headers.getSetCookie(), [], 'cookies')
    },
  },
  {
    name: 'lets an error of the handler reach the platform or the app’s error handler',
    async run({ serve }) {
      const { auth, visit } = await signedIn()
      const broken = new Error('broken on purpose')
      const answer = await serve(auth, () => {
        throw broken
      })(visit()).catch((error: unknown) => error)
      holds(
        answer === broken || (answer instanceof Response && answer.status === 500),
        'neither thrown nor answered with 500',
      )
    },
  },
  {
    name: 'switches protocols, with the renewed cookie on the handshake',
    upgrades: true,
    async run({ serve, upgrade }) {
      if (!upgrade) throw new Error('this adapter cannot switch protocols')
      const { auth, clock, set, visit } = await signedIn()
      clock.now += DAY
      const headers = { Upgrade: 'websocket', Origin: 'https://app.example' }
      const response = await serve(auth, asked(upgrade))(visit(headers))
      equal(response.status, 101, 'status')
      equal(response.headers.getSetCookie(), [set], 'cookies')
    },
  },
  {
    name: 'is anonymous on a handshake from another origin',
    async run({ serve }) {
      const { auth, visit } = await signedIn()
      const handler: CaseHandler = async (authRequest) =>
        new Response((await authRequest.validate()) ? 'somebody' : 'nobody')
      const headers = { Upgrade: 'websocket', Origin: 'https://evil.example' }
      equal(await (await serve(auth, handler)(visit(headers))).text(), 'nobody', 'answer')
    },
  },
]
