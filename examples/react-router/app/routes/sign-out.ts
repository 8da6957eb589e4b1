import { requireOrigin } from '@limen/react-router'
import { redirect } from 'react-router'
import { auth, getAuth } from '../auth.server.ts'
import type { Route } from './+types/sign-out'

export const middleware: Route.MiddlewareFunction[] = [requireOrigin(getAuth)]

export async function action(args: Route.ActionArgs) {
  const authRequest = getAuth(args)
  const session = await authRequest.validate()
  if (session) await auth.invalidateSession(session.sessionId)
  authRequest.setSession(null)
  return redirect('/', 303)
}
