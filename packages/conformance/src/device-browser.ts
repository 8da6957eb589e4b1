/**
 * A browser with device-bound sessions, in software: it stores cookies, registers a key of its own,
 * refreshes before a request whose proof is missing, and forgets a device session as Chromium does.
 */
import { type DeviceAlgorithm, type DeviceKey, createDeviceKey } from './device-key.ts'
import { refreshProof, registrationProof } from './device-key.ts'

/** Options of {@link deviceBrowser}. */
export interface DeviceBrowserOptions {
  /** Answers requests: the app under test. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** The app's origin. Default `https://app.example`. */
  readonly origin?: string
  /** The browser's clock, in milliseconds. Default: `Date.now()`. */
  readonly now?: () => number
  /** Its keys. Default `ES256`. */
  readonly algorithm?: DeviceAlgorithm
  /** `false`: a browser without device-bound sessions. Default `true`. */
  readonly hasDevices?: boolean
}

/** How a request is sent. */
export interface DeviceRequest extends RequestInit {
  /** Where the request was started. Default `same-origin`. From another site, only a GET has cookies. */
  readonly site?: 'same-origin' | 'cross-site'
}

/** A device session, as the browser stores it. */
export interface DeviceSession {
  /** Its identifier, which is that of the server's session. */
  readonly id: string
  /** The key that signs. */
  readonly key: DeviceKey
  /** What the next proof signs. */
  challenge: string | undefined
  /** The path that refreshes. */
  readonly refreshUrl: string
  /** The name of the cookie whose absence starts a refresh. */
  readonly cookie: string
  /** Paths that need no refresh. */
  readonly excluded: readonly string[]
  /** Hosts of other sites that can start a refresh. */
  readonly initiators: readonly string[]
}

/** A request that the browser sent by itself or for the page, and the status of its answer. */
export interface DeviceLogLine {
  /** The path. */
  readonly path: string
  /** The status of the answer. */
  readonly status: number
  /** The header of a request that was sent without a refresh. */
  readonly skipped?: string | undefined
}

/** A browser in software. */
export interface DeviceBrowser {
  /** Its cookies by name. */
  readonly cookies: Map<string, { readonly value: string; readonly expiresAt: number }>
  /** Its device sessions by id. */
  readonly sessions: Map<string, DeviceSession>
  /** What it sent. */
  readonly log: DeviceLogLine[]
  /** Sends a request of a page: refreshes before it, and registers after it, as the headers say. */
  fetch(path: string, request?: DeviceRequest): Promise<Response>
  /** The `Cookie` header as it is now. */
  cookieHeader(): string
}

/** How often a browser signs for one refresh. */
const MOST_CHALLENGES = 5

