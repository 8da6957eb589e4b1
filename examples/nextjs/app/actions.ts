'use server'

import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { auth, getAuthRequest } from '../lib/auth.ts'
import { nameIn } from '../lib/form-name.ts'

export async function signUp(form: FormData): Promise<void> {
  // Refuses a request from another site, before a user is created.
  const authRequest = await getAuthRequest()
  const user = await auth.createUser({ attributes: { name: nameIn(form) } })
  authRequest.setSession(await auth.createSession({ userId: user.userId }))
  const jar = await cookies()
  jar.set('theme', 'dark')
  redirect('/')
}

export async function signOut(): Promise<void> {
  const authRequest = await getAuthRequest()
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  redirect('/')
}

/** Shows the changed name on the page that is rendered in the same response. */
export async function rename(): Promise<void> {
  const authRequest = await getAuthRequest()
  const session = await authRequest.validate()
  if (session) await auth.updateUserAttributes(session.user.userId, { name: 'Grace' })
}
