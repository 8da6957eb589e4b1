/** One event of SvelteKit, as core needs it. */
import type { AuthError, CookieContext, Middleware, SessionCookie } from '@limen/core'
import { error } from '@sveltejs/kit'
import { forbidden } from './messages.ts'

/** Receives the write that renews an idle session. */
export type WaitUntil = (work: Promise<unknown>) => void

/** The part of `event.cookies` that Limen uses. */
export interface KitCookies {
  /** Sets a cookie, which `get()` and `event.fetch` then see. It throws when the page was rendered. */
  set: (name: string, value: string, options: SessionCookie['attributes']) => void
}

/** The part of an event of SvelteKit that Limen uses. Its types are the same in SvelteKit 2 and 3. */
export interface KitEvent {
  /** The request as the client sent it. */
  readonly request: Request
  /** The URL of the request. */
  readonly url: URL
  /** The cookies of the response. */
  readonly cookies: KitCookies
  /** What the platform adds, such as `platform.ctx` on Cloudflare. */
  readonly platform?: unknown
  /** Fetches from this app without the network. */
  readonly fetch: typeof fetch
}

/** The context of a request whose cookie and cache headers `authenticate()` applies. */
export class EventContext implements CookieContext {
  readonly request: Request
  /** The same in all copies of the event that hooks, `load` functions and actions receive. */
  readonly key: Request
  /** Becomes `undefined` when the response has left the hook. */
  setCookie: CookieContext['setCookie'] = (cookie) => this.#show(cookie)
  readonly #event: Pick<KitEvent, 'cookies' | 'platform'>
  readonly #waitUntil: WaitUntil | undefined

  constructor(
    event: Pick<KitEvent, 'request' | 'cookies' | 'platform'>,
    waitUntil: WaitUntil | undefined,
  ) {
    this.request = this.key = event.request
    this.#event = event
    this.#waitUntil = waitUntil
  }

  // Core reads this only to renew a session: in a prerendered route, the properties of
  // `event.platform` throw in development on Cloudflare.
  get waitUntil(): WaitUntil | undefined {
    return this.#waitUntil ?? waitUntilOf(this.#event)
  }

  /** SvelteKit renders an error page, or JSON for `use:enhance`. Any other error would be a 500. */
  refuse(refusal: AuthError): never {
    error(403, forbidden(refusal.message.split(':')[0]!))
  }

  /**
   * Shows a cookie that the app set to `event.cookies.get()` and `event.fetch`. The hook adds it to the
   * response, as it does renewed cookies, whose token is the same.
   */
  #show({ name, value, attributes, renewal }: SessionCookie): void {
    if (renewal) return
    try {
      this.#event.cookies.set(name, value, attributes)
    } catch {
      // The page was rendered, and a hook between sets the session: the response can still be changed.
    }
  }
}

/** The function that keeps the platform alive: Cloudflare has `ctx`, Netlify has `context`. */
function waitUntilOf({ platform }: Pick<KitEvent, 'platform'>): WaitUntil | undefined {
  try {
    const { ctx, context } = (platform ?? {}) as {
      readonly [name in 'ctx' | 'context']?: { readonly waitUntil?: unknown }
    }
    const owner = ctx ?? context
    if (typeof owner?.waitUntil !== 'function') return undefined
    return (work) => (owner as { waitUntil: WaitUntil }).waitUntil(work)
  } catch {
    return undefined
  }
}

/** The part of an event of SvelteKit that `auth.handleRequest(event)` uses. */
export interface MigrationEvent extends Pick<KitEvent, 'request' | 'cookies' | 'platform'> {
  /** Sets headers of the response. It throws when a header was set before. */
  setHeaders(headers: Record<string, string>): void
}

/**
 * Makes `auth.handleRequest(event)` work as in Lucia 2: in a hook, `event.locals.auth =
 * auth.handleRequest(event)`. In a hook that is {@link authenticate}, or behind one, it returns
 * `event.locals.auth`.
 *
 * Without `authenticate`, use it in the hook and nowhere else, and set no `Cache-Control` on pages that
 * read a session: SvelteKit lets a header be set only once, so a page whose `load` sets one first stays
 * as cacheable as that says, and one that sets it later is an error. Requests that `event.fetch` makes
 * have AuthRequests of their own.
 *
 * @returns The middleware for `limen({ middleware })`.
 *
 * @example
 * const auth = limen({ store: memoryStore(), middleware: sveltekit() })
 * export const handle: Handle = ({ event, resolve }) => {
 *   event.locals.auth = auth.handleRequest(event)
 *   return resolve(event)
 * }
 */
export function sveltekit(): Middleware<[event: MigrationEvent]> {
  return (event) => new MigrationContext(event)
}

/** The context of an event whose response no hook of ours has: SvelteKit itself applies what it sets. */
class MigrationContext implements CookieContext {
  readonly request: Request
  readonly key: Request
  readonly #base: EventContext
  readonly #event: MigrationEvent
  /** SvelteKit replaces this function when the page was rendered. */
  readonly #set: KitCookies['set']

  constructor(event: MigrationEvent) {
    this.request = this.key = event.request
    this.#base = new EventContext(event, undefined)
    this.#event = event
    this.#set = event.cookies.set
  }

  get setCookie(): CookieContext['setCookie'] {
    return this.#event.cookies.set === this.#set ? (cookie) => this.#send(cookie) : undefined
  }

  get waitUntil(): WaitUntil | undefined {
    return this.#base.waitUntil
  }

  refuse(refusal: AuthError): never {
    this.#base.refuse(refusal)
  }

  onSession(): void {
    this.#setHeader('cache-control', 'private, no-store')
    this.#setHeader('vary', 'Cookie')
  }

  #send(cookie: SessionCookie): void {
    for (const { name, value, attributes } of [cookie, ...cookie.deletions]) {
      this.#event.cookies.set(name, value, attributes)
    }
    for (const [name, value] of cookie.headers ?? []) this.#setHeader(name, value)
    this.onSession()
  }

  #setHeader(name: string, value: string): void {
    try {
      this.#event.setHeaders({ [name]: value })
    } catch {
      // The app, or an earlier call, has set it: SvelteKit lets each header be set only once.
    }
  }
}
