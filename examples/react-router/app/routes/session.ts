import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/session'

/** For the benchmark: what `/bare` answers, with the session. */
export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return Response.json({ who: session?.user.name ?? 'anonymous' })
}
