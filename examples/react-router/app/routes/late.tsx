import { setTimeout } from 'node:timers/promises'
import { Suspense } from 'react'
import { Await } from 'react-router'
import { getAuth } from '../auth.server.ts'
import type { Route } from './+types/late'

export function loader(args: Route.LoaderArgs) {
  const authRequest = getAuth(args)
  async function nameOf() {
    await setTimeout(50)
    return (await authRequest.validate())?.user.name ?? 'anonymous'
  }
  return { name: nameOf() }
}

export default function Late({ loaderData }: Route.ComponentProps) {
  return (
    <Suspense fallback="…">
      <Await resolve={loaderData.name}>{(name) => <p>who: {name}.</p>}</Await>
    </Suspense>
  )
}
