import { createFileRoute } from '@tanstack/react-router'
import { who } from '../who.ts'

export const Route = createFileRoute('/twice')({
  loader: () => Promise.all([who(), who()]),
  component: Twice,
})

function Twice() {
  const [one, other] = Route.useLoaderData()
  return (
    <p>
      who: {one.name}. {other.name}
    </p>
  )
}
