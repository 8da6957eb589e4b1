/** Route middleware that rejects requests. */
import { checkCallOptions, checkOption, kindOf } from '@limen/core/store-kit'
import { type MiddlewareFunction, redirect } from 'react-router'
import type { GetAuth } from './authenticate.ts'
import { GET_AUTH_FORM, REDIRECT_FORM } from './messages.ts'

/** Options of `requireSession()`. */
export interface RequireSessionOptions {
  /** Where anonymous visitors are redirected to. Default: they get a 401. */
  readonly redirectTo?: string | undefined
}

/**
 * Answers a request that the CSRF rules refuse with 403, before the loaders and actions run. Use it for
 * routes whose actions write something for anonymous visitors, such as sign-up and sign-in.
 *
 * React Router itself answers an action of another origin with 400. It does not check requests without
 * `Origin`, nor resource routes.
 *
 * @param getAuth The second function that `authenticate()` returned.
 * @returns The middleware, for a route below that of the middleware of `authenticate()`.
 * @throws {AuthError} `AUTH_CONFIG` if `getAuth` is not a function.
 *
 * @example
 * const middleware = [requireOrigin(getAuth)]
 */
export function requireOrigin(getAuth: GetAuth<unknown>): MiddlewareFunction<Response> {
  checkGetAuth('requireOrigin', getAuth)
  return async (args) => refuseUntrusted(getAuth, args)
}

/**
 * Requires a session: for the loaders and actions of a route and of the routes in it. A request that the
 * CSRF rules refuse is answered with 403.
 *
 * React Router runs no middleware for a client navigation to routes of which none has a loader: give the
 * route a loader.
 *
 * @param getAuth The second function that `authenticate()` returned.
 * @param options `redirectTo`.
 * @returns The middleware.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `getAuth` is not a function.
 *
 * @example
 * const middleware = [requireSession(getAuth, { redirectTo: '/sign-in' })]
 */
export function requireSession(
  getAuth: GetAuth<unknown>,
  options?: RequireSessionOptions,
): MiddlewareFunction<Response> {
  checkGetAuth('requireSession', getAuth)
  const { redirectTo } = checkCallOptions('requireSession', options, {
    redirectTo: [(value) => typeof value === 'string' && value.startsWith('/'), REDIRECT_FORM],
  })
  return async (args) => {
    refuseUntrusted(getAuth, args)
    if (await getAuth(args).validate()) return
    throw redirectTo ? redirect(redirectTo) : new Response('Unauthorized', { status: 401 })
  }
}

function checkGetAuth(caller: string, getAuth: unknown): void {
  const isFunction = typeof getAuth === 'function'
  checkOption(isFunction, `${caller}(): getAuth`, GET_AUTH_FORM, kindOf(getAuth))
}

function refuseUntrusted(getAuth: GetAuth<unknown>, args: Parameters<GetAuth<unknown>>[0]): void {
  const { origin } = getAuth(args)
  if (!origin.trusted) throw new Response(`Forbidden: ${origin.reason}`, { status: 403 })
}
