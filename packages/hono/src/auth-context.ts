/** The type of a context for helper functions. */
import type { Context, ContextVariableMap, Env } from 'hono'
import type { AuthVariables } from './authenticate.ts'

/**
 * The context of any handler behind `authenticate(auth)`: for a helper function that both public routes
 * and routes with a session call. It is a `Context` of Hono, which `setCookie(c, …)` takes, too.
 *
 * The second parameter has the app's own `Bindings` and `Variables`.
 *
 * @example
 * async function nameOf(c: AuthContext<typeof auth>) {
 *   return (await c.var.auth.validate())?.user.userId ?? 'anonymous'
 * }
 */
// An interface, not `Context<E>`: that is invariant in `E`, because of its property `set`.
export interface AuthContext<Auth, AppEnv extends Env = object> extends Context {
  /** The bindings of the app. */
  env: AppEnv extends { Bindings: infer Bindings } ? Bindings : Context['env']
  /** The AuthRequest, and the app's own variables. */
  readonly var: Readonly<
    ContextVariableMap &
      AuthVariables<Auth> &
      (AppEnv extends { Variables: infer Variables } ? Variables : object)
  >
  /** Sets a variable. A method, whose parameters are compared in both directions. */
  set(key: string, value: unknown): void
}
