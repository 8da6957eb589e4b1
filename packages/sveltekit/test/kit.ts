/** SvelteKit as far as hooks see it: events, cookies, `event.fetch` and thrown errors. */
import type { AuthRequest } from '@limen/core'
import { isHttpError, isRedirect } from '@sveltejs/kit'
import type { KitEvent } from '@limen/sveltekit'

/** An event whose `locals.auth` is set by a hook. */
interface TestEvent<AnySession> extends KitEvent {
  readonly locals: { auth: AuthRequest<AnySession> }
  readonly setHeaders: (headers: Record<string, string>) => void
}

/** A hook. */
export type Hook<AnySession> = (input: {
  readonly event: TestEvent<AnySession>
  readonly resolve: (event: TestEvent<AnySession>) => Response | Promise<Response>
}) => Response | Promise<Response>

/** A page or an endpoint. */
export type Route<AnySession> = (event: TestEvent<AnySession>) => Response | Promise<Response>

/** Creates an app of hooks, which run as in `sequence()`, and a route. */
export function kit<AnySession>(
  hooks: readonly Hook<AnySession>[],
  route: Route<AnySession>,
  platform?: unknown,
): (request: Request) => Promise<Response> {
  return async function respond(request) {
    const event = createEvent<AnySession>(request, respond, platform)
    const run = async (index: number, passed: TestEvent<AnySession>): Promise<Response> =>
      index < hooks.length
        ? hooks[index]!({ event: { ...passed }, resolve: (next) => run(index + 1, next) })
        : render(passed, route)
    try {
      return await run(0, event)
    } catch (error) {
      return responseTo(error)
    }
  }
}

type Pending = KitEvent & { readonly [PENDING]: Headers }
const PENDING = Symbol('pending headers')

function createEvent<AnySession>(
  request: Request,
  respond: (request: Request) => Promise<Response>,
  platform: unknown,
): TestEvent<AnySession> {
  const url = new URL(request.url)
  const pending = new Headers()
  const event: Pending & Omit<TestEvent<AnySession>, 'locals'> & { readonly locals: object } = {
    request,
    url,
    platform,
    locals: {},
    cookies: {
      set: (name, value, { path }) =>
        pending.append('Set-Cookie', `${name}=${value}; Path=${path}; By=SvelteKit`),
    },
    async fetch(input, init) {
      const inner = input instanceof Request ? input : new Request(new URL(input, url), init)
      if (new URL(inner.url).origin !== url.origin) return new Response('from elsewhere')
      if ((input instanceof Request ? input : init)?.credentials !== 'omit') {
        if (!inner.headers.has('Cookie')) {
          inner.headers.set('Cookie', request.headers.get('Cookie') ?? '')
        }
      }
      if (inner.method !== 'GET') inner.headers.set('Origin', url.origin)
      return respond(inner)
    },
    setHeaders(headers) {
      for (const [name, value] of Object.entries(headers)) {
        if (pending.has(name)) throw new Error(`"${name}" header is already set`)
        pending.set(name, value)
      }
    },
    [PENDING]: pending,
  }
  return event as unknown as TestEvent<AnySession>
}

async function render<AnySession>(
  event: TestEvent<AnySession>,
  route: Route<AnySession>,
): Promise<Response> {
  const given = await (async () => route(event))().catch(responseTo)
  event.cookies.set = () => {
    throw new Error('cookies_set_after_response')
  }
  const response = new Response(given.body, given)
  for (const [name, value] of (event as unknown as Pending)[PENDING]) {
    if (name === 'set-cookie') response.headers.append(name, value)
    else response.headers.set(name, value)
  }
  return response
}

function responseTo(error: unknown): Response {
  if (isRedirect(error)) {
    return new Response(null, { status: error.status, headers: { Location: error.location } })
  }
  if (isHttpError(error)) return new Response(error.body.message, { status: error.status })
  return new Response('Internal Error', { status: 500 })
}
