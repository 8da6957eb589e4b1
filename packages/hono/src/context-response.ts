/** Applies pending cookies and cache headers to every response of one Hono context. */
import { type PendingResponse, respond } from '@limen/core'
import type { Context } from 'hono'

const KEY = 'limen:response'

/** The functions of a context that create responses. Its other functions call these. */
const CREATORS = ['body', 'html', 'json', 'newResponse', 'text'] as const

/**
 * The response of one Hono context.
 *
 * It replaces `c.res` on this context by an accessor that applies the pending cookies and headers at
 * each read. A cache between the handler and the middleware therefore sees that a response is private,
 * and a later `Cache-Control` does not make it public: Hono itself reads `c.res` last.
 */
export class ContextResponse {
  readonly #c: Context
  readonly #requests = new Set<PendingResponse>()
  /** What functions of the context returned. */
  readonly #values = new Map<unknown, unknown>()
  /** Where the token of an AuthRequest can come from, if a middleware has set it. */
  readonly sources: Map<object, readonly ('cookie' | 'bearer')[]> = new Map()
  /** How many of our middleware are running on this context. */
  #running = 0
  #hasFailed = false
  #isSent = false
  #isWatched = false
  /** What the context created last. On a route without middleware, Hono does not assign it to `c.res`. */
  #created: Response | undefined

  private constructor(c: Context) {
    this.#c = c
  }

  /** Returns the object of a context, and creates it at the first call. */
  static of(c: Context): ContextResponse {
    const known: ContextResponse | undefined = c.get(KEY)
    if (known) return known
    const created = new ContextResponse(c)
    c.set(KEY, created)
    Object.defineProperty(c, 'res', RES)
    return created
  }

  /** Adds pending state to apply: an AuthRequest, for example. */
  add(request: PendingResponse): void {
    this.#requests.add(request)
  }

  /** Calls a function of the context once, although several middleware can have it. */
  once<Value>(key: unknown, create: () => Value): Value {
    if (!this.#values.has(key)) this.#values.set(key, create())
    return this.#values.get(key) as Value
  }

  /** One of our middleware starts. */
  enter(): void {
    this.#running++
    this.#hasFailed = false
  }

  /**
   * One of our middleware has finished. After the outermost one, the response counts as sent: streamed
   * bodies run from now on, and Hono gives no later sign. After an error, an error handler still creates
   * the response and can set cookies, so it counts as sent when Hono assigns it to `c.res`.
   */
  exit(hasFailed: boolean): void {
    if (--this.#running > 0) return
    if (hasFailed) this.#hasFailed = true
    else this.#isSent = true
  }

  /**
   * Whether the response was sent. Without middleware Hono gives no sign, but a response whose body is
   * being read was sent.
   */
  get isSent(): boolean {
    if (this.#isSent || this.#running > 0) return this.#isSent
    const response = this.#c.finalized ? readOf(this.#c) : this.#created
    return response !== undefined && (response.bodyUsed || response.body?.locked === true)
  }

  /** Applies the pending state to each response that the context's functions create. */
  watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const watched = CREATORS.map((name) => {
      const create = Reflect.get(this.#c, name) as (
        ...args: unknown[]
      ) => Response | Promise<Response>
      const createApplied = (...args: unknown[]) => {
        const created = create(...args)
        return created instanceof Response
          ? this.#applyToCreated(created)
          : created.then((one) => this.#applyToCreated(one))
      }
      return [name, createApplied]
    })
    Object.assign(this.#c, Object.fromEntries(watched))
  }

  /** Applies a change to the responses that a handler can already have. */
  update(): void {
    if (this.#created) this.#applyInPlace(this.#created)
    if (this.#c.finalized) this.read()
  }

  /** Reads `c.res`. */
  read(): Response {
    const response = readOf(this.#c)
    // Before that it is Hono's placeholder, whose headers Hono writes over those of the response.
    if (!this.#c.finalized) return response
    const applied = this.#apply(response)
    if (applied !== response) {
      // Hono writes the headers of the present response over those of the assigned one.
      assignTo(this.#c, undefined)
      assignTo(this.#c, applied)
    }
    return applied
  }

  /** Assigns `c.res`. */
  assign(response: Response | undefined): void {
    const hasCookie = [...this.#requests].some((request) => request.cookie())
    const cookies = hasCookie && response ? response.headers.getSetCookie() : []
    assignTo(this.#c, response)
    if (cookies.length > 0) {
      // If the present response has cookies, Hono drops those of the assigned one.
      const { headers } = readOf(this.#c)
      const names = new Set(headers.getSetCookie().map(nameOf))
      for (const line of cookies) if (!names.has(nameOf(line))) headers.append('Set-Cookie', line)
    }
    if (this.#hasFailed && this.#running === 0) this.#isSent = true
    if (this.#isWatched && response && this.read() !== response) {
      // Without middleware, Hono can send the assigned object itself. The app can share that object
      // between visitors, so it gets no cookie, but it must not be public.
      for (const { vary } of this.#requests) {
        respond(response, { cookie: () => undefined, isPrivate: true, vary })
      }
    }
  }

  #applyToCreated(created: Response): Response {
    return (this.#created = this.#apply(created))
  }

  /** Changes the response itself, which the handler has: the context created it for this request. */
  #applyInPlace(created: Response): void {
    const applied = this.#apply(created)
    if (applied === created) return
    const names = Array.from(created.headers.keys())
    for (const name of names) created.headers.delete(name)
    for (const [name, value] of applied.headers) created.headers.append(name, value)
  }

  #apply(response: Response): Response {
    for (const request of this.#requests) {
      if (request.vary.length === 0) continue
      // While our middleware runs, the app can still choose how long to cache an anonymous page.
      const isUndecided =
        this.#running > 0 &&
        !request.isPrivate &&
        !request.cookie() &&
        !response.headers.has('Cache-Control')
      response = respond(response, request)
      if (isUndecided) response.headers.delete('Cache-Control')
    }
    return response
  }
}

// One descriptor for all contexts: V8 does not optimize objects that each have their own accessor.
const RES: PropertyDescriptor & ThisType<Context> = {
  configurable: true,
  get() {
    return ContextResponse.of(this).read()
  },
  set(response: Response | undefined) {
    ContextResponse.of(this).assign(response)
  },
}

function readOf(c: Context): Response {
  return Reflect.get(Object.getPrototypeOf(c) as Context, 'res', c)
}

function assignTo(c: Context, response: Response | undefined): void {
  Reflect.set(Object.getPrototypeOf(c) as Context, 'res', response, c)
}

function nameOf(line: string): string {
  return line.slice(0, line.indexOf('='))
}
