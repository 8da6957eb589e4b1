/** One request and response of Node, as core needs them. */
import type { CookieContext, OriginRequest, PendingResponse } from '@limen/core'
import type { NodeRequest, NodeResponse } from './node-http.ts'
import { ResponseHead } from './response-head.ts'

/** Receives the write that renews an idle session. */
export type WaitUntil = (work: Promise<unknown>) => void

/**
 * A request and its response as core needs them. It is a class because V8 stores an object literal with
 * a getter as a dictionary, which is slow to read.
 */
export class NodeContext implements CookieContext {
  readonly request: OriginRequest
  /** Until the headers are sent, all calls for this request share one AuthRequest. */
  readonly key: NodeRequest
  readonly waitUntil: WaitUntil | undefined
  readonly #head: ResponseHead
  #isOpened = false

  constructor(
    key: NodeRequest,
    response: NodeResponse,
    request: OriginRequest,
    waitUntil: WaitUntil | undefined,
  ) {
    this.key = key
    this.#head = ResponseHead.of(response)
    this.request = request
    this.waitUntil = waitUntil
  }

  // Core reads this first when it opens the context. There, `undefined` would mean that the context has
  // no response, which is a different error than a response that was sent.
  get setCookie(): CookieContext['setCookie'] {
    return this.#isOpened && this.#head.isSent ? undefined : ignore
  }

  onOpen(pending: PendingResponse): void {
    this.#isOpened = true
    this.#head.add(pending)
  }
}

/** Does nothing: the response's head reads the cookie from the AuthRequest. */
function ignore(): void {}
