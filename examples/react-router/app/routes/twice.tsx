import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/twice'

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return { name: session?.user.name ?? 'anonymous' }
}

export default function Twice({ loaderData }: Route.ComponentProps) {
  return <p>who: {loaderData.name}.</p>
}
