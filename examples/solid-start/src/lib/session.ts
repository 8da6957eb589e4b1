import { getAuth } from '@limen/h3'
import { action, query, redirect } from '@solidjs/router'
import { setCookie } from '@solidjs/start/http'
import { getRequestEvent } from 'solid-js/web'
import { auth } from './auth'

/** The AuthRequest of the request that a server function runs for. */
const authRequest = () => getAuth(auth, getRequestEvent()!.nativeEvent)

export const nameOfUser = query(async () => {
  'use server'
  return (await authRequest().validate())?.user.name ?? 'anonymous'
}, 'nameOfUser')

export const redirected = query(async () => {
  'use server'
  await authRequest().validate()
  throw redirect('/public')
}, 'redirected')

export const signUp = action(async (form: FormData) => {
  'use server'
  const { userId } = await auth.createUser({ attributes: { name: String(form.get('name')) } })
  authRequest().setSession(await auth.createSession({ userId }))
  setCookie('theme', 'dark')
  throw redirect('/')
}, 'signUp')

export const signOut = action(async () => {
  'use server'
  const session = await authRequest().validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest().setSession(null)
  throw redirect('/')
}, 'signOut')
