/** Middleware that opens the AuthRequest of a request, for its loaders and actions. */
import { type AuthError, type AuthRequest, type RequestOpener, handle } from '@limen/core'
import {
  BOOLEAN,
  FUNCTION,
  checkCallOptions,
  checkOption,
  hasMethod,
  kindOf,
} from '@limen/core/store-kit'
import { type MiddlewareFunction, type RouterContextProvider, createContext } from 'react-router'
import { AUTH_FORM } from './messages.ts'

/** Options of `authenticate()`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the loaders run, so that the response gets the renewed cookie
   * and the cache headers of a session that is first read by a promise that a loader returns. An
   * anonymous visitor costs no read. When the store fails, the loaders still run. Default `false`.
   */
  readonly eager?: boolean | undefined
  /**
   * Receives the write that renews an idle session, such as `waitUntil` of `cloudflare:workers`.
   * Default: `validate()` awaits it.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined
}

/** The part of the arguments of a loader, an action or a middleware that Limen uses. */
export interface RouteArgs {
  /** The context of the request. */
  readonly context: Readonly<RouterContextProvider>
}

/** Returns the AuthRequest of a request. */
export type GetAuth<AnySession> = (args: RouteArgs) => AuthRequest<AnySession>

/**
 * Creates a middleware, and the function that returns the AuthRequest in loaders and actions. The
 * response gets the session cookie and the cache headers: documents, data requests, redirects, error
 * pages and the responses of resource routes.
 *
 * Where `setSession()` refuses a request, the response is a 403. Without the middleware, the function
 * throws React Router's `No value found for context`.
 *
 * @param auth The `auth` object.
 * @param options `eager` and `waitUntil`.
 * @returns The middleware, for `export const middleware` of the root route; and the function.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not what `limen()` returned.
 *
 * @example
 * const [authMiddleware, getAuth] = authenticate(auth)
 *
 * // In root.tsx, exported:
 * const middleware = [authMiddleware]
 *
 * // In a route, exported:
 * async function loader(args: LoaderFunctionArgs) {
 *   const session = await getAuth(args).validate()
 *   return { userId: session?.user.userId }
 * }
 */
export function authenticate<AnySession>(
  auth: RequestOpener<AnySession>,
  options?: AuthenticateOptions,
): readonly [middleware: MiddlewareFunction<Response>, getAuth: GetAuth<AnySession>] {
  checkOption(hasMethod(auth, 'openRequest'), 'authenticate(): auth', AUTH_FORM, kindOf(auth))
  const { eager, waitUntil } = checkCallOptions('authenticate', options, {
    eager: BOOLEAN,
    waitUntil: FUNCTION,
  })
  const authContext = createContext<AuthRequest<AnySession>>()
  return [
    ({ request, context }, next) =>
      handle(
        auth,
        request,
        (authRequest) => {
          context.set(authContext, authRequest)
          return next()
        },
        { eager, waitUntil, refuse },
      ),
    ({ context }) => context.get(authContext),
  ]
}

/** React Router answers a thrown `Response`; an error of another class would become a 500. */
function refuse(error: AuthError): never {
  throw error.getResponse!()
}
