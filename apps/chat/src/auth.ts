/** How Limen keeps people signed in: for the Worker and for the room alike. */
import { type InferSession, limen } from '@limen/core'
import { d1Store } from '@limen/workers'
import type { Env } from './env.ts'

/** The `auth` object. */
export function authFor(env: Env) {
  return limen({
    store: d1Store<{ name: string }>(env.DB),
    // A name of its own: browsers send the cookies of localhost to every port.
    sessionCookie: { name: '__Host-Http-chat' },
    getUserAttributes: ({ name }) => ({ name }),
  })
}

export type VisitorSession = InferSession<ReturnType<typeof authFor>>
