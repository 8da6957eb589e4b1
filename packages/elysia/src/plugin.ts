/** The plugin for Elysia: the AuthRequest of each context, and macros that reject requests. */
import { type AuthRequest, type RequestOpener, handle } from '@limen/core'
import { BOOLEAN, checkCallOptions, checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import { Elysia, type ElysiaCustomStatusResponse } from 'elysia'
import { contextOf } from './context.ts'
import { AUTH_FORM, UNAUTHORIZED, forbidden } from './messages.ts'

/** Options of `authenticate`. */
export interface AuthenticateOptions {
  /**
   * Validates the session cookie before the handler runs. The renewed cookie and the cache headers are
   * then sent also if a generator first calls `validate()` after its first `yield`. A request without a
   * cookie causes no read. If the store fails, the handler still runs. Default `false`.
   */
  readonly eager?: boolean | undefined
}

/** The plugin: what it adds to an app. */
export type AuthPlugin<AnySession> = Elysia<
  '',
  { decorator: {}; store: {}; derive: { readonly auth: AuthRequest<AnySession> }; resolve: {} },
  { typebox: {}; error: {} },
  {
    schema: {}
    standaloneSchema: {}
    macro: Partial<{ readonly requireOrigin: boolean; readonly requireSession: boolean }>
    macroFn: {
      readonly requireOrigin: {
        readonly beforeHandle: (
          context: object,
        ) => ElysiaCustomStatusResponse<403, string, 403> | undefined
      }
      readonly requireSession: {
        readonly resolve: (
          context: object,
        ) => Promise<
          | { session: AnySession }
          | ElysiaCustomStatusResponse<403, string, 403>
          | ElysiaCustomStatusResponse<401, string, 401>
        >
      }
    }
    parser: {}
    response: {}
  },
  {},
  { derive: {}; resolve: {}; schema: {}; standaloneSchema: {}; response: {} },
  { derive: {}; resolve: {}; schema: {}; standaloneSchema: {}; response: {} }
>

type Fetch = (request: Request, ...rest: unknown[]) => Response | Promise<Response>

/**
 * Adds `auth`, the AuthRequest of the request, to every context behind it, and applies its cookie and
 * cache headers to the response: to values, redirects, errors, generators and a `Response`. The store is
 * read only when a handler calls `validate()`, unless `eager` is set.
 *
 * It also adds two macros. `requireSession: true` on a route adds `session` to its context, and answers
 * 401 to visitors who are not signed in. `requireOrigin: true` answers 403 to requests that the CSRF
 * rules reject, before the handler runs; `requireSession` does so, too.
 *
 * Add it to the outermost app: Elysia then runs it around everything else. The response counts as sent
 * when the handler has returned: in a generator, from its first `yield`, `setSession()` throws and
 * `validate()` does not renew.
 *
 * @param auth The `auth` object.
 * @param options `eager: true` for generators that first read the session after a `yield`.
 * @returns The plugin, for `.use()`.
 * @throws {AuthError} `AUTH_CONFIG` for an unknown option, or if `auth` is not an `auth` object.
 *
 * @example
 * new Elysia()
 *   .use(authenticate(auth))
 *   .get('/', async ({ auth }) => (await auth.validate())?.user.userId ?? 'Please sign in')
 *   .get('/me', ({ session }) => session.user, { requireSession: true })
 */
export function authenticate<AnySession>(
  auth: RequestOpener<AnySession>,
  options?: AuthenticateOptions,
): AuthPlugin<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'authenticate(): auth', AUTH_FORM, kindOf(auth))
  const { eager } = checkCallOptions('authenticate', options, { eager: BOOLEAN })
  const open = (request: Request): AuthRequest<AnySession> => auth.openRequest(contextOf(request))
  const around =
    (fetch: Fetch): Fetch =>
    (request, ...rest) =>
      handle(auth, request, () => fetch(request, ...rest), { eager })

  // Elysia ignores the second of two plugins with the same code and seed, also with another `auth`. In
  // Workers, `crypto` cannot be used where apps are created.
  const plugin = new Elysia({ seed: Math.random() })
    // Its type says that the function returns a function, which is then called.
    .wrap(around as never)
    .derive({ as: 'global' }, ({ request }) => ({ auth: open(request) }))
    .macro({
      requireOrigin: {
        beforeHandle({ request, status }) {
          const { origin } = open(request)
          return origin.trusted ? undefined : status(403, forbidden(origin.reason))
        },
      },
      requireSession: {
        async resolve({ request, status }) {
          const authRequest = open(request)
          const { origin } = authRequest
          if (!origin.trusted) return status(403, forbidden(origin.reason))
          const session = await authRequest.validate()
          return session ? { session } : status(401, UNAUTHORIZED)
        },
      },
    })
  return plugin as unknown as AuthPlugin<AnySession>
}
