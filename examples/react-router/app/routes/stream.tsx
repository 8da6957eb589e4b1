import { setTimeout } from 'node:timers/promises'
import { Suspense } from 'react'
import { Await } from 'react-router'
import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/stream'

export async function loader(args: Route.LoaderArgs) {
  const session = await getAuth(args).validate()
  return { name: setTimeout(50, session?.user.name ?? 'anonymous') }
}

export default function Stream({ loaderData }: Route.ComponentProps) {
  return (
    <Suspense fallback="…">
      <Await resolve={loaderData.name}>{(name) => <p>who: {name}.</p>}</Await>
    </Suspense>
  )
}
