/** Connects Limen to node:http, and to frameworks on top of it, such as Express. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type AuthRequest, type RequestOpener, respond } from '@limen/core'

/**
 * Opens the AuthRequest of a request. Its cookie and cache headers are added to the response just
 * before Node sends the headers.
 */
export function openNodeRequest<AnySession>(
  auth: RequestOpener<AnySession>,
  request: IncomingMessage,
  response: ServerResponse,
): AuthRequest<AnySession> {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const context = {
    request: {
      method: request.method ?? 'GET',
      url: `${scheme}://${request.headers.host}${request.url}`,
      headers: {
        get: (name: string) => request.headers[name.toLowerCase()]?.toString() ?? null,
      },
    },
    // Every call for this request returns the same AuthRequest.
    key: request,
    // The cookie waits in the AuthRequest, from which respond() reads it.
    setCookie: (() => {}) as (() => void) | undefined,
  }
  const authRequest = auth.openRequest(context)

  // Node calls writeHead() before it sends headers, also when the app does not.
  const writeHead: (status: number, ...rest: never[]) => ServerResponse =
    response.writeHead.bind(response)
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const given = rest.find((value) => typeof value === 'object')
    for (const [name, value] of Object.entries((given ?? {}) as OutgoingHttpHeaders)) {
      if (value !== undefined) response.setHeader(name, value)
    }
    addHeaders(response, authRequest)
    // From now on setSession() throws AUTH_RESPONSE_SENT.
    context.setCookie = undefined
    return writeHead(status, ...(rest.filter((value) => typeof value === 'string') as never[]))
  }
  return authRequest
}

function addHeaders(response: ServerResponse, authRequest: AuthRequest<unknown>): void {
  const before = new Headers()
  for (const [name, value] of Object.entries(response.getHeaders())) {
    for (const one of [value ?? []].flat()) before.append(name, String(one))
  }
  const { headers } = respond(new Response(null, { headers: before }), authRequest)
  for (const name of response.getHeaderNames()) if (!headers.has(name)) response.removeHeader(name)
  for (const [name, value] of headers) {
    response.setHeader(name, name === 'set-cookie' ? headers.getSetCookie() : value)
  }
}
