import { requireSession } from '@limen/react-router'
import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/account'

export const middleware: Route.MiddlewareFunction[] = [
  requireSession(getAuth, { redirectTo: '/public' }),
]

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return { name: session?.user.name }
}

export default function Account({ loaderData }: Route.ComponentProps) {
  return <p>who: {loaderData.name}.</p>
}
