/** Tickets whose token is in a cookie: only the browser that asked can take them. */
import { type Tickets, tickets } from '@limen/core/tickets'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Site } from './site.ts'

/** Creates and takes tickets of one purpose. A browser has one at most. */
export interface BrowserTickets<Data> {
  create(c: Context, data: Parameters<Tickets<Data>['create']>[0]): Promise<void>
  /** Takes the ticket of the browser, once. Returns `null` if it is not valid. */
  take(c: Context): Promise<Data | null>
}

/** Creates the functions. The purpose is the name of the cookie, after `__Host-`. */
export function browserTickets<Data extends object>(
  { auth, tickets: store }: Site,
  purpose: string,
  expiresInMs: number,
): BrowserTickets<Data> {
  const all = tickets<Data>(store, { purpose, expiresInMs, now: () => auth.now() })
  return {
    async create(c, data) {
      const { token } = await all.create(data)
      setCookie(c, purpose, token, {
        prefix: 'host',
        httpOnly: true,
        sameSite: 'Lax',
        maxAge: expiresInMs / 1000,
      })
    },
    async take(c) {
      const result = await all.take(getCookie(c, purpose, 'host'))
      deleteCookie(c, purpose, { prefix: 'host' })
      return result.valid ? result.data : null
    },
  }
}
