/** Applies pending cookies and cache headers to every response of one Hono context. */
import { type PendingResponse, respond } from '@limen/core'
import type { Context } from 'hono'

const PENDING = 'limen:pending'

/** The functions of a context that make responses; its other ones call these. */
const MAKERS = ['body', 'html', 'json', 'newResponse', 'text'] as const

/**
 * The pending response state of one Hono context.
 *
 * It replaces `c.res` on this context by an accessor that applies the pending cookies and headers at
 * each read. So a cache between the handler and the middleware sees that a response is private, and
 * no `Cache-Control` that is set later removes it: Hono itself reads `c.res` last.
 */
export class ContextResponse {
  readonly #c: Context
  readonly #requests = new Set<PendingResponse>()
  /** What functions of the context have made. */
  readonly #values = new Map<unknown, unknown>()
  /** How many of Limen's middleware run on this context. */
  #running = 0
  #hasFailed = false
  #hasLeft = false
  #isWatched = false
  /** What the context made last. Where a route has no middleware, Hono never assigns it to `c.res`. */
  #made: Response | undefined

  private constructor(c: Context) {
    this.#c = c
  }

  /** Returns the state of a context. */
  static of(c: Context): ContextResponse {
    const known: ContextResponse | undefined = c.get(PENDING)
    if (known) return known
    const pending = new ContextResponse(c)
    c.set(PENDING, pending)
    Object.defineProperty(c, 'res', RES)
    return pending
  }

  /** Adds an AuthRequest, or what is known of one. */
  add(request: PendingResponse): void {
    this.#requests.add(request)
  }

  /** Calls a function of the context once, however many middleware are given it. */
  once<Value>(key: unknown, make: () => Value): Value {
    if (!this.#values.has(key)) this.#values.set(key, make())
    return this.#values.get(key) as Value
  }

  /** Limen's middleware begins. */
  enter(): void {
    this.#running++
    this.#hasFailed = false
  }

  /**
   * Limen's middleware has finished. After the outermost one the response has left: streamed bodies
   * run from now on, and Hono gives no later sign. After an error the response is still to be made by
   * an error handler, which can set cookies, so the response leaves when Hono assigns it to `c.res`.
   */
  exit(hasFailed: boolean): void {
    if (--this.#running > 0) return
    if (hasFailed) this.#hasFailed = true
    else this.#hasLeft = true
  }

  /**
   * Whether the response has left. Without middleware Hono gives no sign, but a body that is being
   * read has left.
   */
  get hasLeft(): boolean {
    if (this.#hasLeft || this.#running > 0) return this.#hasLeft
    const response = this.#c.finalized ? readOf(this.#c) : this.#made
    return response !== undefined && (response.bodyUsed || response.body?.locked === true)
  }

  /** Applies what is pending to each response that the context's functions make. */
  watch(): void {
    if (this.#isWatched) return
    this.#isWatched = true
    const watched = MAKERS.map((name) => {
      const make = Reflect.get(this.#c, name) as (
        ...args: unknown[]
      ) => Response | Promise<Response>
      const makeMarked = (...args: unknown[]) => {
        const made = make(...args)
        return made instanceof Response ? this.#keep(made) : made.then((one) => this.#keep(one))
      }
      return [name, makeMarked]
    })
    Object.assign(this.#c, Object.fromEntries(watched))
  }

  /** Applies what has changed to the responses that a handler can already hold. */
  update(): void {
    if (this.#made) this.#markInPlace(this.#made)
    if (this.#c.finalized) this.read()
  }

  /** Reads `c.res`. */
  read(): Response {
    const response = readOf(this.#c)
    // Before that it is Hono's placeholder, whose headers Hono writes over those of the response.
    if (!this.#c.finalized) return response
    const marked = this.#mark(response)
    if (marked !== response) {
      // Hono writes the headers of the present response over those of the assigned one.
      assignTo(this.#c, undefined)
      assignTo(this.#c, marked)
    }
    return marked
  }

  /** Assigns `c.res`. */
  assign(response: Response | undefined): void {
    const hasCookie = [...this.#requests].some((request) => request.cookie())
    const own = hasCookie && response ? response.headers.getSetCookie() : []
    assignTo(this.#c, response)
    if (own.length > 0) {
      // Where the present response has cookies, Hono drops those of the assigned one.
      const { headers } = readOf(this.#c)
      const names = new Set(headers.getSetCookie().map(nameOf))
      for (const line of own) if (!names.has(nameOf(line))) headers.append('Set-Cookie', line)
    }
    if (this.#hasFailed && this.#running === 0) this.#hasLeft = true
    if (this.#isWatched && response && this.read() !== response) {
      // Without middleware Hono can send the assigned object itself. It can be one for all visitors, so
      // it gets no cookie, but it must not be public.
      for (const { vary } of this.#requests) {
        respond(response, { cookie: () => undefined, wasRead: true, vary })
      }
    }
  }

  #keep(made: Response): Response {
    return (this.#made = this.#mark(made))
  }

  /** The handler holds this response, and no other visitor does: the context has just made it. */
  #markInPlace(made: Response): void {
    const marked = this.#mark(made)
    if (marked === made) return
    const names = Array.from(made.headers.keys())
    for (const name of names) made.headers.delete(name)
    for (const [name, value] of marked.headers) made.headers.append(name, value)
  }

  #mark(response: Response): Response {
    for (const request of this.#requests) {
      if (request.vary.length === 0) continue
      // Inside the middleware the app can still choose how long to cache an anonymous page.
      const isUndecided =
        this.#running > 0 &&
        !request.wasRead &&
        !request.cookie() &&
        !response.headers.has('Cache-Control')
      response = respond(response, request)
      if (isUndecided) response.headers.delete('Cache-Control')
    }
    return response
  }
}

// Shared by all contexts: V8 gives up on objects that each have an accessor of their own.
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
