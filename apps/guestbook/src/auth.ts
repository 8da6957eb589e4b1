/** Configures Limen for the guestbook. */
import { type AuthEvent, type InferSession, limen } from '@limen/core'
import { deviceBound } from '@limen/core/device-bound'
import type { AuthContext, AuthVariables } from '@limen/hono'
import { d1Store } from '@limen/workers'
import type { Context } from 'hono'
import type { Env } from './env.ts'

interface UserAttributes {
  readonly name: string
}

interface SessionAttributes {
  readonly device: string
  /** Whether the box "Stay signed in" was checked. */
  readonly remember?: boolean
}

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** On how many devices a user can be signed in. */
export const MAX_DEVICES = 5

/** For how many minutes after a sign-in a user can change the passphrase. */
export const RECENT_MINUTES = 5

/**
 * Creates the `auth` object for one request, because bindings are passed with each request.
 *
 * @param onEvent Called for each event of this request.
 */
export function authFor(env: Env, onEvent?: (event: AuthEvent) => void) {
  return limen({
    store: d1Store<UserAttributes, SessionAttributes>(env.DB),
    // A unique name: browsers send the cookies of localhost to every port.
    sessionCookie: {
      name: '__Host-Http-guestbook',
      persistent: ({ attributes }) => attributes.remember === true,
    },
    sessionExpiresIn: ({ attributes }) => ({
      // A session that is used is renewed once an hour, so "last used" is exact to an hour.
      activePeriod: HOUR,
      // Browsers that restore their tabs restore the cookie too, so the session also expires sooner.
      idlePeriod: (attributes.remember === true ? 15 : 2) * DAY,
    }),
    maxSessionsPerUser: { limit: MAX_DEVICES, onLimit: 'revoke-oldest' },
    // Over https, Chrome and Edge sign with a key that they cannot export: a copied cookie opens nothing.
    extensions: [deviceBound({ path: '/device' })],
    ...(onEvent && { onEvent }),
    getUserAttributes: ({ name }) => ({ name }),
    getSessionAttributes: ({ device }) => ({ device }),
  })
}

/** The same for Limen's middleware, which passes a context. */
export const authOf = (c: Context<AppEnv>) =>
  authFor(c.env, (event) => {
    if (event.type !== 'token-rejected' || event.carrier !== 'Cookie') return
    if (event.reason === 'unknown' || event.reason === 'expired') c.set('wasSignedOut', true)
  })

export type VisitorSession = InferSession<ReturnType<typeof authFor>>

/** The bindings and variables of the guestbook's contexts. */
export interface AppEnv {
  Bindings: Env
  Variables: AuthVariables<ReturnType<typeof authFor>> & {
    /** Set if the session of the cookie was revoked on another device, or has expired. */
    wasSignedOut?: boolean
  }
}

/** The part of a context that handlers use, with any middleware before them. */
export type AppContext = AuthContext<ReturnType<typeof authFor>, AppEnv>

/** The same before `authenticate()` ran. */
export type PlainContext = Pick<Context, 'header' | 'html' | 'req'>
