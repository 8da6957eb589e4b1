/** Connects Limen to a Worker's handlers. */
import { type AuthRequest, type HandleOptions, type RequestOpener, handle } from '@limen/core'
import type { WorkerContext, WorkerRequest, WorkerSchedule } from './worker.ts'

/** The part of an `auth` object that the adapter uses. */
export interface WorkerAuth<AnySession> extends RequestOpener<AnySession> {
  /** Deletes up to 1000 expired sessions and returns how many it deleted. */
  deleteExpiredSessions(): Promise<number>
}

/** The handlers that `withAuth` wraps. */
export interface AuthHandler<Env, AnySession> {
  /** Answers a request. */
  fetch(
    request: WorkerRequest,
    env: Env,
    ctx: WorkerContext,
    authRequest: AuthRequest<AnySession>,
  ): Response | Promise<Response>
  /** Runs on a cron trigger. */
  scheduled?(controller: WorkerSchedule, env: Env, ctx: WorkerContext): void | Promise<void>
}

/** The handlers that `withAuth` returns. */
export interface WorkerHandler<Env> {
  /** Answers a request. */
  fetch(request: Request, env: Env, ctx: WorkerContext): Promise<Response>
  /** Runs on a cron trigger. */
  scheduled(controller: WorkerSchedule, env: Env, ctx: WorkerContext): Promise<void>
}

/** The handlers that `withAuth` passes through. */
export type Unwrapped<Handlers> = {
  [Name in keyof Handlers]: Name extends keyof WorkerHandler<never> ? unknown : Handlers[Name]
}

/**
 * Wraps a Worker's `fetch` and `scheduled` handlers. `fetch` receives an AuthRequest, whose cookies and
 * cache headers are applied to the response. A cron trigger deletes expired sessions, at most 10
 * batches of 1000, and runs the app's own `scheduled` handler.
 *
 * Other handlers (`queue`, `email`, `tail`, …) are passed through, also those of a class. `this` is the
 * object that you pass. `satisfies` gives their parameters Cloudflare's types.
 *
 * @param auth The `auth` object, or a function of `env` that creates one for each call.
 * @param handler The Worker's handlers.
 * @param options `eager: true` validates before `fetch` runs, for streamed pages.
 * @returns The Worker's default export.
 *
 * @example
 * export default withAuth((env: Env) => limen({ store: d1Store(env.DB) }), {
 *   async fetch(request, env, ctx, authRequest) {
 *     const session = await authRequest.validate()
 *     return new Response(session ? `Hello ${session.user.userId}` : 'Please sign in')
 *   },
 * }) satisfies ExportedHandler<Env>
 */
export function withAuth<
  AnySession,
  Env,
  Handler extends AuthHandler<Env, AnySession> & Unwrapped<Expected>,
  // The type that the result must have, such as that of `satisfies`.
  Expected extends object,
>(
  auth: WorkerAuth<AnySession> | ((env: Env) => WorkerAuth<AnySession>),
  handler: Handler,
  options?: Pick<HandleOptions, 'eager'>,
): WorkerHandler<Env> & Unwrapped<Expected> & Omit<Handler, keyof WorkerHandler<Env>> {
  const authOf = (env: Env) => (typeof auth === 'function' ? auth(env) : auth)
  return Object.assign(membersOf(handler), {
    fetch: (request: WorkerRequest, env: Env, ctx: WorkerContext) =>
      handle(authOf(env), request, (authRequest) => handler.fetch(request, env, ctx, authRequest), {
        ...options,
        waitUntil: (work) => ctx.waitUntil(work),
      }),
    async scheduled(controller: WorkerSchedule, env: Env, ctx: WorkerContext) {
      // In async functions: an error of one, also a synchronous one, does not stop the other.
      const own = async () => handler.scheduled?.(controller, env, ctx)
      const purging = async () => purge(authOf(env))
      for (const result of await Promise.allSettled([own(), purging()])) {
        if (result.status === 'rejected') throw result.reason
      }
    },
  })
}

/** The members of a handler and of its class. Its methods need it as `this`, for private fields. */
function membersOf<Handler extends object>(handler: Handler): Handler {
  const members = {}
  let owner: object | null = handler
  while (owner && owner !== Object.prototype) {
    for (const name of Reflect.ownKeys(owner)) {
      if (name === 'constructor' || Object.hasOwn(members, name)) continue
      Object.defineProperty(members, name, memberOf(handler, owner, name))
    }
    owner = Object.getPrototypeOf(owner) as object | null
  }
  return members as Handler
}

function memberOf(handler: object, owner: object, name: PropertyKey): PropertyDescriptor {
  const shared = { configurable: true, enumerable: true }
  // A getter of a class can need what only a later call sets.
  if (owner !== handler && Object.getOwnPropertyDescriptor(owner, name)?.get) {
    return { ...shared, get: () => Reflect.get(handler, name) as unknown }
  }
  const member: unknown = Reflect.get(handler, name)
  const value: unknown = typeof member === 'function' ? member.bind(handler) : member
  return { ...shared, writable: true, value }
}

async function purge(auth: WorkerAuth<unknown>): Promise<void> {
  let batches = 10
  while (batches-- && (await auth.deleteExpiredSessions()) === 1000);
}
