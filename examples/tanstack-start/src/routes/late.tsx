import { Await, createFileRoute } from '@tanstack/react-router'
import { Suspense } from 'react'
import { later } from '../who.ts'

export const Route = createFileRoute('/late')({
  loader: () => ({ late: later() }),
  component: Late,
})

function Late() {
  const { late } = Route.useLoaderData()
  return (
    <Suspense fallback="…">
      <Await promise={late}>{({ name }) => <p>who: {name}.</p>}</Await>
    </Suspense>
  )
}
