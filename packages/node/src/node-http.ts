/** The requests and responses of Node, in HTTP/1.1 and HTTP/2. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { OriginRequest } from '@limen/core'

/** A request of `node:http` or of the compatibility API of `node:http2`. */
export type NodeRequest = IncomingMessage | Http2ServerRequest

/** A response of `node:http` or of the compatibility API of `node:http2`. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** The request as core reads it. The path is left out: only the scheme and the host count. */
export function originRequest(
  { headers, method }: NodeRequest,
  scheme: string,
  host: string | null,
): OriginRequest {
  return {
    method: method ?? '',
    // Without a host there is no origin to compare with: an `Origin` is not the app's own.
    url: host ? `${scheme}://${host}/` : '',
    headers: { get: (name) => headerOf(headers, name) },
  }
}

/** Reads a header of a request. In HTTP/2, `:authority` replaces `Host`. */
export function headerOf(headers: NodeRequest['headers'], name: string): string | null {
  const key = name.toLowerCase()
  const value = headers[key] ?? (key === 'host' ? headers[':authority'] : undefined)
  return value === undefined ? null : String(value)
}
