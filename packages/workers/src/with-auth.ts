/** Connects Limen to a Worker's handlers. */
import { type HandleOptions, type AuthRequest, type RequestOpener, handle } from '@limen/core'
import type { WorkerContext, WorkerEvents, WorkerHandler, WorkerRequest } from './worker.ts'

/** What the adapter needs of an `auth` object. */
export interface WorkerAuth<AnySession> extends RequestOpener<AnySession> {
  /** Removes at most 1000 dead sessions from the store and says how many it removed. */
  deleteExpiredSessions(): Promise<number>
}

/** A Worker's handlers, whose `fetch` is also given the request's view of its session. */
export interface AuthHandler<Env, AnySession> extends WorkerEvents<Env> {
  /** Answers a request. */
  fetch(
    request: WorkerRequest,
    env: Env,
    ctx: WorkerContext,
    authRequest: AuthRequest<AnySession>,
  ): Response | Promise<Response>
}

/**
 * Wraps a Worker's handlers: `fetch` receives an AuthRequest, whose cookies and cache headers are put
 * on the response. On a cron trigger, dead sessions are removed from the store, in at most 10 batches
 * of 1000, beside the handlers' own `scheduled`.
 *
 * @param auth The `auth` object, or a function of `env` that makes one for each request.
 * @param handler The Worker's handlers.
 * @param options `eager: true` validates before `fetch` runs, for streamed pages.
 * @returns What a Worker exports by default.
 *
 * @example
 * export default withAuth((env: Env) => limen({ store: d1Store(env.DB) }), {
 *   async fetch(request, env, ctx, authRequest) {
 *     const session = await authRequest.validate()
 *     return new Response(session ? `Hello ${session.user.userId}` : 'Hello stranger')
 *   },
 * })
 */
export function withAuth<AnySession, Env = unknown>(
  auth: WorkerAuth<AnySession> | ((env: Env) => WorkerAuth<AnySession>),
  handler: AuthHandler<Env, AnySession>,
  options?: Pick<HandleOptions, 'eager'>,
): WorkerHandler<Env> {
  const authOf = (env: Env) => (typeof auth === 'function' ? auth(env) : auth)
  return {
    ...handler,
    fetch: (request: WorkerRequest, env, ctx) =>
      handle(authOf(env), request, (authRequest) => handler.fetch(request, env, ctx, authRequest), {
        ...options,
        waitUntil: (work) => ctx.waitUntil(work),
      }),
    async scheduled(controller, env, ctx) {
      await Promise.all([purge(authOf(env)), handler.scheduled?.(controller, env, ctx)])
    },
  }
}

async function purge(auth: WorkerAuth<unknown>): Promise<void> {
  let batches = 10
  while (batches-- && (await auth.deleteExpiredSessions()) === 1000);
}
