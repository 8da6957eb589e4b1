/** The AuthRequest of a WebSocket handshake: the event `upgrade` has no response. */
import type { AuthRequest, CookieContext, OriginRequest, RequestOpener } from '@limen/core'
import { checkOption, hasMethod, kindOf } from '@limen/core/store-kit'
import { AUTH_FORM } from './messages.ts'
import { nodeOrigin } from './middleware.ts'
import type { NodeRequest } from './node-http.ts'

/**
 * Opens the AuthRequest of a request to upgrade, for the event `upgrade` of a server. All calls for one
 * request return the same.
 *
 * Any page on the web can open a socket to your app, with the visitor's cookie: answer 403 unless
 * `authRequest.origin.trusted`. Send `authRequest.cookie()`, the cookie of a renewed session, with the
 * handshake: the library `ws` has an event `headers` for that.
 *
 * @param auth The `auth` object, with any middleware.
 * @param request The request of the event.
 * @returns The AuthRequest. From the first byte that is sent, `setSession()` throws
 * `AUTH_RESPONSE_SENT`, and `validate()` renews nothing.
 * @throws {AuthError} `AUTH_CONFIG` if `auth` is not an `auth` object.
 *
 * @example
 * sockets.on('headers', (lines, request) => {
 *   const cookie = openUpgrade(auth, request).cookie()
 *   if (cookie) lines.push(`Set-Cookie: ${cookie.serialize()}`)
 * })
 */
export function openUpgrade<AnySession>(
  auth: RequestOpener<AnySession>,
  request: NodeRequest,
): AuthRequest<AnySession> {
  checkOption(hasMethod(auth, 'openRequest'), 'openUpgrade(): auth', AUTH_FORM, kindOf(auth))
  return auth.openRequest(new UpgradeContext(request))
}

const BYTES_BEFORE = Symbol('limen:upgrade')

class UpgradeContext implements CookieContext {
  readonly request: OriginRequest
  readonly key: NodeRequest & { [BYTES_BEFORE]?: number }
  #isOpened = false

  constructor(key: NodeRequest) {
    this.key = key
    this.request = nodeOrigin(key)
    // A connection that was kept alive has sent other responses before.
    this.key[BYTES_BEFORE] ??= key.socket.bytesWritten
  }

  get setCookie(): CookieContext['setCookie'] {
    // The one who sends the handshake reads the cookie from the AuthRequest.
    const isSent = this.key.socket.bytesWritten > this.key[BYTES_BEFORE]!
    return this.#isOpened && isSent ? undefined : () => {}
  }

  onOpen(): void {
    this.#isOpened = true
  }
}
