import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/error'

export async function loader(args: Route.LoaderArgs): Promise<string> {
  await getAuth(args).validate()
  throw new Error('broken on purpose')
}

export default function Page({ loaderData }: Route.ComponentProps) {
  return loaderData
}
