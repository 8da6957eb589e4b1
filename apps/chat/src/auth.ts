/** Configures Limen for the Worker and the chat room. */
import { type InferSession, limen } from '@limen/core'
import { d1Store } from '@limen/workers'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

/** On how many devices a user can be signed in. */
export const MAX_DEVICES = 5

/** For how many minutes after a sign-in a user can delete the account. */
export const RECENT_MINUTES = 5

interface SessionAttributes {
  /** Whether the box "Stay signed in" was checked. */
  readonly remember?: boolean
}

/** Creates the `auth` object. */
export function authFor(env: { readonly DB: D1Database }) {
  return limen({
    store: d1Store<{ name: string }, SessionAttributes>(env.DB),
    sessionCookie: {
      // A unique name: browsers send the cookies of localhost to every port.
      name: '__Host-Http-chat',
      persistent: ({ attributes }) => attributes.remember === true,
    },
    sessionExpiresIn: ({ attributes }) => ({
      // A session that is used is renewed once an hour, so "last used" is exact to an hour.
      activePeriod: HOUR,
      idlePeriod: (attributes.remember === true ? 15 : 2) * DAY,
    }),
    maxSessionsPerUser: { limit: MAX_DEVICES, onLimit: 'revoke-oldest' },
    getUserAttributes: ({ name }) => ({ name }),
    getSessionAttributes: ({ remember }) => ({ remember }),
  })
}

export type VisitorSession = InferSession<ReturnType<typeof authFor>>
