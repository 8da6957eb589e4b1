/** Connects Limen to node:http, and to frameworks on top of it, such as Express. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AuthRequest, type RequestOpener, addHeaders } from '@limen/core'

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
    // Until the response is sent, every call for this request returns the same AuthRequest.
    key: request,
    // It does nothing, because addHeaders() reads the cookie from the AuthRequest. Without the cast,
    // TypeScript would not let it become undefined below.
    setCookie: (() => {}) as (() => void) | undefined,
  }
  const authRequest = auth.openRequest(context)
  if (response.headersSent) {
    // Only now: a request that is opened without setCookie has cookies disabled, as in web() mode.
    context.setCookie = undefined
    return authRequest
  }

  // Node calls writeHead() before it sends headers, also when the app does not.
  const writeHead: (status: number, ...rest: never[]) => ServerResponse =
    response.writeHead.bind(response)
  response.writeHead = (status: number, ...rest: unknown[]) => {
    const given = rest.find((value) => typeof value === 'object')
    const headers = pairsOf(given ?? {}).filter(([, value]) => value !== undefined)
    for (const [name] of headers) response.removeHeader(name)
    for (const [name, value] of headers) {
      for (const one of [value].flat()) response.appendHeader(name, String(one))
    }
    applyPending(response, authRequest)
    // From now on setSession() throws AUTH_RESPONSE_SENT.
    context.setCookie = undefined
    return writeHead(status, ...(rest.filter((value) => typeof value === 'string') as never[]))
  }
  return authRequest
}

/** The headers that writeHead() receives: an object, or an array of names and values in turn. */
function pairsOf(given: object): [name: string, value: unknown][] {
  if (!Array.isArray(given)) return Object.entries(given)
  const items: readonly unknown[] = given
  return items.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), items[index + 1]] as [string, unknown]] : [],
  )
}

function applyPending(response: ServerResponse, authRequest: AuthRequest<unknown>): void {
  const headers = new Headers()
  for (const [name, value] of Object.entries(response.getHeaders())) {
    for (const one of [value ?? []].flat()) headers.append(name, String(one))
  }
  addHeaders(headers, authRequest)
  for (const name of response.getHeaderNames()) if (!headers.has(name)) response.removeHeader(name)
  for (const [name, value] of headers) {
    response.setHeader(name, name === 'set-cookie' ? headers.getSetCookie() : value)
  }
}
