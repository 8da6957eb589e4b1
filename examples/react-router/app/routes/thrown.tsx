import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/thrown'

export async function loader(args: Route.LoaderArgs): Promise<string> {
  await getAuth(args).validate()
  throw new Response('teapot', { status: 418, headers: { 'Set-Cookie': 'seen=1; Path=/' } })
}

export default function Thrown({ loaderData }: Route.ComponentProps) {
  return loaderData
}
