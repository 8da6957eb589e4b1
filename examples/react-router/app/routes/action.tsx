import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/action'

/** Without `requireOrigin()`: `setSession()` refuses the request itself. */
export function action(args: Route.ActionArgs) {
  getAuth(args).setSession(null)
  return 'signed out'
}

export default function Action() {
  return <p>action</p>
}
