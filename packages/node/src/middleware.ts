/** The adapters for `limen({ middleware })`: one for each framework, over Node's request and response. */
import type { Middleware } from '@limen/core'
import { FUNCTION, checkCallOptions } from '@limen/core/store-kit'
import { NodeContext, type WaitUntil } from './node-context.ts'
import { type NodeRequest, type NodeResponse, headerOf, originRequest } from './node-http.ts'

/** Options of `node()`, `express()`, `koa()` and `fastify()`. */
export interface NodeOptions {
  /**
   * Receives the write that renews an idle session, on platforms that have such a function, such as
   * Vercel. The response then does not wait for that write. Default: `validate()` awaits it.
   */
  readonly waitUntil?: WaitUntil | undefined
}

/**
 * Makes `auth.handleRequest(req, res)` work with `node:http`, `node:http2` and Connect. The session
 * cookie and the cache headers are added when Node sends the headers.
 *
 * The app's own host is that of the `Host` header (`:authority` in HTTP/2). Behind a proxy that rewrites
 * it, configure `csrfProtection.hostHeader` or `host`.
 *
 * @param options `waitUntil`.
 * @returns The middleware for `limen({ middleware })`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: node() })
 * createServer(async (req, res) => {
 *   const session = await auth.handleRequest(req, res).validate()
 *   res.end(session ? `Hello ${session.user.userId}` : 'Please sign in')
 * })
 */
export function node(
  options?: NodeOptions,
): Middleware<[request: NodeRequest, response: NodeResponse]> {
  const waitUntil = waitUntilOf('node', options)
  return (request, response) => new NodeContext(request, response, nodeOrigin(request), waitUntil)
}

/** The request with the origin that Node itself knows. */
export function nodeOrigin(request: NodeRequest): ReturnType<typeof originRequest> {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  return originRequest(request, scheme, headerOf(request.headers, 'Host'))
}

/** The part of a request of Express that Limen uses. */
export type ExpressRequest = NodeRequest & {
  /** `http` or `https`. */
  readonly protocol: string
  /** The host with its port. */
  readonly host: string
}

/**
 * Makes `auth.handleRequest(req, res)` work with Express 5. The app's own origin is
 * `req.protocol` and `req.host`, which obey the setting `trust proxy`.
 *
 * @param options `waitUntil`.
 * @returns The middleware for `limen({ middleware })`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: express() })
 */
export function express(
  options?: NodeOptions,
): Middleware<[request: ExpressRequest, response: NodeResponse]> {
  const waitUntil = waitUntilOf('express', options)
  return (request, response) => {
    const origin = originRequest(request, request.protocol, request.host)
    return new NodeContext(request, response, origin, waitUntil)
  }
}

/** The part of a context of Koa that Limen uses. */
export interface KoaContext {
  /** Node's request. */
  readonly req: NodeRequest
  /** Node's response. */
  readonly res: NodeResponse
  /** `http` or `https`. */
  readonly protocol: string
  /** The host with its port. */
  readonly host: string
}

/**
 * Makes `auth.handleRequest(ctx)` work with Koa. The app's own origin is `ctx.protocol` and `ctx.host`,
 * which obey `app.proxy`.
 *
 * @param options `waitUntil`.
 * @returns The middleware for `limen({ middleware })`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: koa() })
 */
export function koa(options?: NodeOptions): Middleware<[ctx: KoaContext]> {
  const waitUntil = waitUntilOf('koa', options)
  return (ctx) => {
    // Not `ctx.origin`: since Koa 3 that is the request's `Origin` header.
    const origin = originRequest(ctx.req, ctx.protocol, ctx.host)
    return new NodeContext(ctx.req, ctx.res, origin, waitUntil)
  }
}

/** The part of a request of Fastify that Limen uses. */
export interface FastifyRequest {
  /** Node's request. */
  readonly raw: NodeRequest
  /** `http` or `https`. */
  readonly protocol: string
  /** The host with its port. */
  readonly host: string
}

/** The part of a reply of Fastify that Limen uses. */
export interface FastifyReply {
  /** Node's response. */
  readonly raw: NodeResponse
}

/**
 * Makes `auth.handleRequest(request, reply)` work with Fastify 5, in hooks, handlers and error handlers.
 * The app's own origin is `request.protocol` and `request.host`, which obey the option `trustProxy`.
 *
 * @param options `waitUntil`.
 * @returns The middleware for `limen({ middleware })`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: fastify() })
 */
export function fastify(
  options?: NodeOptions,
): Middleware<[request: FastifyRequest, reply: FastifyReply]> {
  const waitUntil = waitUntilOf('fastify', options)
  return ({ raw, protocol, host }, reply) =>
    new NodeContext(raw, reply.raw, originRequest(raw, protocol, host), waitUntil)
}

function waitUntilOf(caller: string, options: NodeOptions | undefined): WaitUntil | undefined {
  return checkCallOptions(caller, options, { waitUntil: FUNCTION }).waitUntil
}
