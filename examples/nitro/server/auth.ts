import { limen } from '@limen/core'
import { getAuth } from '@limen/h3'
import { openStore } from 'driver/store'
import type { H3Event } from 'nitro/h3'

export const auth = limen({
  store: openStore(),
  getUserAttributes: ({ name }) => ({ name }),
})

/** The name of the user who is signed in. */
export async function nameOf(event: H3Event): Promise<string> {
  return (await getAuth(auth, event).validate())?.user.name ?? 'anonymous'
}
