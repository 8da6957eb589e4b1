/** The app that a whole Chromium visits: its pages, and what it received. */
import { type AnyStore, type AuthEvent, handle, limen } from '@limen/core'
import { type DeviceBoundOptions, deviceBound } from '@limen/core/device-bound'

/** A request that the app answered. */
interface Entry {
  readonly method: string
  readonly path: string
  readonly status: number
  /** The session that the page showed: `bound`, `unbound` or `anonymous`. */
  readonly shown: string
  /** The names of the cookies that it carried, without their prefixes. */
  readonly cookies: readonly string[]
  /** `Secure-Session-Response`. */
  readonly proof: string | null
  /** `Secure-Session-Skipped`. */
  readonly skipped: string | null
}

/** The app, and what a test controls. */
export interface DeviceApp {
  readonly auth: ReturnType<typeof authOver>
  readonly answer: (request: Request) => Promise<Response>
  /** What it answered since {@link DeviceApp.clear}. */
  readonly journal: Entry[]
  readonly events: AuthEvent[]
  /** How far its clock is ahead, in milliseconds. */
  readonly clock: { ahead: number }
  /** Whether its store fails. */
  readonly store: { isDown: boolean }
  /** Changes each response before it is sent. */
  readonly proxy: { change?: (response: Response) => Response | Promise<Response> }
  readonly clear: () => void
}

/** Options of the extension. */
export type DeviceAppOptions = Partial<DeviceBoundOptions>

function authOver(
  store: AnyStore<object, object>,
  { now, onEvent }: { now: () => number; onEvent: (event: AuthEvent) => void },
  options: DeviceAppOptions,
) {
  return limen({
    store,
    now,
    onEvent,
    extensions: [deviceBound({ path: '/device', excludedPaths: ['/static'], ...options })],
  })
}

/** Creates the app. Each sign-in has a user of its own. */
export function deviceApp(
  given: AnyStore<object, object>,
  options: DeviceAppOptions = {},
): DeviceApp {
  const clock = { ahead: 0 }
  const state = { isDown: false }
  const journal: Entry[] = []
  const events: AuthEvent[] = []
  const proxy: DeviceApp['proxy'] = {}
  const store = new Proxy(given, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown =>
        state.isDown ? Promise.reject(new Error('down')) : Reflect.apply(member, target, args)
    },
  })
  const auth = authOver(
    store,
    { now: () => Date.now() + clock.ahead, onEvent: (event) => void events.push(event) },
    options,
  )

  return {
    auth,
    journal,
    events,
    clock,
    store: state,
    proxy,
    clear() {
      journal.length = events.length = 0
    },
    async answer(request) {
      const { pathname: path } = new URL(request.url)
      const answered =
        path === '/device' ? await auth.answerDevice(request) : await answerPage(request, path)
      const response = (await proxy.change?.(answered)) ?? answered
      if (path === '/favicon.ico') return response
      const cookies = (request.headers.get('Cookie') ?? '').split('; ').filter(Boolean)
      journal.push({
        method: request.method,
        path,
        status: response.status,
        shown: response.headers.get('X-Shown') ?? '',
        cookies: cookies.map((pair) => /^(?:__Host-(?:Http-)?)?([\w-]*)=/.exec(pair)?.[1] ?? pair),
        proof: request.headers.get('Secure-Session-Response'),
        skipped: request.headers.get('Secure-Session-Skipped'),
      })
      return response
    },
  }

  async function answerPage(request: Request, path: string): Promise<Response> {
    const body = request.method === 'POST' ? await request.text() : ''
    return handle(auth, request, async (authRequest) => {
      if (path === '/sign-in' || path === '/callback') {
        const { userId } = await auth.createUser({})
        authRequest.setSession(await auth.createSession({ userId }))
        return new Response(null, { status: 303, headers: { Location: '/' } })
      }
      if (path === '/favicon.ico') return new Response(null, { status: 404 })
      if (path.startsWith('/lab')) return html(PAGES[path] ?? '')
      if (path === '/sw.js')
        return script(`addEventListener('fetch', (event) => {
        event.respondWith(fetch(event.request)) })`)
      let shown = 'anonymous'
      const session = await authRequest.validate().catch(() => 'unavailable' as const)
      if (session === 'unavailable') shown = session
      else if (session) shown = auth.isDeviceBound(session) ? 'bound' : 'unbound'
      if (path === '/sign-out' && session && session !== 'unavailable') {
        await auth.invalidateSession(session.sessionId)
        authRequest.setSession(null)
      }
      const again = path === '/again' && !session ? '<meta http-equiv=refresh content=0>' : ''
      const headers = { 'X-Shown': shown, 'Content-Type': 'text/html' }
      return new Response(`${again}<h1>${shown}</h1><p>${body}</p>`, { headers })
    })
  }
}

/** Pages that need no session. */
const PAGES: Readonly<Record<string, string>> = {
  '/lab/sign-in':
    '<form method=post action=/sign-in></form><script>document.forms[0].submit()</script>',
  '/lab/post': '<form method=post action=/post><input name=text value=kept></form>',
}

function html(text: string): Response {
  return new Response(`<!doctype html>${text}`, { headers: { 'Content-Type': 'text/html' } })
}

function script(text: string): Response {
  return new Response(text, { headers: { 'Content-Type': 'text/javascript' } })
}
