/** Configures Limen for the Worker and the chat room. */
import { type InferSession, limen } from '@limen/core'
import { d1Store } from '@limen/workers'

/** Creates the `auth` object. */
export function authFor(env: { readonly DB: D1Database }) {
  return limen({
    store: d1Store<{ name: string }>(env.DB),
    // A unique name: browsers send the cookies of localhost to every port.
    sessionCookie: { name: '__Host-Http-chat' },
    getUserAttributes: ({ name }) => ({ name }),
  })
}

export type VisitorSession = InferSession<ReturnType<typeof authFor>>
