/** Applies pending cookies and cache headers to the response of one h3 event. */
import { type PendingResponse, addHeaders, respond } from '@limen/core'
import { type H3Event, toResponse } from 'h3'

// Not a module-level map: with two copies of this package, both find the object.
const RESPONSE: unique symbol = Symbol.for('limen.h3.response')

/**
 * What is stored of one event. It has no session: caches replace `event.req` by a request without
 * cookies, and their handlers share this event.
 */
export class EventResponse {
  readonly #event: H3Event
  readonly #request: Request
  readonly #pending = new Set<PendingResponse>()
  /** How many of our middleware are running on this event. */
  #running = 0
  #isSent = false

  private constructor(event: H3Event) {
    this.#event = event
    this.#request = event.req
  }

  /** Returns the object of an event, and creates it at the first call. */
  static of(event: H3Event & { [RESPONSE]?: EventResponse }): EventResponse {
    return (event[RESPONSE] ??= new EventResponse(event))
  }

  /** The object of an event whose middleware has run, if any. */
  static find(event: object & { [RESPONSE]?: EventResponse }): EventResponse | undefined {
    return event[RESPONSE]
  }

  /** Adds an AuthRequest that was opened for this event. */
  add(pending: PendingResponse): void {
    this.#pending.add(pending)
  }

  /** One of our middleware starts. */
  enter(): void {
    this.#running++
  }

  /**
   * One of our middleware has finished. After the outermost one, the response counts as sent: streamed
   * bodies run from now on. After an error, the app's `onError` still creates the response.
   */
  exit(hasFailed: boolean): void {
    if (--this.#running === 0 && !hasFailed) this.#isSent = true
  }

  /** The response was created, so nothing can be added to it any more. */
  close(): void {
    this.#isSent = true
  }

  /** Whether the response was sent. Without our middleware, only Node reports it. */
  get isSent(): boolean {
    return this.#isSent || this.#event.runtime?.node?.res?.headersSent === true
  }

  /** Whether a cache has replaced the request, so that the response is stored for other visitors. */
  isCached(request: Request): boolean {
    return request !== this.#request
  }

  /** Adds a cookie or cache headers at once, where no middleware of ours adds them later. */
  stage(pending: PendingResponse): void {
    if (this.#running > 0) return
    const { headers, errHeaders } = this.#event.res
    addHeaders(headers, pending)
    // h3 drops the headers above when the handler throws, or returns a status from 400 on.
    addHeaders(errHeaders, pending)
  }

  /** Applies the pending state to what a handler returned. */
  async apply(value: unknown): Promise<unknown> {
    // h3 itself turns these into an error or an empty response, after all middleware.
    if (value === undefined || typeof value === 'symbol' || value instanceof Error) {
      this.stageAll()
      return value
    }
    const { onResponse: _, ...config } = this.#event.app?.config ?? {}
    let response = await toResponse(value, this.#event, config)
    for (const pending of this.#pending) response = respond(response, pending)
    return response
  }

  /** Applies the pending state to a response that was created after all middleware. */
  applyTo(response: Response): void {
    for (const pending of this.#pending) addHeaders(response.headers, pending)
  }

  /** Applies the pending state to the response that h3 creates from an error. */
  stageAll(): void {
    const { headers, errHeaders } = this.#event.res
    for (const pending of this.#pending) {
      addHeaders(headers, pending)
      addHeaders(errHeaders, pending)
    }
  }
}
