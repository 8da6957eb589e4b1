import { requireOrigin } from '@limen/react-router'
import { redirect } from 'react-router'
import { auth, getAuth } from '../auth.server.ts'
import type { Route } from './+types/sign-up'

// Refuses a request of another site, before a user is created.
export const middleware: Route.MiddlewareFunction[] = [requireOrigin(getAuth)]

export async function action(args: Route.ActionArgs) {
  const name = (await args.request.formData()).get('name')
  if (typeof name !== 'string') throw new Response('name is missing', { status: 400 })
  const { userId } = await auth.createUser({ attributes: { name } })
  getAuth(args).setSession(await auth.createSession({ userId }))
  return redirect('/', { status: 303, headers: { 'Set-Cookie': 'theme=dark; Path=/' } })
}
