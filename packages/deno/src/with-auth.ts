/** Connects Limen to a Deno server's handler. */
import { type HandleOptions, type AuthRequest, type RequestOpener, handle } from '@limen/core'

/**
 * Wraps the handler of a Deno server. The handler receives an AuthRequest, whose cookies and cache
 * headers are applied to the response.
 *
 * @param auth The `auth` object.
 * @param handler Receives the request, Deno's `info` (such as the remote address) and the AuthRequest.
 * @param options `eager: true` validates before the handler runs, for streamed pages.
 * @returns A handler for `Deno.serve()`, or for the `fetch` that a module for `deno serve` exports.
 *
 * @example
 * export default {
 *   fetch: withAuth(auth, async (request, info, authRequest) => {
 *     const session = await authRequest.validate()
 *     return new Response(session ? `Hello ${session.user.userId}` : 'Please sign in')
 *   }),
 * }
 */
export function withAuth<AnySession, Info = unknown>(
  auth: RequestOpener<AnySession>,
  handler: (
    request: Request,
    info: Info,
    authRequest: AuthRequest<AnySession>,
  ) => Response | Promise<Response>,
  options?: Pick<HandleOptions, 'eager'>,
): (request: Request, info: Info) => Promise<Response> {
  return (request, info) =>
    handle(auth, request, (authRequest) => handler(request, info, authRequest), options)
}
