/** The app under test: it signs in and out, and says of every request what Limen concluded. */
import {
  type Auth,
  type AuthRequest,
  type CsrfProtection,
  type LimenConfig,
  type RequestContext,
  type Session,
  type Store,
  handle,
  cors,
  limen,
} from '@limen/core'

type LabStore = Store<object, object>
type LabAuth = Auth<object, object, object, object, [RequestContext['request']], RequestContext>
type LabConfig = Omit<
  LimenConfig<object, object, object, object, [RequestContext['request']], RequestContext>,
  'store'
>
type LabVisit = AuthRequest<Session<object, object>>

/**
 * One configuration for each cookie policy. All four cookies live side by side, each under a name that
 * no other app on localhost has: browsers send the cookies of localhost to every port.
 */
const CONFIGS: readonly [policy: string, config: LabConfig][] = [
  ['L', { sessionCookie: { name: '__Host-Http-lab' } }],
  ['S', { sessionCookie: { name: '__Host-Http-strict', attributes: { sameSite: 'strict' } } }],
  ['N', { sessionCookie: { name: '__Host-Http-none', attributes: { sameSite: 'none' } } }],
  [
    'P',
    {
      sessionCookie: {
        name: '__Host-Http-partitioned',
        attributes: { sameSite: 'none', partitioned: true },
      },
    },
  ],
]

/** A policy's `auth` object, and its view of one request. */
export interface Visit {
  readonly policy: string
  readonly auth: LabAuth
  readonly request: LabVisit
}

/** The front end, as the two runtimes are reached by a browser. */
const FRONT_END = ['https://app.limen.test', 'https://app.limen.test:8443']

/** By hosts: where the app is a backend, whose pages may call it. */
const BACKENDS: Readonly<Record<string, CsrfProtection>> = {
  'api.limen.test': { baseDomain: 'limen.test', allowedSubdomains: ['app'] },
  'other.test': { trustedOrigins: FRONT_END },
}

function csrfProtectionOf(request: Request): CsrfProtection | undefined {
  return BACKENDS[new URL(request.url).hostname]
}

/** The policies with an `auth` object each, over one store. */
export function openPolicies(
  request: Request,
  store: LabStore,
): { policy: string; auth: LabAuth }[] {
  const csrfProtection = csrfProtectionOf(request) ?? {}
  return CONFIGS.map(([policy, config]) => ({
    policy,
    auth: limen({ store, csrfProtection, ...config }),
  }))
}

/** Lets the front end call the backends, which trust it by the same list. */
export async function share(request: Request, respond: () => Promise<Response>): Promise<Response> {
  const csrfProtection = csrfProtectionOf(request)
  if (!csrfProtection) return respond()
  const shared = cors({ csrfProtection })
  return shared.preflight(request) ?? shared.respond(request, await respond())
}

/** What Limen concluded, as the `Lab-Report` header has it. */
export interface Report {
  /** The request's URL, as the runtime gives it. */
  readonly url: string
  /** `trusted`, or why not. */
  readonly origin: string
  /** The policies whose cookie came along: `LSNP`. */
  readonly came: string
  /** The policies for which `validate()` found a session. */
  readonly read: string
}

/** Answers one request, whose sessions have been opened by one `withAuth` for each policy. */
export async function answerLab(
  request: Request,
  visits: readonly Visit[],
  store: LabStore,
  acceptWebSocket: () => Response,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (request.method === 'POST' && pathname.startsWith('/sign-in/')) return signIn(visits)
  if (request.method === 'POST' && pathname.startsWith('/sign-out/')) {
    for (const visit of visits) visit.request.setSession(null)
    return new Response(null, { status: 204 })
  }
  const config = searchParams.get('config')
  if (config !== null) return configured(request, store, JSON.parse(config) as LabConfig)

  let came = ''
  let read = ''
  for (const visit of visits) {
    if (visit.auth.readSessionCookie(request)) came += visit.policy
    if (await visit.request.validate()) read += visit.policy
  }
  const origin = visits[0]!.request.origin
  const isWebSocket = request.headers.get('Upgrade') === 'websocket'
  const response = isWebSocket ? acceptWebSocket() : new Response(null, { status: 204 })
  response.headers.set(
    'Lab-Report',
    JSON.stringify({
      url: request.url,
      origin: origin.trusted ? 'trusted' : origin.reason,
      came,
      read,
    } satisfies Report),
  )
  return response
}

/** Asks nobody: who may sign in is what the origin says. */
async function signIn(visits: readonly Visit[]): Promise<Response> {
  const { userId } = await visits[0]!.auth.createUser({ attributes: {} })
  for (const { auth, request } of visits) request.setSession(await auth.createSession({ userId }))
  return new Response(null, { status: 204 })
}

/** Signs in, signs out or reports, with a configuration that the test has chosen. */
function configured(request: Request, store: LabStore, config: LabConfig): Promise<Response> {
  const auth = limen({ store, ...config })
  return handle(auth, request, async (visit) => {
    if (request.method === 'GET') {
      const session = await visit.validate()
      return Response.json({
        cookie: request.headers.has('Cookie'),
        session: session !== null,
        user: session?.user.userId ?? null,
      })
    }
    const session =
      request.method === 'POST'
        ? await auth.createSession(await auth.createUser({ attributes: {} }))
        : null
    visit.setSession(session)
    return new Response(null, { status: 204 })
  })
}
