import { Outlet } from 'react-router'
import { authMiddleware, getAuth } from '../auth.server.ts'
import type { Route } from './+types/twice-layout'

// A second time, below that of the root: it opens the same AuthRequest.
export const middleware: Route.MiddlewareFunction[] = [authMiddleware]

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return { name: session?.user.name ?? 'anonymous' }
}

export default function Layout({ loaderData }: Route.ComponentProps) {
  return (
    <>
      <p>who: {loaderData.name}.</p>
      <Outlet />
    </>
  )
}