/** Creates a browser without cookies. */
export function deviceBrowser(options: DeviceBrowserOptions): DeviceBrowser {
  const { fetch: send, origin = 'https://app.example', now = Date.now } = options
  const cookies: DeviceBrowser['cookies'] = new Map()
  const sessions: DeviceBrowser['sessions'] = new Map()
  const log: DeviceLogLine[] = []

  return { cookies, sessions, log, cookieHeader, fetch: fetchPage }

  async function fetchPage(path: string, request: DeviceRequest = {}): Promise<Response> {
    const { site = 'same-origin', ...init } = request
    const skipped: string[] = []
    for (const session of sessions.values()) {
      if (!mustRefresh(session, path, site)) continue
      const reason = await refresh(session, site)
      if (reason) skipped.push(`${reason};session_identifier="${session.id}"`)
    }
    const headers = new Headers(init.headers)
    headers.set('Sec-Fetch-Site', site)
    headers.set('Sec-Fetch-Mode', 'navigate')
    if (skipped.length) headers.set('Secure-Session-Skipped', skipped.join(', '))
    const isUnsafe = (init.method ?? 'GET') !== 'GET'
    if (isUnsafe) headers.set('Origin', site === 'cross-site' ? 'https://other.example' : origin)
    const hasCookies = site === 'same-origin' || !isUnsafe
    const response = await sent(path, { ...init, headers }, hasCookies, skipped[0])
    await register(response, site)
    return response
  }

  function mustRefresh({ cookie, ...session }: DeviceSession, path: string, site: string): boolean {
    if (path === session.refreshUrl || session.excluded.some((one) => path.startsWith(one)))
      return false
    if (site !== 'same-origin' && !session.initiators.includes('*')) return false
    return valueOf(cookie) === undefined
  }

  /** Refreshes the proof. Returns why it did not, when the device session stays. */
  async function refresh(session: DeviceSession, site: string): Promise<string | undefined> {
    const { id, key, refreshUrl } = session
    for (let count = 0; count < MOST_CHALLENGES; count++) {
      const { challenge } = session
      const headers = new Headers({ 'Sec-Secure-Session-Id': id })
      if (challenge !== undefined) {
        headers.set('Secure-Session-Response', await refreshProof(key, challenge))
      }
      const response = await sent(refreshUrl, post(headers), site === 'same-origin')
      session.challenge = challengeIn(response, id) ?? challenge
      if (response.status === 403 && challengeIn(response, id)) continue
      if (response.status >= 500) return 'server_error'
      if (response.status !== 200 || !(await configOf(response, id))) sessions.delete(id)
      return undefined
    }
    sessions.delete(id)
    return undefined
  }

  async function register(offered: Response, site: string): Promise<void> {
    const header = offered.headers.get('Secure-Session-Registration')
    if (!header || options.hasDevices === false) return
    const [, list = ''] = /^\(([\w ]+)\)/.exec(header) ?? []
    const [, path] = /;path="([^"]*)"/.exec(header) ?? []
    const [, challenge] = /;challenge="([^"]*)"/.exec(header) ?? []
    const algorithm = options.algorithm ?? 'ES256'
    if (!list.split(' ').includes(algorithm) || path === undefined) return
    const key = await createDeviceKey(algorithm)
    const headers = new Headers()
    if (challenge !== undefined) {
      headers.set('Secure-Session-Response', await registrationProof(key, challenge))
    }
    const response = await sent(path, post(headers), site === 'same-origin')
    if (response.status !== 200) return
    const config = await configOf(response)
    if (!config) return
    const { id } = config
    sessions.set(id, { ...config, key, challenge: challengeIn(response, id) })
  }

  function post(headers: Headers): RequestInit {
    headers.set('Origin', origin)
    headers.set('Sec-Fetch-Site', 'same-origin')
    return { method: 'POST', headers }
  }

  async function sent(
    path: string,
    init: RequestInit,
    hasCookies: boolean,
    skipped?: string,
  ): Promise<Response> {
    const headers = new Headers(init.headers)
    const cookie = cookieHeader()
    if (hasCookies && cookie) headers.set('Cookie', cookie)
    const response = await send(new Request(origin + path, { ...init, headers }))
    log.push({ path, status: response.status, ...(skipped && { skipped }) })
    for (const line of response.headers.getSetCookie()) store(line)
    return response
  }

  function store(line: string): void {
    const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? []
    const [, maxAge = 'Infinity'] = /; Max-Age=(\d+)/.exec(attributes) ?? []
    cookies.set(name, { value, expiresAt: now() + Number(maxAge) * 1000 })
  }

  function valueOf(name: string): string | undefined {
    const cookie = cookies.get(name)
    return cookie && cookie.expiresAt > now() ? cookie.value : undefined
  }

  function cookieHeader(): string {
    return [...cookies.keys()]
      .filter((name) => valueOf(name) !== undefined)
      .map((name) => `${name}=${valueOf(name)}`)
      .join('; ')
  }
}

function challengeIn(response: Response, id: string): string | undefined {
  const header = response.headers.get('Secure-Session-Challenge') ?? ''
  const [, challenge, of] = /^"([^"]*)";id="([^"]*)"$/.exec(header) ?? []
  return of === id ? challenge : undefined
}

type Config = Omit<DeviceSession, 'key' | 'challenge'>

interface Instructions {
  readonly session_identifier?: string
  readonly refresh_url?: string
  readonly scope?: {
    readonly include_site?: boolean
    readonly scope_specification?: readonly { readonly type: string; readonly path: string }[]
  }
  readonly credentials?: readonly {
    readonly type?: string
    readonly name?: string
    readonly attributes?: string
  }[]
  readonly allowed_refresh_initiators?: readonly string[]
}

/** Parses the session instructions. `null` for what Chromium 156 refuses. */
async function configOf(response: Response, expected?: string): Promise<Config | null> {
  let json: Instructions
  try {
    json = (await response.clone().json()) as Instructions
  } catch {
    return null
  }
  const { session_identifier: id, refresh_url: refreshUrl, scope, credentials } = json
  const [credential] = credentials ?? []
  if (!id || (expected !== undefined && id !== expected)) return null
  if (typeof scope?.include_site !== 'boolean' || credential?.type !== 'cookie') return null
  const { name = '', attributes = '' } = credential
  if (/Max-Age|Partitioned/i.test(attributes) || /^__Host-Http-/i.test(name)) return null
  if (name.startsWith('__Host-') && !/Path=\/(;|$)/.test(attributes)) return null
  const rules = scope.scope_specification ?? []
  return {
    id,
    refreshUrl: refreshUrl ?? '',
    cookie: name,
    excluded: rules.filter(({ type }) => type === 'exclude').map(({ path }) => path),
    initiators: json.allowed_refresh_initiators ?? [],
  }
}
