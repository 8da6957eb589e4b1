import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/tagged'

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  const headers = { ETag: '"v1"' }
  if (args.request.headers.get('If-None-Match') === '"v1"') {
    return new Response(null, { status: 304, headers })
  }
  return new Response(`who: ${session?.user.name ?? 'anonymous'}`, { headers })
}
