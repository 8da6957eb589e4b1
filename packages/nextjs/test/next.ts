/** Stands for Next in unit tests: one request at a time, with its headers and its jar of cookies. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { CookieAttributes } from '@limen/core'

/** Where Next runs the app's code. Only an action, or a route handler, can set cookies. */
export type Phase = 'action' | 'page'

const current = new AsyncLocalStorage<NextScope>()

/** A replacement for `next/headers`. */
export const nextHeaders = {
  headers: async (): Promise<Headers> => current.getStore()!.headers,
  cookies: async (): Promise<object> => {
    const { jar } = current.getStore()!
    return jar.phase === 'action' ? jar : readonlyJar(jar)
  },
}

/** The work that `after()` received. */
export const afterwards: Promise<unknown>[] = []

/** One request, in which an action and then a page can run. */
export class NextScope {
  readonly headers: Headers
  readonly jar: FakeJar

  constructor(headers: HeadersInit = {}) {
    this.headers = new Headers(headers)
    // Next sets both where no proxy has set them.
    if (!this.headers.has('x-forwarded-host')) {
      this.headers.set('x-forwarded-host', 'app.example')
      this.headers.set('x-forwarded-proto', 'https')
    }
    this.jar = new FakeJar(this.headers.get('cookie') ?? '')
  }

  run<Result>(phase: Phase, act: () => Result): Result {
    this.jar.phase = phase
    return current.run(this, act)
  }
}

/** The cookies of a request, with the changes of its action. */
export class FakeJar {
  phase: Phase = 'page'
  readonly lines = new Map<string, string>()
  readonly #values: Map<string, string>

  constructor(cookie: string) {
    const pairs = cookie.split('; ').filter((pair) => pair.includes('='))
    this.#values = new Map(
      pairs.map((pair) => [pair.split('=')[0]!, pair.slice(pair.indexOf('=') + 1)]),
    )
  }

  get(name: string): { readonly name: string; readonly value: string } | undefined {
    const value = this.#values.get(name)
    return value === undefined ? undefined : { name, value }
  }

  set(name: string, value: string, attributes?: CookieAttributes): void {
    if (this.phase !== 'action') throw new Error('Cookies can only be modified in a Server Action')
    this.#values.set(name, value)
    this.lines.set(name, serialized(name, value, attributes))
  }

  delete(name: string): void {
    this.set(name, '')
  }
}

/** As Next's own: `set` and `delete` are one function, which throws. */
function readonlyJar(jar: FakeJar): object {
  const refuse = (): never => {
    throw new Error('Cookies can only be modified in a Server Action or Route Handler')
  }
  return { get: (name: string) => jar.get(name), set: refuse, delete: refuse }
}

function serialized(name: string, value: string, attributes?: CookieAttributes): string {
  const { path, maxAge, expires, httpOnly, secure, sameSite } = attributes ?? {}
  const parts = [
    `${name}=${value}`,
    path && `Path=${path}`,
    maxAge !== undefined && `Max-Age=${maxAge}`,
    expires && `Expires=${expires.toUTCString()}`,
    httpOnly && 'HttpOnly',
    secure && 'Secure',
    sameSite && `SameSite=${sameSite[0]!.toUpperCase()}${sameSite.slice(1)}`,
  ]
  return parts.filter(Boolean).join('; ')
}
