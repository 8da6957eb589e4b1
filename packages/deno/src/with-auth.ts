/** Joins Limen to a Deno server's handler. */
import { type AuthRequest, type RequestOpener, answer } from '@limen/core'

/**
 * Wraps the handler of a Deno server: it is given an AuthRequest, and what it leaves behind arrives
 * on the response.
 *
 * @param auth The `auth` object.
 * @param handler Takes the request, what Deno says of it (the peer's address, say), and the
 * request's view of its session.
 * @returns A handler for `Deno.serve()`, or for the `fetch` that a module for `deno serve` exports.
 *
 * @example
 * export default {
 *   fetch: withAuth(auth, async (request, info, authRequest) => {
 *     const session = await authRequest.validate()
 *     return new Response(session ? `Hello ${session.user.userId}` : 'Hello stranger')
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
): (request: Request, info: Info) => Promise<Response> {
  return (request, info) =>
    answer(auth, request, (authRequest) => handler(request, info, authRequest))
}
