import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/own'

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return new Response(`who: ${session?.user.name ?? 'anonymous'}`, {
    headers: { 'Set-Cookie': 'seen=1; Path=/', 'Cache-Control': 'public, max-age=60' },
  })
}
