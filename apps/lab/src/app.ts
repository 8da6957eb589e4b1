/** The app under test: it signs in and out, and reports how Limen treated each request. */
import {
  type Auth,
  type AuthRequest,
  type CsrfProtection,
  type LimenConfig,
  type RequestContext,
  type Session,
  type AnyStore,
  cors,
  handle,
  limen,
} from '@limen/core'

type LabStore = AnyStore<object, object>
type LabAuth = Auth<object, object, object, object, [RequestContext['request']], RequestContext>
type LabConfig = Omit<
  LimenConfig<object, object, object, object, [RequestContext['request']], RequestContext>,
  'store'
>
type LabVisit = AuthRequest<Session<object, object>>

/**
 * One configuration for each cookie policy. Each of the four cookies has a name that no other app on
 * localhost uses: browsers send the cookies of localhost to every port.
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

/** A policy's `auth` object with its AuthRequest for one request. */
export interface Visit {
  readonly policy: string
  readonly auth: LabAuth
  readonly request: LabVisit
}

/** The front end's origins on the two runtimes. */
const FRONT_END = ['https://app.limen.test', 'https://app.limen.test:8443']

/** For the hosts on which the app is a backend: the origins that can call it. */
const BACKENDS: Readonly<Record<string, CsrfProtection>> = {
  'api.limen.test': { baseDomain: 'limen.test', allowedSubdomains: ['app'] },
  'other.test': { trustedOrigins: FRONT_END },
}

function csrfProtectionOf(request: Request): CsrfProtection | undefined {
  return BACKENDS[new URL(request.url).hostname]
}

/** The policies, each with its `auth` object over one store. */
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

/** Lets the front end call the backends, with the same list as the CSRF check. */
export async function withCors(
  request: Request,
  respond: () => Promise<Response>,
): Promise<Response> {
  const csrfProtection = csrfProtectionOf(request)
  if (!csrfProtection) return respond()
  const shared = cors({ csrfProtection })
  return shared.preflight(request) ?? shared.respond(request, await respond())
}

/** How Limen treated a request: the content of the `Lab-Report` header. */
export interface Report {
  /** The URL that the runtime gave the request. */
  readonly url: string
  /** `trusted`, or the reason for the rejection. */
  readonly origin: string
  /** The policies whose cookie the request had, such as `LSNP`. */
  readonly came: string
  /** The policies for which `validate()` found a session. */
  readonly read: string
}

/** Handles one request, which one `withAuth` for each policy has opened. */
export async function handleLab(
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

/** Signs in without a password: only the origin decides. */
async function signIn(visits: readonly Visit[]): Promise<Response> {
  const { userId } = await visits[0]!.auth.createUser({ attributes: {} })
  for (const { auth, request } of visits) request.setSession(await auth.createSession({ userId }))
  return new Response(null, { status: 204 })
}

/** Signs in, signs out or reports, with the configuration of a test. */
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
