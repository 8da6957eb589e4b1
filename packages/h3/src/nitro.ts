/**
 * The plugin for Nitro 3.
 *
 * @module
 */
import type { RequestOpener } from '@limen/core'
import { checkOption, isObject, kindOf } from '@limen/core/store-kit'
import type { Middleware } from 'h3'
import { type AuthenticateOptions, authenticate as middleware } from './authenticate.ts'
import { EventResponse } from './event-response.ts'
import { NITRO_FORM } from './messages.ts'

/** The part of Nitro's app that the plugin uses. */
export interface NitroApp {
  /** The h3 app inside. */
  readonly h3?: { readonly '~middleware': Middleware[] }
  /** The hooks of the running server. */
  readonly hooks: {
    /** Adds a function to a hook. */
    hook(name: 'response', run: (response: Response, event: object) => void): unknown
  }
}

/**
 * Creates the Nitro plugin that applies cookies and cache headers to every response: in place of the
 * middleware `authenticate(auth)`. It also covers what Nitro creates outside of server middleware, such
 * as error pages, `routeRules: { headers }` and routes under `routeRules: { swr }`.
 *
 * Handlers call `getAuth(auth, event)` of `@limen/h3`.
 *
 * @param auth The `auth` object.
 * @param options `eager: true` for pages that first read the session inside a streamed body.
 * @returns The plugin, for `definePlugin()` in a file of `plugins/`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * export default definePlugin(authenticate(auth))
 */
export function authenticate<AnySession>(
  auth: RequestOpener<AnySession>,
  options?: AuthenticateOptions,
): (nitro: NitroApp) => void {
  const outermost = middleware(auth, options)
  return (nitro) => {
    const chain = nitro.h3?.['~middleware']
    const isNitro3 = Array.isArray(chain) && isObject(nitro.hooks)
    checkOption(isNitro3, 'authenticate(): nitro', NITRO_FORM, kindOf(nitro))
    // At the front it runs before Nitro's route rules, so none of them replaces its headers.
    chain?.unshift(outermost)
    // Nitro's error handler creates a response after all middleware.
    nitro.hooks.hook('response', (response, event) => {
      const known = EventResponse.find(event)
      known?.applyTo(response)
      known?.close()
    })
  }
}
