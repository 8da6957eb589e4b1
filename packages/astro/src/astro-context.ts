/** One context of Astro, as core needs it, and the visits to which contexts belong. */
import { AuthError, type OriginRequest } from '@limen/core'
import { LOCALS_SHARED } from './messages.ts'

/** Receives the write that renews an idle session. */
export type WaitUntil = (work: Promise<unknown>) => void

/** The part of Astro's `APIContext` that Limen uses. */
export interface AstroContext {
  /** The request; a rewrite replaces it. */
  readonly request: Request
  /** The URL of the request. */
  readonly url: URL
  /** Whether the page is rendered at build time, when there is no visitor. */
  readonly isPrerendered: boolean
  /** The route, such as `/posts/[id]`. */
  readonly routePattern: string
  /** `App.Locals`: one object for each request of a visitor, which rewrites keep. */
  readonly locals: object
}

/** The property of `locals` that holds the visit to which they belong. */
const VISIT = Symbol('limen')

/** A request of a visitor, with all its rewrites. */
export interface Visit {
  /** What core gets: its headers decide, and its AuthRequest is shared. */
  readonly asked: OriginRequest
  /** The requests of Astro that belong to it. */
  readonly requests: WeakSet<Request>
  /** How many middleware calls of it run. */
  running: number
}

/** Returns the visit of a context, when a middleware call of it runs. */
export function visitOf({ locals }: Pick<AstroContext, 'locals'>): Visit | undefined {
  const visit = (locals as { readonly [VISIT]?: Visit })[VISIT]
  return visit?.running ? visit : undefined
}

/**
 * Runs a middleware call of a visit. `Astro.rewrite()` calls the middleware again, with another request
 * and the same `locals`, while the first call runs.
 *
 * @throws {AuthError} `AUTH_CONFIG` where `locals` belong to another request that has ended.
 */
export async function within<Result>(
  { locals, request, isPrerendered }: AstroContext,
  run: (visit: Visit) => Promise<Result>,
): Promise<Result> {
  const holder = locals as { [VISIT]?: Visit }
  const before = holder[VISIT]
  // Astro renders its error page for a request that has ended.
  if (before && !before.running && !before.requests.has(request)) {
    throw new AuthError('AUTH_CONFIG', LOCALS_SHARED)
  }
  const asked = isPrerendered ? withoutHeaders(request) : request
  const visit = before ?? { asked, requests: new WeakSet(), running: 0 }
  Object.defineProperty(locals, VISIT, { value: visit, configurable: true, writable: true })
  visit.requests.add(request)
  visit.running++
  try {
    return await run(visit)
  } finally {
    visit.running--
  }
}

/** Astro warns when the headers of a prerendered page are read. */
function withoutHeaders({ method, url }: Request): OriginRequest {
  return { method, url, headers: new Headers() }
}

/** The function that keeps the platform alive: of Cloudflare's adapter, its older versions, and Netlify's. */
export function waitUntilOf(locals: object): WaitUntil | undefined {
  type Owner = { readonly waitUntil?: unknown } | undefined
  try {
    const { cfContext, runtime, netlify } = locals as {
      readonly cfContext?: Owner
      readonly runtime?: { readonly ctx?: Owner }
      readonly netlify?: { readonly context?: Owner }
    }
    const owner = cfContext ?? runtime?.ctx ?? netlify?.context
    if (typeof owner?.waitUntil !== 'function') return undefined
    return (work) => (owner as { waitUntil: WaitUntil }).waitUntil(work)
  } catch {
    // An adapter can have getters that throw.
    return undefined
  }
}
