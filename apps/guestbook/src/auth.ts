/** How Limen keeps this book's visitors signed in. */
import { type AuthEvent, type InferSession, limen } from '@limen/core'
import type { AuthVariables } from '@limen/hono'
import { d1Store } from '@limen/workers'
import type { Context } from 'hono'
import type { Env } from './env.ts'

interface UserAttributes {
  readonly name: string
}

interface SessionAttributes {
  readonly device: string
}

/**
 * The `auth` object. Bindings come with each request, and so does this.
 *
 * @param onEvent Called for each event of this one request.
 */
export function authFor(env: Env, onEvent?: (event: AuthEvent) => void) {
  return limen({
    store: d1Store<UserAttributes, SessionAttributes>(env.DB),
    // A name of its own: browsers send the cookies of localhost to every port.
    sessionCookie: { name: '__Host-Http-guestbook' },
    ...(onEvent && { onEvent }),
    getUserAttributes: ({ name }) => ({ name }),
    getSessionAttributes: ({ device }) => ({ device }),
  })
}

/** The same for Limen's middleware, which hands over a context. */
export const authOf = (c: Context<AppEnv>) =>
  authFor(c.env, (event) => {
    if (event.type !== 'token-rejected' || event.carrier !== 'Cookie') return
    if (event.reason === 'unknown' || event.reason === 'expired') c.set('wasSignedOut', true)
  })

export type VisitorSession = InferSession<ReturnType<typeof authFor>>

/** What every handler of the guestbook finds on its context. */
export interface AppEnv {
  Bindings: Env
  Variables: AuthVariables<ReturnType<typeof authFor>> & {
    /** Set when the cookie names a session that was ended elsewhere, or has expired. */
    wasSignedOut?: boolean
  }
}

/** What a room asks of a context, whichever middleware stood before it. */
export type AppContext = Pick<
  Context<AppEnv>,
  'env' | 'executionCtx' | 'header' | 'html' | 'req' | 'var'
>

/** The same, where nobody may have asked yet who the visitor is. */
export type PlainContext = Pick<Context, 'header' | 'html' | 'req'>
