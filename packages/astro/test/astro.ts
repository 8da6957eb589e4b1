/** Astro as far as middleware sees it: contexts, rewrites, actions and errors. */
import type { AuthRequest } from '@limen/core'
import type { LocalsContext } from '@limen/astro'

/** A context whose `locals.auth` a middleware sets. */
interface TestContext<AnySession> extends LocalsContext<AnySession> {
  readonly cookies: { set: (name: string, value: string, options: object) => void }
  /** Renders another page, behind the middleware. */
  readonly rewrite: (path: string) => Promise<Response>
}

/** A middleware. */
export type Handler<AnySession> = (
  context: TestContext<AnySession>,
  next: () => Promise<Response>,
) => Promise<Response>

/** A page or an endpoint. */
export type Route<AnySession> = (context: TestContext<AnySession>) => Response | Promise<Response>

/** What differs from a page that is rendered for a visitor. */
export interface Given {
  readonly isPrerendered?: boolean
  readonly locals?: object
  readonly routePattern?: string
}

/** Creates an app of middleware, which runs as in `sequence()`, and a route. */
export function astroApp<AnySession>(
  handlers: readonly Handler<AnySession>[],
  route: Route<AnySession>,
  given: Given = {},
): (request: Request) => Promise<Response> {
  const run = async (request: Request, locals: object): Promise<Response> => {
    const cookies: string[] = []
    const context: TestContext<AnySession> = {
      request,
      url: new URL(request.url),
      isPrerendered: given.isPrerendered ?? false,
      routePattern: given.routePattern ?? '/',
      locals: locals as { auth: AuthRequest<AnySession> },
      cookies: { set: (name, value) => void cookies.push(`${name}=${value}; By=Astro`) },
      rewrite: (path) => run(new Request(new URL(path, request.url), request), locals),
    }
    const call = async (index: number): Promise<Response> =>
      handlers[index]
        ? handlers[index](context, () => call(index + 1))
        : isAction(context)
          ? action(context, route)
          : route(context)
    const response = await call(0)
    // Astro adds its cookies when the middleware has returned.
    for (const line of cookies) response.headers.append('Set-Cookie', line)
    return response
  }
  return async (request) => {
    try {
      return await run(request, given.locals ?? {})
    } catch {
      return new Response('Internal Server Error', { status: 500 })
    }
  }
}

function isAction({ routePattern }: { readonly routePattern: string }): boolean {
  return routePattern === '/_actions/[...path]'
}

/** Astro answers 500 to each error of an action that is not its own. */
async function action<AnySession>(
  context: TestContext<AnySession>,
  route: Route<AnySession>,
): Promise<Response> {
  try {
    return await route(context)
  } catch (error) {
    const { message } = error as Error
    const code = 'INTERNAL_SERVER_ERROR'
    return Response.json({ type: 'AstroActionError', code, status: 500, message }, { status: 500 })
  }
}
