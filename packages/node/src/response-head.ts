/** Adds pending cookies and cache headers to a response of Node, just before its headers are sent. */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import { type PendingResponse, type ResponseHeaders, addHeaders } from '@limen/core'
import type { NodeResponse } from './node-http.ts'

type WriteHead = (status: number, ...rest: unknown[]) => ServerResponse

type Value = number | string | readonly string[]

/** The headers that `writeHead()` receives: an object, names and values in turn, or pairs of both. */
type Given = Readonly<Record<string, Value>> | readonly (Value | readonly [string, Value])[]

const HEAD = Symbol('limen:head')

/**
 * The headers of one response. It replaces `writeHead()`, which Node calls before it sends headers, also
 * when the app does not: so it sees the headers that the framework, error pages and other middleware set
 * last.
 */
export class ResponseHead {
  readonly #response: ServerResponse
  readonly #pending: PendingResponse[] = []
  #isOnItsWay = false

  private constructor(response: ServerResponse) {
    this.#response = response
    const writeHead = response.writeHead.bind(response) as WriteHead
    response.writeHead = (status: number, ...rest: unknown[]) => {
      this.#isOnItsWay = true
      try {
        return this.#write(writeHead, status, rest)
      } finally {
        // Node can reject headers: then an error page follows, which can have cookies.
        this.#isOnItsWay = false
      }
    }
  }

  /** Returns the headers of a response, and creates the object at the first call. */
  static of(response: NodeResponse): ResponseHead {
    // A property, because a WeakMap is slower in Node. The methods of both versions of HTTP have the same
    // parameters.
    const owner = response as ServerResponse & { [HEAD]?: ResponseHead }
    return (owner[HEAD] ??= new ResponseHead(owner))
  }

  /** Whether it is too late for a cookie. */
  get isSent(): boolean {
    return this.#isOnItsWay || this.#response.headersSent
  }

  /** Adds an AuthRequest, whose cookie and cache headers are applied when the headers are sent. */
  add(pending: PendingResponse): void {
    this.#pending.push(pending)
  }

  #write(writeHead: WriteHead, status: number, rest: unknown[]): ServerResponse {
    const response = this.#response
    const pending = this.#pending.filter(({ vary }) => vary.length > 0)
    // Without a change of ours, Node receives exactly what the app passed.
    if (response.headersSent || pending.length === 0) return writeHead(status, ...rest)
    const reason = typeof rest[0] === 'string' ? [rest.shift()] : []
    setGiven(response, (rest[1] ?? rest[0] ?? {}) as Given)
    const headers = new NodeHeaders(response)
    for (const one of pending) addHeaders(headers, one)
    return writeHead(status, ...reason)
  }
}

/** Does what `writeHead()` does with its own headers beside those that were set before. */
function setGiven(response: ServerResponse, given: Given): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given)) {
      response.setHeader(name, value as OutgoingHttpHeader)
    }
    return
  }
  const pairs = pairsOf(given)
  for (const [name] of pairs) response.removeHeader(name)
  for (const [name, value] of pairs) response.appendHeader(name, value as string | string[])
}

function pairsOf(given: readonly unknown[]): readonly (readonly [name: string, value: unknown])[] {
  if (Array.isArray(given[0])) return given as readonly [string, unknown][]
  return given.flatMap((name, index) =>
    index % 2 === 0 ? [[String(name), given[index + 1]] as const] : [],
  )
}

/** The headers of a response, as core changes them. */
class NodeHeaders implements ResponseHeaders {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get(name: string): string | null {
    const value = this.#response.getHeader(name)
    if (value === undefined) return null
    return Array.isArray(value) ? value.join(', ') : String(value)
  }

  getSetCookie(): string[] {
    return [this.#response.getHeader('Set-Cookie') ?? []].flat().map(String)
  }

  set(name: string, value: string): void {
    this.#response.setHeader(name, value)
  }

  append(name: string, value: string): void {
    const before = this.get(name)
    if (before === null) this.set(name, value)
    else if (name === 'Set-Cookie') {
      this.#response.setHeader(name, [...this.getSetCookie(), value])
    } else this.set(name, `${before}, ${value}`)
  }

  delete(name: string): void {
    this.#response.removeHeader(name)
  }

  forEach(call: (value: string, name: string) => void): void {
    for (const name of this.#response.getHeaderNames()) call(this.get(name)!, name)
  }
}
