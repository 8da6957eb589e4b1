import { redirect } from 'react-router'
import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/redirect'

export async function loader(args: Route.LoaderArgs) {
  await getAuth(args).validate()
  throw redirect('/public')
}
